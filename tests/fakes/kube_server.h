// SPDX-License-Identifier: GPL-2.0-or-later
// The fake Kubernetes API server (kube-apiserver/) as a child process of a test, on a loopback port, with certificates,
// tokens and kubeconfigs in a directory of its own.
#pragma once

#include <QDateTime>
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
    bool checksAccess = false;                 ///< RBAC by the roles in the manifests; otherwise every user may do
                                               ///< everything
    QStringList manifests = {};                ///< files and directories: CRDs, namespaces, roles, objects
    int initializingMs = 0;  ///< how long custom resources answer 429 after their CRD or the server has started
    int bookmarkIntervalMs = 60'000;
    QStringList further = {};  ///< additional command-line arguments
    QStringList wrapper = {};  ///< a prefix of the command line, such as Lab::enter()
};

/// A request as the server saw it.
struct KubeRequest {
    QString user, verb, group, resource, subresource, namespaceName, name, path, url, userAgent, httpVersion;
    QDateTime time;  ///< when it came
    int connection = -1;
    int status = 0;  ///< 0: it ended without an answer
};

class KubeServer {
   public:
    explicit KubeServer(KubeOptions options = {});
    ~KubeServer();
    KubeServer(const KubeServer&) = delete;
    KubeServer& operator=(const KubeServer&) = delete;

    /// Starts the server and waits until it listens. Otherwise prints its log and returns false.
    bool start();
    /// Sends SIGKILL. The state file keeps its objects.
    void kill();
    /// Stops the process (SIGSTOP), or lets it continue: connections stay and nothing is answered.
    void freeze(bool isFrozen) const;
    /// Kills the server and restarts it on the same port, with the same objects.
    bool restart();
    [[nodiscard]] qint64 pid() const { return m_process ? m_process->processId() : 0; }
    [[nodiscard]] bool isRunning() const { return m_process && m_process->state() == QProcess::Running; }

    [[nodiscard]] QString url() const { return QStringLiteral("https://127.0.0.1:%1").arg(m_port); }
    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] TestAuthority& authority() { return m_authority; }
    [[nodiscard]] QString caFile() const { return m_authority.caFile(); }
    /// A file in the server's directory.
    [[nodiscard]] QString path(const QString& name) const { return m_directory.filePath(name); }

    /// The token of "admin", who may do everything.
    [[nodiscard]] QString token() const { return m_tokens.at(QStringLiteral("admin")).token; }
    /// Assigns this token to the user from the next request on; the previous one becomes unknown.
    void setToken(const QString& user, const QString& token, const QStringList& groups = {});
    void setPassword(const QString& user, const QString& password);
    /// From the next connection on, the server uses another certificate with this validity.
    bool changeCertificate(const Validity& validity = {});

    /// Path of a kubeconfig with the token of `user`, or with the files of `certificate` when it is given.
    [[nodiscard]] QString kubeconfig(const QString& user = QStringLiteral("admin"),
                                     const CertificateFiles& certificate = {}) const;

    /// A call of the control channel (README.md). Returns its answer, which contains "error" when the call was refused.
    /// Blocks.
    QJsonObject control(const QString& what, const QJsonObject& arguments = {}) const;
    /// The last version that was assigned.
    [[nodiscard]] qint64 version() const;
    /// Creates or replaces objects without access control. Returns them as they are stored.
    QJsonArray install(const QJsonArray& objects) const;
    [[nodiscard]] QJsonArray list(const QString& apiVersion, const QString& kind, const QString& ns = {}) const;
    /// One object; empty when it does not exist.
    [[nodiscard]] QJsonObject object(const QString& apiVersion, const QString& kind, const QString& ns,
                                     const QString& name) const;
    /// Injects a fault (README.md) and returns its number.
    int fault(const QJsonObject& rule) const;
    void clearFaults() const;

    /// Every request since the first start, oldest first.
    [[nodiscard]] QList<KubeRequest> requests() const;
    /// The requests with this verb on this resource.
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
    mutable QList<KubeRequest> m_requests;  ///< as far as the log was read
    mutable qint64 m_readBytes = 0;
};

}  // namespace fos1::fakes
