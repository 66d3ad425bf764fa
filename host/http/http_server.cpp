// SPDX-License-Identifier: GPL-2.0-or-later
#include "http/http_server.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "ip_address.h"

namespace fos1::host {

namespace {

constexpr unsigned kMaxConnections = 64;
constexpr unsigned kTimeoutSeconds = 10;             ///< without a byte
constexpr std::chrono::seconds kRequestPatience{5};  ///< for a whole request and its answer
/// While connections are open. libmicrohttpd leaves the listening socket out of its epoll set when it has too many, and
/// takes it back in only when it is called after one has been closed.
constexpr std::chrono::milliseconds kTick{250};
constexpr std::size_t kConnectionMemory = 16 * 1024;  ///< for the request line and headers

bool isLoopback(const net::IpAddress& address) {
    static const auto v6 = net::IpAddress::parse(QStringLiteral("::1"));
    return address.family == net::AddressFamily::Inet4 ? address.bytes[0] == 127 : address == v6;
}

/// Whether a Host header names a loopback host: "localhost:9559", "[::1]:9559", "127.0.0.1".
bool namesLoopback(const QByteArray& header) {
    QString host = QString::fromLatin1(header);
    host = host.startsWith(u'[') ? host.mid(1).section(u']', 0, 0) : host.section(u':', 0, 0);
    if (host.compare(QLatin1String("localhost"), Qt::CaseInsensitive) == 0) return true;
    const auto address = net::IpAddress::parse(host);
    return address && isLoopback(*address);
}

using Values = std::map<QByteArray, QByteArray>;

MHD_Result addHeader(void* values, MHD_ValueKind /*kind*/, const char* name, const char* value) {
    (*static_cast<Values*>(values))[QByteArray(name).toLower()] = value;
    return MHD_YES;
}

MHD_Result addArgument(void* values, MHD_ValueKind /*kind*/, const char* name, const char* value) {
    (*static_cast<Values*>(values))[name] = value;
    return MHD_YES;
}

MHD_Result answer(void* self, MHD_Connection* connection, const char* url, const char* method, const char* /*version*/,
                  const char* /*upload*/, std::size_t* uploadSize, void** requestState) {
    // First call: headers only. A body is read and discarded, at most one libmicrohttpd buffer per turn.
    static char seen = 0;
    if (!*requestState) {
        *requestState = &seen;
        return MHD_YES;
    }
    if (*uploadSize > 0) {
        *uploadSize = 0;
        return MHD_YES;
    }
    static_cast<HttpServer*>(self)->opened(connection);
    HttpRequest request{method, url, {}, {}};
    MHD_get_connection_values(connection, MHD_HEADER_KIND, &addHeader, &request.headers);
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, &addArgument, &request.query);
    const HttpResponse response = static_cast<HttpServer*>(self)->respond(request);
    // Shared by all connections that are sent the same.
    auto body = std::make_unique<QByteArray>(response.body);
    MHD_Response* reply = MHD_create_response_from_buffer_with_free_callback_cls(
        static_cast<std::size_t>(body->size()), const_cast<char*>(body->constData()),
        [](void* bytes) { delete static_cast<QByteArray*>(bytes); }, body.get());
    if (!reply) return MHD_NO;
    (void)body.release();
    MHD_add_response_header(reply, MHD_HTTP_HEADER_CONTENT_TYPE, response.contentType.constData());
    MHD_add_response_header(reply, "X-Content-Type-Options", "nosniff");
    if (response.status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(reply, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    const MHD_Result queued = MHD_queue_response(connection, response.status, reply);
    MHD_destroy_response(reply);
    return queued;
}

void notify(void* self, MHD_Connection* connection, void** /*state*/, MHD_ConnectionNotificationCode code) {
    auto* server = static_cast<HttpServer*>(self);
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        server->opened(connection);
    else
        server->closed(connection);
}

}  // namespace

void HttpServer::StopDaemon::operator()(MHD_Daemon* daemon) const { MHD_stop_daemon(daemon); }

HttpServer::HttpServer(QObject* parent) : QObject(parent) {
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &HttpServer::turn);
}

HttpServer::~HttpServer() = default;

void HttpServer::route(const QByteArray& path, Handler handler, Answer answer) {
    m_routes[path] = {std::move(handler), answer, std::nullopt};
}

HttpResponse HttpServer::respond(const HttpRequest& request) {
    const auto host = request.headers.find("host");
    if (m_isOnLoopback && host != request.headers.end() && !namesLoopback(host->second))
        return {MHD_HTTP_MISDIRECTED_REQUEST, "text/plain; charset=utf-8",
                "421 the Host header must be a loopback address or localhost\n"};
    const auto route = m_routes.find(request.path);
    if (route == m_routes.end()) {
        QByteArray body = "404 not found; available paths:\n";
        for (const auto& [known, unused] : m_routes) body += known + '\n';
        return {MHD_HTTP_NOT_FOUND, "text/plain; charset=utf-8", body};
    }
    if (request.method != "GET" && request.method != "HEAD")
        return {MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain; charset=utf-8", "405 only GET and HEAD are allowed\n"};
    if (route->second.answer == Answer::ByRequest) return route->second.handler(request);
    if (!route->second.shared) route->second.shared = route->second.handler(request);
    return *route->second.shared;
}

Result<void> HttpServer::listen(const QString& address, quint16 port) {
    const auto host = net::IpAddress::parse(address);
    if (!host)
        return failure(ErrorCode::InvalidInput, QStringLiteral("\"%1\" is not an IP address").arg(address),
                       QStringLiteral("http.address"));
    sockaddr_storage storage{};
    const bool isV6 = host->family == net::AddressFamily::Inet6;
    m_isOnLoopback = isLoopback(*host);
    if (isV6) {
        auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        std::copy(host->bytes.begin(), host->bytes.end(), v6->sin6_addr.s6_addr);
    } else {
        auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        std::memcpy(&v4->sin_addr, host->bytes.data(), sizeof v4->sin_addr);
    }
    const unsigned flags = MHD_USE_EPOLL | (isV6 ? MHD_USE_IPv6 : 0);
    m_daemon.reset(MHD_start_daemon(flags, port, nullptr, nullptr, &answer, this, MHD_OPTION_SOCK_ADDR,
                                    reinterpret_cast<sockaddr*>(&storage), MHD_OPTION_CONNECTION_LIMIT, kMaxConnections,
                                    MHD_OPTION_CONNECTION_TIMEOUT, kTimeoutSeconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                                    kConnectionMemory, MHD_OPTION_NOTIFY_CONNECTION, &notify, this, MHD_OPTION_END));
    if (!m_daemon)
        return failure(ErrorCode::Io,
                       QStringLiteral("cannot listen on %1 port %2: %3")
                           .arg(address)
                           .arg(port)
                           .arg(QString::fromLocal8Bit(strerror(errno))),
                       QStringLiteral("http"));
    const MHD_DaemonInfo* epoll = MHD_get_daemon_info(m_daemon.get(), MHD_DAEMON_INFO_EPOLL_FD);
    const MHD_DaemonInfo* bound = MHD_get_daemon_info(m_daemon.get(), MHD_DAEMON_INFO_BIND_PORT);
    m_notifier = std::make_unique<QSocketNotifier>(epoll->epoll_fd, QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &HttpServer::turn);
    m_url = QStringLiteral("http://%1:%2").arg(isV6 ? u'[' + address + u']' : address).arg(bound->port);
    turn();
    return {};
}

void HttpServer::turn() {
    MHD_run(m_daemon.get());
    for (auto& [path, route] : m_routes) route.shared.reset();
    const bool hasConnections = endSlowOnes();
    const bool isTicking = std::exchange(m_hadConnections, hasConnections) || hasConnections;
    std::chrono::milliseconds next = isTicking ? kTick : std::chrono::milliseconds(60'000);
    MHD_UNSIGNED_LONG_LONG timeoutMs = 0;
    const bool hasTimeout = MHD_get_timeout(m_daemon.get(), &timeoutMs) == MHD_YES;
    if (hasTimeout) next = std::min(next, std::chrono::milliseconds(timeoutMs));
    if (hasTimeout || isTicking)
        m_timer.start(next);
    else
        m_timer.stop();
}

bool HttpServer::endSlowOnes() {
    const auto now = std::chrono::steady_clock::now();
    for (const auto& [connection, since] : m_connections) {
        if (now - since < kRequestPatience) continue;
        const MHD_ConnectionInfo* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        if (info) ::shutdown(info->connect_fd, SHUT_RDWR);  // the next turn finds it closed
    }
    return !m_connections.empty();
}

}  // namespace fos1::host
