// SPDX-License-Identifier: GPL-2.0-or-later
// A client of one Kubernetes API server: HTTP/2 where offered, TLS verified, every wait bounded. Reads the credentials
// for each request, and once more after a 401. Must not know what is requested.
#pragma once

#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QObject>
#include <QPointer>
#include <QSslConfiguration>
#include <QTimer>
#include <functional>
#include <memory>

#include "api_types.h"
#include "cluster_access.h"
#include "credential_source.h"
#include "line_splitter.h"

namespace fos1::kube {

class ApiStream;

class ApiClient : public QObject {
    Q_OBJECT
   public:
    using Done = std::function<void(const ApiReply&)>;

    static constexpr qsizetype kMaxBody = 64 << 20;

    /// `userAgent` is a text such as "fos1-host/0.1".
    ApiClient(ClusterAccess access, QByteArray userAgent, QObject* parent = nullptr);
    ~ApiClient() override;

    [[nodiscard]] const ClusterAccess& access() const { return m_access; }

    /// `done` is called exactly once, later, unless `context` or this object is deleted before.
    void send(const ApiRequest& request, QObject* context, Done done);

    /// Starts a reply without end, received line by line. `request.timeout` applies to its head. Owned by `parent`.
    ApiStream* stream(const ApiRequest& request, std::chrono::milliseconds silence, QObject* parent);

    /// While the clock is not trusted, accepts a certificate that is expired or not yet valid; everything else is still
    /// checked. A router without a battery-backed clock can then reach the configuration that sets its clock. Default:
    /// trusted.
    void setClockTrusted(bool isTrusted);
    /// Whether a certificate was accepted under this waiver since the clock was last trusted.
    [[nodiscard]] bool hasWaivedTime() const { return m_hasWaivedTime; }

   Q_SIGNALS:
    void timeWaived();
    /// The clock is trusted again after a waiver: streams end, and later connections are checked in full.
    void trustRegained();

   private:
    friend class ApiStream;
    class Exchange;
    using Opened = std::function<void(const Result<QNetworkReply*>&)>;

    /// Sends it with the current credentials. `opened` is called exactly once, during the call or later.
    void open(const ApiRequest& request, bool isStream, Opened opened);
    Result<QNetworkReply*> openWith(const ApiRequest& request, bool isStream, const Authorization& authorization);
    void retireNetwork();
    void refused() { m_credentials.invalidate(); }
    void onTlsErrors(QNetworkReply* reply, const QList<QSslError>& errors);

    ClusterAccess m_access;
    QByteArray m_userAgent;
    CredentialSource m_credentials;
    std::unique_ptr<QNetworkAccessManager> m_network;
    QByteArray m_tlsIdentity;  ///< the identity for which m_network was created
    QSslConfiguration m_tls;   ///< the same, parsed
    bool m_isClockTrusted = true;
    bool m_hasWaivedTime = false;
};

/// The lines of a reply as they arrive.
class ApiStream : public QObject {
    Q_OBJECT
   public:
    /// The longest accepted line.
    static constexpr qsizetype kMaxLine = 16 << 20;

    ~ApiStream() override;

   Q_SIGNALS:
    /// The reply's status is 200.
    void opened();
    void line(const QByteArray& text);
    /// Emitted once. Status 200 without a problem: the stream ended normally.
    void ended(const fos1::kube::ApiReply& reply);

   private:
    friend class ApiClient;
    ApiStream(ApiClient& client, const ApiRequest& request, std::chrono::milliseconds silence, QObject* parent);
    void attach(QNetworkReply* reply);
    void read();
    void finish(const ApiReply& reply);

    QPointer<ApiClient> m_client;
    QPointer<QNetworkReply> m_reply;
    std::chrono::milliseconds m_silence;
    QTimer m_patience;
    LineSplitter m_lines{kMaxLine};
    bool m_isOpen = false;
    bool m_hasEnded = false;
};

}  // namespace fos1::kube
