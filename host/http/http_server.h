// SPDX-License-Identifier: GPL-2.0-or-later
// A small read-only HTTP server on the host's own event loop (libmicrohttpd), with limits on connections and time. Must
// not know what the pages contain.
#pragma once

#include <QByteArray>
#include <QObject>
#include <QSocketNotifier>
#include <QString>
#include <QTimer>
#include <chrono>
#include <functional>
#include <map>
#include <memory>

#include "fos1/result.h"

struct MHD_Connection;
struct MHD_Daemon;

namespace fos1::host {

struct HttpResponse {
    unsigned status = 200;
    QByteArray contentType = "text/plain; charset=utf-8";
    QByteArray body;
};

struct HttpRequest {
    QByteArray method;
    QByteArray path;                           ///< decoded, without the query
    std::map<QByteArray, QByteArray> query;    ///< decoded; for a repeated name, the last value
    std::map<QByteArray, QByteArray> headers;  ///< by name in lower case; for a repeated name, the last value
};

class HttpServer : public QObject {
    Q_OBJECT
   public:
    using Handler = std::function<HttpResponse(const HttpRequest&)>;

    explicit HttpServer(QObject* parent = nullptr);
    ~HttpServer() override;

    /// Whether the answer depends on the request. If not, requests that are handled in the same turn of the event loop
    /// share one answer, so that many of them at once cost no more than one.
    enum class Answer { ByRequest, Shared };

    /// Answers GET and HEAD of exactly `path`. Other paths are 404, other methods 405.
    void route(const QByteArray& path, Handler handler, Answer answer = Answer::ByRequest);

    /// `port` 0: any free port. A server on a loopback address answers only requests whose Host header names a loopback
    /// address or localhost (421 otherwise). Without this, a foreign web page in a local browser could read it under
    /// the page's own host name (DNS rebinding).
    Result<void> listen(const QString& address, quint16 port);

    /// "http://127.0.0.1:9559" once the server listens.
    [[nodiscard]] QString url() const { return m_url; }

    [[nodiscard]] HttpResponse respond(const HttpRequest& request);

    // For libmicrohttpd.
    void opened(MHD_Connection* connection) { m_connections[connection] = std::chrono::steady_clock::now(); }
    void closed(MHD_Connection* connection) { m_connections.erase(connection); }

   private:
    struct StopDaemon {
        void operator()(MHD_Daemon* daemon) const;
    };
    void turn();
    /// Closes connections that took too long for a request. Returns whether any are open.
    bool endSlowOnes();

    struct Route {
        Handler handler;
        Answer answer = Answer::ByRequest;
        std::optional<HttpResponse> shared;  ///< of this turn
    };
    std::map<QByteArray, Route> m_routes;
    /// When each open connection was opened, or last answered.
    std::map<MHD_Connection*, std::chrono::steady_clock::time_point> m_connections;
    std::unique_ptr<MHD_Daemon, StopDaemon> m_daemon;  ///< its end calls closed()
    std::unique_ptr<QSocketNotifier> m_notifier;
    QTimer m_timer;
    bool m_hadConnections = false;
    QString m_url;
    bool m_isOnLoopback = false;
};

}  // namespace fos1::host
