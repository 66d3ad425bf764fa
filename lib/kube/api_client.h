// SPDX-License-Identifier: GPL-2.0-or-later
// A client of one Kubernetes API server: HTTP/2 where offered, TLS verified, every wait bounded. Reads the credentials
// for each request, and once more after a 401. Must not know what is requested.
#pragma once

#include <QObject>
#include <functional>
#include <memory>

#include "api_types.h"
#include "cluster_access.h"
#include "connection_pool.h"
#include "credential_source.h"
#include "transfer.h"

namespace fos1::kube {

class ApiStream;

class ApiClient : public QObject {
    Q_OBJECT
   public:
    using Done = std::function<void(const ApiReply&)>;

    static constexpr qsizetype kMaxBody = 64 << 20;
    /// How often a request is sent again because its connection ended before the answer began. A server may answer only
    /// a few requests on each connection.
    static constexpr int kMostRepeats = 30;

    /// `userAgent` is a text such as "fos1-host/0.1".
    ApiClient(ClusterAccess access, QByteArray userAgent, QObject* parent = nullptr);
    ~ApiClient() override;

    [[nodiscard]] const ClusterAccess& access() const { return m_access; }

    /// `done` is called exactly once, later, unless `context` or this object is deleted before. The request may arrive
    /// twice, when its connection ends without an answer: it names the object or the version that it is about.
    void send(const ApiRequest& request, QObject* context, Done done);

    /// Starts a reply without end, received line by line. `request.timeout` applies to its head. Owned by `parent`.
    ApiStream* stream(const ApiRequest& request, std::chrono::milliseconds silence, QObject* parent);

    /// While the clock is not trusted, accepts a certificate that is expired or not yet valid; everything else is still
    /// checked. A router without a battery-backed clock can then reach the configuration that sets its clock. Default:
    /// trusted.
    void setClockTrusted(bool isTrusted);
    /// Whether a certificate was accepted under this waiver since the clock was last trusted.
    [[nodiscard]] bool hasWaivedTime() const { return m_hasWaivedTime; }
    /// Whether the server has answered anything, by the rules that are in force.
    [[nodiscard]] bool hasAnswered() const { return m_hasAnswered; }

   Q_SIGNALS:
    /// hasAnswered() became true.
    void serverAnswered();
    void timeWaived();
    /// The clock is trusted again after a waiver: streams end, and later connections are checked in full.
    void trustRegained();

   private:
    friend class ApiStream;
    class Exchange;
    using Opened = std::function<void(Result<std::unique_ptr<Transfer>>)>;

    /// Sends it with the current credentials. `user` receives the answer unless the call fails; `opened` is called
    /// exactly once, during the call or later, unless `context` is deleted before.
    void open(const ApiRequest& request, bool isStream, QObject* context, TransferUser& user, Opened opened);
    [[nodiscard]] Result<std::shared_ptr<ConnectionPool>> poolFor(const Authorization& authorization);
    [[nodiscard]] HttpRequest messageOf(const ApiRequest& request, bool isStream,
                                        const Authorization& authorization) const;
    /// Its connections do not answer. Later requests get new ones, which may lead to another server behind the same
    /// address.
    void abandon(const ConnectionPool* pool);
    /// The head of an answer has arrived.
    void answered(int status);

    ClusterAccess m_access;
    QByteArray m_userAgent;
    CredentialSource m_credentials;
    std::shared_ptr<ConnectionPool> m_pool;
    QByteArray m_identity;  ///< the certificates for which m_pool was created
    bool m_isClockTrusted = true;
    bool m_hasWaivedTime = false;
    bool m_hasAnswered = false;
};

}  // namespace fos1::kube
