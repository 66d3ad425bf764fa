// SPDX-License-Identifier: GPL-2.0-or-later
// Talks to one Kubernetes API server: HTTP/2 where offered, TLS verified, every wait bounded. Credentials are looked up
// for each request and once more after a 401. Must not know what is asked.
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

    /// `userAgent` such as "fos1-host/0.1".
    ApiClient(ClusterAccess access, QByteArray userAgent, QObject* parent = nullptr);
    ~ApiClient() override;

    [[nodiscard]] const ClusterAccess& access() const { return m_access; }

    /// `done` is called exactly once, later, unless `context` or this object is gone before.
    void send(const ApiRequest& request, QObject* context, Done done);

    /// An answer without end, line by line; `request.timeout` is for its head. Owned by `parent`.
    ApiStream* stream(const ApiRequest& request, std::chrono::milliseconds silence, QObject* parent);

    /// While the clock is not to be trusted, a certificate that is not valid yet or no more is taken, with all else
    /// checked: how a router without a battery reaches the configuration that sets its clock. Default: trusted.
    void setClockTrusted(bool isTrusted);
    /// Whether a certificate was taken on those terms since the clock was last trusted.
    [[nodiscard]] bool hasWaivedTime() const { return m_hasWaivedTime; }

   Q_SIGNALS:
    void timeWaived();
    /// The clock is trusted again after a waiver: streams end, and what follows is checked in full.
    void trustRegained();

   private:
    friend class ApiStream;
    class Exchange;
    using Opened = std::function<void(const Result<QNetworkReply*>&)>;

    /// Sends it with the credentials of now; `opened` is called exactly once, at once or later.
    void open(const ApiRequest& request, bool isStream, Opened opened);
    Result<QNetworkReply*> openWith(const ApiRequest& request, bool isStream, const Authorization& authorization);
    void retireNetwork();
    void refused() { m_credentials.invalidate(); }
    void onTlsErrors(QNetworkReply* reply, const QList<QSslError>& errors);

    ClusterAccess m_access;
    QByteArray m_userAgent;
    CredentialSource m_credentials;
    std::unique_ptr<QNetworkAccessManager> m_network;
    QByteArray m_tlsIdentity;  ///< what m_network was made for
    QSslConfiguration m_tls;   ///< the same, parsed
    bool m_isClockTrusted = true;
    bool m_hasWaivedTime = false;
};

/// Lines of an answer as they come.
class ApiStream : public QObject {
    Q_OBJECT
   public:
    /// The longest line that is taken.
    static constexpr qsizetype kMaxLine = 16 << 20;

    ~ApiStream() override;

   Q_SIGNALS:
    /// The head said 200.
    void opened();
    void line(const QByteArray& text);
    /// Once. Status 200 without a problem: it ended as it should.
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
