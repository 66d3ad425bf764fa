// SPDX-License-Identifier: GPL-2.0-or-later
// What it takes to be admitted by a control agent: files of certificates, a user and the file of its password. They are
// read again for each command, because others renew them. Must not know what is sent.
#pragma once

#include <QSslConfiguration>
#include <QUrl>

#include "fos1/result.h"

namespace fos1::dhcp {

/// As host.yaml has it. Paths and the user are empty when not given.
struct AgentAccess {
    QUrl url;
    QString caFile;           ///< PEM; verifies the agent instead of the system's authorities
    QString certificateFile;  ///< PEM; our own
    QString keyFile;          ///< PEM; of our own certificate
    QString user;
    QString passwordFile;
};

/// An error in words that an operator understands, with the path of the wrong member.
[[nodiscard]] Result<void> checkAccess(const AgentAccess& access, const QString& path);

struct AgentCredentials {
    QByteArray authority;
    QByteArray certificate;
    QByteArray key;
    QByteArray authorization;  ///< of HTTP; empty without a user

    bool operator==(const AgentCredentials&) const = default;
};

/// An error names the file. Refuses a password that others than the owner may read, and a key that everyone may read.
[[nodiscard]] Result<AgentCredentials> readCredentials(const AgentAccess& access);

/// Expensive: parse once, use often.
[[nodiscard]] Result<QSslConfiguration> tlsFrom(const AgentAccess& access, const AgentCredentials& credentials);

}  // namespace fos1::dhcp
