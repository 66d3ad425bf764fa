// SPDX-License-Identifier: GPL-2.0-or-later
#include "api_client.h"

#include <QCryptographicHash>
#include <QPointer>
#include <QTimer>
#include <utility>

#include "api_stream.h"
#include "tls_material.h"

namespace fos1::kube {

/// One request with its reply. Deletes itself.
class ApiClient::Exchange final : public QObject, private TransferUser {
   public:
    Exchange(ApiClient& client, ApiRequest request, QObject* context, Done done)
        : QObject(&client),
          m_client(client),
          m_request(std::move(request)),
          m_context(context),
          m_done(std::move(done)) {
        m_deadline.setSingleShot(true);
        connect(&m_deadline, &QTimer::timeout, this, [this] {
            if (m_transfer) m_client.abandon(m_transfer->pool());
            ApiReply reply =
                failed(QStringLiteral("no answer within %1 s")
                           .arg(std::chrono::duration_cast<std::chrono::seconds>(m_request.timeout).count()));
            reply.isTimeout = true;
            finish(reply);
        });
        m_deadline.start(m_request.timeout);
        QTimer::singleShot(0, this, [this] { begin(); });
    }

   private:
    static ApiReply failed(const QString& problem) { return {0, {}, std::nullopt, problem, false}; }

    void begin() {
        m_body.clear();
        m_client.open(m_request, false, this, *this, [this](Result<std::unique_ptr<Transfer>> transfer) {
            if (!transfer) return finish(failed(transfer.error().text()));
            m_transfer = std::move(*transfer);
        });
    }

    void onHead(int status) override { m_client.answered(status); }

    void onData(const QByteArray& data) override {
        m_body += data;
        if (m_body.size() > kMaxBody) finish(failed(QStringLiteral("the answer is larger than 64 MiB")));
    }

    void onEnd(const HttpEnd& end) override {
        m_transfer.reset();
        if (end.isRefused && m_repeats++ < kMostRepeats) return begin();
        if (end.status == 401 && !std::exchange(m_isSecondTry, true)) return begin();
        finish(replyOf(end, m_body));
    }

    void finish(const ApiReply& reply) {
        if (m_hasEnded) return;
        m_hasEnded = true;
        m_transfer.reset();
        deleteLater();
        if (m_context) m_done(reply);
    }

    ApiClient& m_client;
    ApiRequest m_request;
    QPointer<QObject> m_context;
    Done m_done;
    QTimer m_deadline;
    std::unique_ptr<Transfer> m_transfer;
    QByteArray m_body;
    int m_repeats = 0;
    bool m_isSecondTry = false;
    bool m_hasEnded = false;
};

ApiClient::ApiClient(ClusterAccess access, QByteArray userAgent, QObject* parent)
    : QObject(parent),
      m_access(std::move(access)),
      m_userAgent(std::move(userAgent)),
      m_credentials(m_access.credentials) {}

ApiClient::~ApiClient() = default;

void ApiClient::send(const ApiRequest& request, QObject* context, Done done) {
    new Exchange(*this, request, context, std::move(done));
}

ApiStream* ApiClient::stream(const ApiRequest& request, std::chrono::milliseconds silence, QObject* parent) {
    return new ApiStream(*this, request, silence, parent);
}

void ApiClient::open(const ApiRequest& request, bool isStream, QObject* context, TransferUser& user, Opened opened) {
    m_credentials.get([this, request, isStream, context = QPointer(context), &user,
                       opened = std::move(opened)](const Result<Authorization>& authorization) {
        if (!context) return;
        if (!authorization) return opened(tl::unexpected(authorization.error()));
        auto pool = poolFor(*authorization);
        if (!pool) return opened(tl::unexpected(pool.error()));
        opened(std::make_unique<Transfer>(std::move(*pool), messageOf(request, isStream, *authorization), user));
    });
}

/// A connection is bound to the certificates with which it was made.
Result<std::shared_ptr<ConnectionPool>> ApiClient::poolFor(const Authorization& authorization) {
    const auto authority = m_access.authority.read();
    if (!authority) return tl::unexpected(authority.error());
    const QByteArray identity = QCryptographicHash::hash(
        *authority + '\0' + authorization.certificate + '\0' + authorization.key, QCryptographicHash::Sha256);
    if (!m_pool || identity != m_identity) {
        auto settings = connectionSettings(m_access, *authority, authorization);
        if (!settings) return tl::unexpected(settings.error());
        m_pool = std::make_shared<ConnectionPool>(std::move(*settings));
        m_pool->setTimeWaived(!m_isClockTrusted);
        m_identity = identity;
    }
    return m_pool;
}

HttpRequest ApiClient::messageOf(const ApiRequest& request, bool isStream, const Authorization& authorization) const {
    QUrl url = m_access.server;
    QString prefix = url.path();
    while (prefix.endsWith(u'/')) prefix.chop(1);
    url.setPath(prefix + request.path);
    url.setQuery(request.query);
    HttpRequest message;
    message.verb = request.verb;
    message.body = request.body;
    message.isCompressible = !isStream;
    message.headers = {"User-Agent: " + m_userAgent, "Accept: application/json"};
    if (!authorization.header.isEmpty()) message.headers.push_back("Authorization: " + authorization.header);
    if (!request.contentType.isEmpty()) message.headers.push_back("Content-Type: " + request.contentType);
    message.url = url.toEncoded();
    return message;
}

void ApiClient::answered(int status) {
    constexpr int kUnauthorized = 401;
    if (status == kUnauthorized) m_credentials.invalidate();
    if (m_pool && m_pool->hasWaivedTime() && !m_isClockTrusted && !std::exchange(m_hasWaivedTime, true))
        Q_EMIT timeWaived();
    if (!std::exchange(m_hasAnswered, true)) Q_EMIT serverAnswered();
}

void ApiClient::abandon(const ConnectionPool* pool) {
    if (m_pool.get() == pool) m_pool.reset();
}

void ApiClient::setClockTrusted(bool isTrusted) {
    if (m_isClockTrusted == isTrusted) return;
    m_isClockTrusted = isTrusted;
    if (m_pool) m_pool->setTimeWaived(!isTrusted);
    if (!isTrusted || !std::exchange(m_hasWaivedTime, false)) return;
    // Connections accepted under the waiver are checked again as new connections.
    m_pool.reset();
    m_hasAnswered = false;
    Q_EMIT trustRegained();
}

}  // namespace fos1::kube
