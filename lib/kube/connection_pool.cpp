// SPDX-License-Identifier: GPL-2.0-or-later
#include "connection_pool.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <QHostAddress>
#include <algorithm>
#include <csignal>

#include "transfer.h"

namespace fos1::kube {

namespace {

constexpr long kConnectSeconds = 10;
/// A connection is lost when data or a probe remains unacknowledged for this long.
constexpr unsigned kLostAfterMs = 15'000;
constexpr long kProbeAfterSeconds = 20;

int onSocketMade(void* /*user*/, curl_socket_t socket, curlsocktype /*purpose*/) {
    ::setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &kLostAfterMs, sizeof kLostAfterMs);
    return CURL_SOCKOPT_OK;
}

bool isPipeIgnored() {
    struct sigaction now = {};
    return ::sigaction(SIGPIPE, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

void setBlob(CURL* handle, CURLoption option, const QByteArray& data) {
    curl_blob blob{const_cast<char*>(data.constData()), static_cast<std::size_t>(data.size()), CURL_BLOB_COPY};
    curl_easy_setopt(handle, option, &blob);
}

}  // namespace

ConnectionPool::ConnectionPool(Settings settings) : m_settings(std::move(settings)), m_isPipeIgnored(isPipeIgnored()) {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    m_multi = curl_multi_init();
    if (ready != CURLE_OK || !m_multi) qFatal("libcurl: out of memory");
    curl_multi_setopt(m_multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    // The server's own limit decides how many requests share a connection.
    curl_multi_setopt(m_multi, CURLMOPT_MAX_CONCURRENT_STREAMS, 1000L);
    // The watches, of which some may be left on connections that the server has given up, and the requests. After a
    // burst of refused requests, libcurl before 8.0 has a connection for each.
    curl_multi_setopt(m_multi, CURLMOPT_MAXCONNECTS, 4L);
    curl_multi_setopt(m_multi, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(
        m_multi, CURLMOPT_SOCKETFUNCTION,
        +[](CURL* /*handle*/, curl_socket_t socket, int what, void* self, void* /*assigned*/) {
            static_cast<ConnectionPool*>(self)->watch(socket, what);
            return 0;
        });
    curl_multi_setopt(m_multi, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(
        m_multi, CURLMOPT_TIMERFUNCTION, +[](CURLM* /*multi*/, long ms, void* self) {
            QTimer& timer = static_cast<ConnectionPool*>(self)->m_timer;
            ms < 0 ? timer.stop() : timer.start(std::chrono::milliseconds(ms));
            return 0;
        });
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, [this] { act(CURL_SOCKET_TIMEOUT, 0); });
}

ConnectionPool::~ConnectionPool() { curl_multi_cleanup(m_multi); }

void ConnectionPool::configure(CURL* handle) {
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    // Wait for a connection that is being made rather than make another one.
    curl_easy_setopt(handle, CURLOPT_PIPEWAIT, 1L);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
    curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(handle, CURLOPT_TCP_KEEPIDLE, kProbeAfterSeconds);
    curl_easy_setopt(handle, CURLOPT_TCP_KEEPINTVL, 5L);
    curl_easy_setopt(handle, CURLOPT_SOCKOPTFUNCTION, onSocketMade);
    curl_easy_setopt(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    // The event loop does not wait for a name server when a request ends.
    curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);

    if (!m_settings.proxy.isEmpty()) {
        curl_easy_setopt(handle, CURLOPT_PROXY, m_settings.proxy.toEncoded().constData());
        curl_easy_setopt(handle, CURLOPT_NOPROXY, "");
    } else if (const QString host = m_settings.server.host();
               host == QStringLiteral("localhost") || QHostAddress(host).isLoopback()) {
        curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
    }
    // Otherwise libcurl sets its own way with SIGPIPE and back for each of its steps.
    if (m_isPipeIgnored) curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    configureTls(handle);
}

void ConnectionPool::configureTls(CURL* handle) {
    // A resumed session would not be verified again.
    curl_easy_setopt(handle, CURLOPT_SSL_SESSIONID_CACHE, 0L);
    if (!m_settings.certificate.isEmpty()) {
        setBlob(handle, CURLOPT_SSLCERT_BLOB, m_settings.certificate);
        setBlob(handle, CURLOPT_SSLKEY_BLOB, m_settings.key);
    }
    if (m_settings.isInsecure) {
        curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);
        return;
    }
    if (!m_settings.authority.isEmpty()) {
        setBlob(handle, CURLOPT_CAINFO_BLOB, m_settings.authority);
        // Otherwise the system's authorities would be accepted too.
        curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
    }
    if (!m_settings.serverName.isEmpty()) curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);  // see prepare()
    curl_easy_setopt(handle, CURLOPT_SSL_CTX_DATA, this);
    curl_easy_setopt(
        handle, CURLOPT_SSL_CTX_FUNCTION, +[](CURL* /*handle*/, void* tls, void* self) {
            static_cast<ConnectionPool*>(self)->prepare(static_cast<SSL_CTX*>(tls));
            return CURLE_OK;
        });
}

/// For a new connection, what libcurl has no option for: a name other than the URL's, and the waiver of the time.
void ConnectionPool::prepare(SSL_CTX* tls) {
    SSL_CTX_set_app_data(tls, this);
    SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, verify);
    if (m_settings.serverName.isEmpty()) return;
    X509_VERIFY_PARAM* wanted = SSL_CTX_get0_param(tls);
    X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    const char* name = m_settings.serverName.constData();
    if (X509_VERIFY_PARAM_set1_ip_asc(wanted, name) == 1) return;
    X509_VERIFY_PARAM_set1_host(wanted, name, 0);
    SSL_CTX_set_info_callback(tls, [](const SSL* ssl, int where, int /*result*/) {
        if ((where & SSL_CB_HANDSHAKE_START) == 0) return;
        auto* self = static_cast<ConnectionPool*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
        SSL_ctrl(const_cast<SSL*>(ssl), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 self->m_settings.serverName.data());
    });
}

/// For each fault of a chain, and once for each certificate without one: SSL_CTX_set_verify(3).
int ConnectionPool::verify(int isGood, X509_STORE_CTX* store) {
    const int error = X509_STORE_CTX_get_error(store);
    if (isGood == 1 || (error != X509_V_ERR_CERT_NOT_YET_VALID && error != X509_V_ERR_CERT_HAS_EXPIRED)) return isGood;
    auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto* self = static_cast<ConnectionPool*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
    if (!self->m_isTimeWaived) return 0;
    self->m_hasWaivedTime = true;
    // libcurl reads it again.
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
}

void ConnectionPool::act(curl_socket_t socket, int events) {
    // The user of a transfer may end the last one, and with it the pool.
    const std::shared_ptr<ConnectionPool> keep = shared_from_this();
    int running = 0;
    curl_multi_socket_action(m_multi, socket, events, &running);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(m_multi, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        Transfer* transfer = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        transfer->finish(message->data.result);
    }
    while (!m_news.empty()) {
        Transfer* transfer = m_news.front();
        m_news.erase(m_news.begin());
        transfer->report();
    }
}

void ConnectionPool::watch(curl_socket_t socket, int what) {
    if (what == CURL_POLL_REMOVE) {
        m_sockets.erase(socket);
        return;
    }
    Watched& watched = m_sockets[socket];
    if (!watched.read) watched.read = notifier(socket, QSocketNotifier::Read);
    if (!watched.write) watched.write = notifier(socket, QSocketNotifier::Write);
    watched.read->setEnabled((what & CURL_POLL_IN) != 0);
    watched.write->setEnabled((what & CURL_POLL_OUT) != 0);
}

std::unique_ptr<QSocketNotifier, ConnectionPool::Forget> ConnectionPool::notifier(curl_socket_t socket,
                                                                                  QSocketNotifier::Type type) {
    std::unique_ptr<QSocketNotifier, Forget> made(new QSocketNotifier(socket, type));
    const int event = type == QSocketNotifier::Read ? CURL_CSELECT_IN : CURL_CSELECT_OUT;
    connect(made.get(), &QSocketNotifier::activated, this, [this, socket, event] { act(socket, event); });
    return made;
}

}  // namespace fos1::kube
