// SPDX-License-Identifier: GPL-2.0-or-later
// The address of a Kubernetes API server and our credentials for it: values, as a kubeconfig or a service account
// contains them. Its secrets are never printed.
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>
#include <QUrl>
#include <chrono>
#include <map>
#include <optional>

#include "fos1/result.h"

namespace fos1::kube {

/// PEM text, given inline or in a file that may be replaced at any time.
struct PemSource {
    QByteArray data;
    QString file;  ///< absolute; read at each use

    [[nodiscard]] bool isSet() const { return !data.isEmpty() || !file.isEmpty(); }
    [[nodiscard]] Result<QByteArray> read() const;
};

/// A program that prints an ExecCredential (client.authentication.k8s.io v1 or v1beta1).
struct ExecCommand {
    QString apiVersion;
    QString command;
    QStringList arguments;
    std::map<QString, QString> environment;  ///< in addition to our own
    std::chrono::milliseconds patience{30'000};
};

/// At most one of token, tokenFile, user name and exec is set. A client certificate may be set in addition.
struct Credentials {
    QString token;
    QString tokenFile;  ///< absolute; read at each use, since it is rotated
    QString username;
    QString password;
    PemSource certificate;
    PemSource key;
    std::optional<ExecCommand> exec;
};

struct ClusterAccess {
    QUrl server;              ///< https://HOST[:PORT][/PREFIX]
    PemSource authority;      ///< unset: the system's authorities
    bool isInsecure = false;  ///< the server's certificate is not checked
    QString serverName;       ///< expected in its certificate; empty: the host of the URL
    QUrl proxy;               ///< empty: the proxy of the environment, if any
    QString ns;               ///< empty: none was given
    Credentials credentials;
    QString description;  ///< for people: the source of these settings
};

/// The content of a small regular file.
Result<QByteArray> readSmallFile(const QString& path);

}  // namespace fos1::kube
