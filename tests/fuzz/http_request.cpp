// SPDX-License-Identifier: GPL-2.0-or-later
// Requests to the HTTP port, in one piece and in several: for any input, the answer is valid HTTP and the same both
// times.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QCoreApplication>
#include <QUrl>

#include "fuzz.h"
#include "http/http_server.h"

namespace fos1::fuzz {

namespace {

/// The complete answer of the server.
QByteArray answerTo(quint16 port, const std::vector<QByteArray>& request) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    FUZZ_CLAIM(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    QByteArray answer;
    char buffer[4096];
    const auto receive = [&] {
        // On the loopback, written data arrives immediately; each turn of the loop advances the server by one step.
        for (int idle = 0; idle < 4;) {
            QCoreApplication::processEvents();
            const ssize_t got = ::recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
            if (got > 0) answer.append(buffer, static_cast<qsizetype>(got));
            idle = got > 0 ? 0 : idle + 1;
        }
    };
    for (const QByteArray& piece : request) {
        // The server may have closed the connection.
        if (::send(fd, piece.constData(), static_cast<std::size_t>(piece.size()), MSG_NOSIGNAL) < 0) break;
        receive();
    }
    // No port may stay in TIME_WAIT after each of many thousand connections.
    const linger now{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(fd);
    QCoreApplication::processEvents();
    return answer;
}

}  // namespace

void runOne(const QByteArray& input) {
    static host::HttpServer server;
    static const bool isListening = [] {
        server.route("/metrics", [](const host::HttpRequest&) {
            return host::HttpResponse{200, "text/plain", "fos1_up 1\n"};
        });
        return server.listen(QStringLiteral("127.0.0.1"), 0).has_value();
    }();
    FUZZ_CLAIM(isListening);
    if (input.size() > 4096) return;
    const auto port = static_cast<quint16>(QUrl(server.url()).port());
    for (const auto& request :
         {std::vector<QByteArray>{input}, {input.left(input.size() / 2), input.mid(input.size() / 2)}}) {
        const QByteArray answer = answerTo(port, request);
        FUZZ_CLAIM(answer.isEmpty() || answer.startsWith("HTTP/1."));
    }
    // The server still answers.
    const QByteArray next = answerTo(port, {"GET /metrics HTTP/1.0\r\n\r\n"});
    FUZZ_CLAIM(next.startsWith("HTTP/1.") && next.endsWith("fos1_up 1\n"));
}

}  // namespace fos1::fuzz
