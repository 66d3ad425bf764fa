// SPDX-License-Identifier: GPL-2.0-or-later
// The fake Kubernetes API server (kube-apiserver/) as a process of a test, on a port of loopback, with certificates,
// tokens and kubeconfigs in a directory of its own.
#pragma once

#include <QJsonArray>
#include <QJsonObject>
#include <QProcess>
#include <QStringList>
#include <QTemporaryDir>
#include <map>
#include <memory>

#include "test_authority.h"

namespace fos1::fakes {

struct KubeOptions {
    QString profile = QStringLiteral("1.34");  ///< or 1.20
    bool checksAccess = false;                 ///< RBAC by the roles among the manifests; else everyone may everything
    QStringList manifests = {};                ///< files and directories: CRDs, namespaces, roles, objects
    int initializingMs = 0;  ///< how long a custom resource answers 429 after its CRD or the server came
    int bookmarkIntervalMs = 60'000;
    QStringList further = {};  ///< more words for the command line
    QStringList wrapper = {};  ///< words before the server's own command line, such as Lab::enter()
};

/// A request as the server saw it.
struct KubeRequest {
    QString user, verb, group, resource, subresource, namespaceName, name, path, url, userAgent, httpVersion;
    int connection = -1;
    int status = 0;  ///< 0: it ended without an answer
};

class KubeServer {
   public:
    explicit KubeServer(KubeOptions options = {});
    ~KubeServer();
    KubeServer(const KubeServer&) = delete;
    KubeServer& operator=(const KubeServer&) = delete;

    /// Starts it and waits until it listens; false with its log printed when it does not get there.
    bool start();
    /// SIGKILL. What it had is in its state file.
    void kill();
    /// Kills it and starts it again on the same port, with the objects that it had.
    bool restart();
    [[nodiscard]] bool isRunning() const { return m_process && m_process->state() == QProcess::Running; }

    [[nodiscard]] QString url() const { return QStringLiteral("https://127.0.0.1:%1").arg(m_port); }
    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] TestAuthority& authority() { return m_authority; }
    [[nodiscard]] QString caFile() const { return m_authority.caFile(); }
    /// A file in the server's directory.
    [[nodiscard]] QString path(const QString& name) const { return m_directory.filePath(name); }

    /// The token of "admin", who may everything.
    [[nodiscard]] QString token() const { return m_tokens.at(QStringLiteral("admin")).token; }
    /// Gives the user this token from the next request on; the one that he had becomes unknown.
    void setToken(const QString& user, const QString& token, const QStringList& groups = {});
    void setPassword(const QString& user, const QString& password);
    /// From the next connection on the server shows another certificate, of this validity.
    bool changeCertificate(const Validity& validity = {});

    /// Path of a kubeconfig in which `user` has his token, with the files of `certificate` instead when it is given.
    [[nodiscard]] QString kubeconfig(const QString& user = QStringLiteral("admin"),
                                     const CertificateFiles& certificate = {}) const;

    /// A call of the control channel (README.md): its answer, with "error" in it when it was refused. Blocks.
    QJsonObject control(const QString& what, const QJsonObject& arguments = {}) const;
    /// The last version that was given to anything.
    [[nodiscard]] qint64 version() const;
    /// Creates or replaces objects past all access control; gives them as they are stored.
    QJsonArray install(const QJsonArray& objects) const;
    [[nodiscard]] QJsonArray list(const QString& apiVersion, const QString& kind, const QString& ns = {}) const;
    /// One object; empty when it is not there.
    [[nodiscard]] QJsonObject object(const QString& apiVersion, const QString& kind, const QString& ns,
                                     const QString& name) const;
    /// Injects a fault (README.md) and gives its number.
    int fault(const QJsonObject& rule) const;
    void clearFaults() const;

    /// Every request since the first start, oldest first.
    [[nodiscard]] QList<KubeRequest> requests() const;
    /// Those of a verb on a resource.
    [[nodiscard]] QList<KubeRequest> requests(const QString& verb, const QString& resource) const;
    [[nodiscard]] QByteArray log() const;

   private:
    struct Secret {
        QString token;
        QStringList groups;
    };
    void writeTokens() const;

    KubeOptions m_options;
    QTemporaryDir m_directory;
    TestAuthority m_authority;
    CertificateFiles m_certificate;
    std::map<QString, Secret> m_tokens;
    std::map<QString, QString> m_passwords;
    std::unique_ptr<QProcess> m_process;
    quint16 m_port = 0;
};

}  // namespace fos1::fakes
