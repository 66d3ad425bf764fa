// SPDX-License-Identifier: GPL-2.0-or-later
#include "api_client.h"

#include <QCryptographicHash>
#include <utility>

#include "proxy.h"
#include "tls_material.h"

namespace fos1::kube {

namespace {

constexpr const char* kTlsProblem = "fos1_tls_problem";

std::optional<std::chrono::milliseconds> retryAfter(const QNetworkReply& reply) {
    bool isNumber = false;
    const int seconds = reply.rawHeader("Retry-After").toInt(&isNumber);
    constexpr int kLongest = 300;
    if (!isNumber || seconds < 0) return std::nullopt;
    return std::chrono::seconds(std::min(seconds, kLongest));
}

/// The head of a reply whose body is not read, or a complete reply.
ApiReply replyOf(const QNetworkReply& reply, const QByteArray& body) {
    ApiReply result;
    result.status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    result.body = body;
    result.retryAfter = retryAfter(reply);
    const QString tls = reply.property(kTlsProblem).toString();
    if (!tls.isEmpty())
        result.problem = QStringLiteral("TLS: ") + tls;
    else if (result.status == 0)
        result.problem = reply.errorString();
    else if (result.status < 200 || result.status >= 300)
        result.problem = problemOf(result.status, body);
    else if (reply.error() != QNetworkReply::NoError)
        result.problem = QStringLiteral("the answer was cut off: ") + reply.errorString();
    return result;
}

ApiReply unsent(const Error& error) { return {0, {}, std::nullopt, error.text()}; }

}  // namespace

/// One request with its reply. Deletes itself.
class ApiClient::Exchange final : public QObject {
   public:
    Exchange(ApiClient& client, ApiRequest request, QObject* context, Done done)
        : QObject(&client),
          m_client(client),
          m_request(std::move(request)),
          m_context(context),
          m_done(std::move(done)) {
        m_deadline.setSingleShot(true);
        connect(&m_deadline, &QTimer::timeout, this, [this] {
            finish({0,
                    {},
                    std::nullopt,
                    QStringLiteral("no answer within %1 s")
                        .arg(std::chrono::duration_cast<std::chrono::seconds>(m_request.timeout).count())});
        });
        m_deadline.start(m_request.timeout);
        QTimer::singleShot(0, this, [this] { begin(); });
    }
    ~Exchange() override { drop(); }

   private:
    void begin() {
        m_client.open(m_request, false, [self = QPointer<Exchange>(this)](const Result<QNetworkReply*>& reply) {
            if (!self) {
                if (reply) (*reply)->deleteLater();
                return;
            }
            if (!reply) return self->finish(unsent(reply.error()));
            self->attach(*reply);
        });
    }

    void attach(QNetworkReply* reply) {
        m_reply = reply;
        connect(reply, &QNetworkReply::downloadProgress, this, [this](qint64 received, qint64) {
            if (received > kMaxBody) finish({0, {}, std::nullopt, QStringLiteral("the answer is larger than 64 MiB")});
        });
        connect(reply, &QNetworkReply::finished, this, &Exchange::onFinished);
    }

    void onFinished() {
        const ApiReply reply = replyOf(*m_reply, m_reply->readAll());
        if (reply.status == 401) {
            m_client.refused();
            if (!std::exchange(m_isSecondTry, true)) {
                drop();
                return begin();
            }
        }
        finish(reply);
    }

    void drop() {
        if (!m_reply) return;
        m_reply->disconnect(this);
        m_reply->abort();
        m_reply->deleteLater();
        m_reply = nullptr;
    }

    void finish(const ApiReply& reply) {
        if (m_hasEnded) return;
        m_hasEnded = true;
        drop();
        deleteLater();
        if (m_context) m_done(reply);
    }

    ApiClient& m_client;
    ApiRequest m_request;
    QPointer<QObject> m_context;
    Done m_done;
    QTimer m_deadline;
    QPointer<QNetworkReply> m_reply;
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

void ApiClient::open(const ApiRequest& request, bool isStream, Opened opened) {
    m_credentials.get(
        [this, request, isStream, opened = std::move(opened)](const Result<Authorization>& authorization) {
            if (!authorization) return opened(tl::unexpected(authorization.error()));
            opened(openWith(request, isStream, *authorization));
        });
}

Result<QNetworkReply*> ApiClient::openWith(const ApiRequest& request, bool isStream,
                                           const Authorization& authorization) {
    const auto authority = m_access.authority.read();
    if (!authority) return tl::unexpected(authority.error());
    const auto proxy = proxyFor(m_access, ownEnvironment());
    if (!proxy) return tl::unexpected(proxy.error());
    // A connection is bound to the certificates with which it was made.
    const QByteArray identity = QCryptographicHash::hash(
        *authority + '\0' + authorization.certificate + '\0' + authorization.key, QCryptographicHash::Sha256);
    if (!m_network || identity != m_tlsIdentity) {
        const auto tls = tlsConfiguration(m_access, *authority, authorization);
        if (!tls) return tl::unexpected(tls.error());
        retireNetwork();
        m_network = std::make_unique<QNetworkAccessManager>();
        m_tls = *tls;
        m_tlsIdentity = identity;
    }
    m_network->setProxy(*proxy);

    QUrl url = m_access.server;
    QString prefix = url.path();
    while (prefix.endsWith(u'/')) prefix.chop(1);
    url.setPath(prefix + request.path);
    url.setQuery(request.query);
    QNetworkRequest message(url);
    message.setSslConfiguration(m_tls);
    if (!m_access.serverName.isEmpty()) message.setPeerVerifyName(m_access.serverName);
    message.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    message.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    message.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    // Without TLS, HTTP/2 cannot be negotiated.
    message.setAttribute(QNetworkRequest::Http2AllowedAttribute, url.scheme() == QStringLiteral("https"));
    // Lists of similar objects compress so well that Qt takes them for an attack. Their size is limited here instead.
    message.setDecompressedSafetyCheckThreshold(-1);
    message.setRawHeader("User-Agent", m_userAgent);
    message.setRawHeader("Accept", "application/json");
    if (isStream) message.setRawHeader("Accept-Encoding", "identity");
    if (!authorization.header.isEmpty()) message.setRawHeader("Authorization", authorization.header);
    if (!request.contentType.isEmpty()) message.setRawHeader("Content-Type", request.contentType);
    QNetworkReply* reply = m_network->sendCustomRequest(message, request.verb, request.body);
    connect(reply, &QNetworkReply::sslErrors, this,
            [this, reply](const QList<QSslError>& errors) { onTlsErrors(reply, errors); });
    return reply;
}

void ApiClient::onTlsErrors(QNetworkReply* reply, const QList<QSslError>& errors) {
    if (m_isClockTrusted || !isOnlyAboutTime(errors)) {
        reply->setProperty(kTlsProblem, textOf(errors));
        return;
    }
    reply->ignoreSslErrors(errors);
    if (!std::exchange(m_hasWaivedTime, true)) Q_EMIT timeWaived();
}

void ApiClient::setClockTrusted(bool isTrusted) {
    if (m_isClockTrusted == isTrusted) return;
    m_isClockTrusted = isTrusted;
    if (!isTrusted || !std::exchange(m_hasWaivedTime, false)) return;
    // Connections accepted under the waiver are checked again as new connections.
    retireNetwork();
    Q_EMIT trustRegained();
}

/// Replies under way belong to the old manager, which is deleted after the last of them.
void ApiClient::retireNetwork() {
    if (!m_network) return;
    QNetworkAccessManager* old = m_network.release();
    old->setParent(this);
    const auto endIfIdle = [old] {
        if (old->findChildren<QNetworkReply*>().isEmpty()) old->deleteLater();
    };
    for (QNetworkReply* reply : old->findChildren<QNetworkReply*>())
        connect(reply, &QObject::destroyed, old, endIfIdle, Qt::QueuedConnection);
    endIfIdle();
}

ApiStream::ApiStream(ApiClient& client, const ApiRequest& request, std::chrono::milliseconds silence, QObject* parent)
    : QObject(parent), m_client(&client), m_silence(silence) {
    m_patience.setSingleShot(true);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        finish({m_isOpen ? 200 : 0,
                {},
                std::nullopt,
                m_isOpen ? QStringLiteral("the server went silent") : QStringLiteral("no answer in time")});
    });
    m_patience.start(request.timeout);
    connect(m_client, &ApiClient::trustRegained, this, [this] { finish({200, {}, std::nullopt, {}}); });
    QTimer::singleShot(0, this, [this, request] {
        if (!m_client) return finish({0, {}, std::nullopt, QStringLiteral("closed")});
        m_client->open(request, true, [self = QPointer<ApiStream>(this)](const Result<QNetworkReply*>& reply) {
            if (!self) {
                if (reply) (*reply)->deleteLater();
                return;
            }
            if (!reply) return self->finish(unsent(reply.error()));
            self->attach(*reply);
        });
    });
}

ApiStream::~ApiStream() {
    if (!m_reply) return;
    m_reply->disconnect(this);
    m_reply->abort();
    m_reply->deleteLater();
}

void ApiStream::attach(QNetworkReply* reply) {
    m_reply = reply;
    connect(reply, &QNetworkReply::metaDataChanged, this, [this] {
        if (m_isOpen || m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt() != 200) return;
        m_isOpen = true;
        m_patience.start(m_silence);
        Q_EMIT opened();
    });
    connect(reply, &QNetworkReply::readyRead, this, &ApiStream::read);
    connect(reply, &QNetworkReply::finished, this, [this] {
        read();
        if (!m_reply) return;
        if (m_isOpen && !m_lines.rest().isEmpty() && m_reply->error() == QNetworkReply::NoError)
            return finish({200, {}, std::nullopt, QStringLiteral("the last line was cut off")});
        const ApiReply end = replyOf(*m_reply, m_isOpen ? QByteArray() : m_lines.rest());
        if (end.status == 401 && m_client) m_client->refused();
        finish(end);
    });
}

void ApiStream::read() {
    if (!m_reply) return;
    m_lines.add(m_reply->readAll());
    if (!m_isOpen) {
        if (m_lines.rest().size() > kMaxLine)
            finish({0, {}, std::nullopt, QStringLiteral("an error response is larger than 16 MiB")});
        return;
    }
    m_patience.start(m_silence);
    const QPointer<ApiStream> self(this);
    while (const auto text = m_lines.next()) {
        Q_EMIT line(*text);
        if (!self || m_hasEnded) return;
    }
    if (m_lines.isOverlong()) finish({200, {}, std::nullopt, QStringLiteral("an object is larger than 16 MiB")});
}

void ApiStream::finish(const ApiReply& reply) {
    if (m_hasEnded) return;
    m_hasEnded = true;
    m_patience.stop();
    if (m_reply) {
        m_reply->disconnect(this);
        m_reply->abort();
        m_reply->deleteLater();
        m_reply = nullptr;
    }
    Q_EMIT ended(reply);
}

}  // namespace fos1::kube
