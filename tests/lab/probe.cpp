// SPDX-License-Identifier: GPL-2.0-or-later
#include "probe.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace fos1::lab {

namespace {

/// Time limit for an answer of a daemon in the lab: long, because the asking process may be delayed.
constexpr int kAnswerMs = 1000;

/// A socket that is connected or connecting to an address of either family; -1: not even connecting.
class Socket {
   public:
    Socket(const QString& address, quint16 port, int type) {
        const bool isV6 = address.contains(u':');
        m_fd = ::socket(isV6 ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        sockaddr_storage to{};
        socklen_t size = 0;
        if (isV6) {
            auto* v6 = reinterpret_cast<sockaddr_in6*>(&to);
            v6->sin6_family = AF_INET6;
            v6->sin6_port = htons(port);
            ::inet_pton(AF_INET6, qPrintable(address), &v6->sin6_addr);
            size = sizeof *v6;
        } else {
            auto* v4 = reinterpret_cast<sockaddr_in*>(&to);
            v4->sin_family = AF_INET;
            v4->sin_port = htons(port);
            ::inet_pton(AF_INET, qPrintable(address), &v4->sin_addr);
            size = sizeof *v4;
        }
        const int on = 1;
        ::setsockopt(m_fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
        if (::connect(m_fd, reinterpret_cast<sockaddr*>(&to), size) != 0) m_error = errno;
    }
    ~Socket() { ::close(m_fd); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    [[nodiscard]] int error() const { return m_error; }
    [[nodiscard]] bool send(const QByteArray& payload) const {
        return ::send(m_fd, payload.constData(), static_cast<std::size_t>(payload.size()), 0) == payload.size();
    }
    [[nodiscard]] bool waitFor(short what, int timeoutMs) const {
        pollfd wanted{m_fd, what, 0};
        return ::poll(&wanted, 1, timeoutMs) == 1;
    }
    [[nodiscard]] std::optional<QByteArray> receive(int timeoutMs) const {
        std::array<char, 2048> buffer{};
        if (!waitFor(POLLIN, timeoutMs)) return std::nullopt;
        const ssize_t got = ::recv(m_fd, buffer.data(), buffer.size(), 0);
        if (got < 0) return std::nullopt;
        return QByteArray(buffer.data(), got);
    }
    [[nodiscard]] int outcome() const {
        int error = 0;
        socklen_t size = sizeof error;
        ::getsockopt(m_fd, SOL_SOCKET, SO_ERROR, &error, &size);
        return error;
    }

   private:
    int m_fd = -1;
    int m_error = 0;
};

std::chrono::nanoseconds wallClock() { return std::chrono::system_clock::now().time_since_epoch(); }

/// Converts a timestamp of NTP's era 0 (RFC 5905, section 6) to time since the Unix epoch.
std::chrono::nanoseconds timeAt(const QByteArray& packet, int at) {
    quint64 value = 0;
    for (int i = 0; i < 8; ++i) value = value << 8 | static_cast<unsigned char>(packet.at(at + i));
    const auto seconds = static_cast<qint64>(value >> 32) - 2'208'988'800;
    return std::chrono::seconds(seconds) +
           std::chrono::nanoseconds(static_cast<qint64>(((value & 0xffffffff) * 1'000'000'000) >> 32));
}

}  // namespace

QByteArray ntpPacket(int mode, int length) {
    QByteArray packet(length, '\0');
    packet[0] = static_cast<char>(4 << 3 | mode);
    if (length > 40) packet[40] = 1;  // a non-zero transmit time
    return packet;
}

bool Probe::send(const QString& address, const QByteArray& payload, int times, quint16 port) const {
    bool isSent = true;
    m_lab.inside(m_ns, [&] {
        const Socket socket(address, port, SOCK_DGRAM);
        for (int i = 0; i < times; ++i) isSent = socket.send(payload) && isSent;
    });
    return isSent;
}

std::optional<QByteArray> Probe::ask(const QString& address, const QByteArray& payload, quint16 port) const {
    std::optional<QByteArray> answer;
    m_lab.inside(m_ns, [&] {
        const Socket socket(address, port, SOCK_DGRAM);
        if (socket.send(payload)) answer = socket.receive(kAnswerMs);
    });
    return answer;
}

int Probe::answers(const QString& address, int times, quint16 port) const {
    int count = 0;
    m_lab.inside(m_ns, [&] {
        const Socket socket(address, port, SOCK_DGRAM);
        for (int i = 0; i < times; ++i)
            if (!socket.send(ntpPacket(3))) return;
        while (socket.receive(kAnswerMs)) ++count;
    });
    return count;
}

std::optional<TimeAnswer> Probe::time(const QString& address, quint16 port) const {
    std::optional<QByteArray> answer;
    std::chrono::nanoseconds sent{0};
    std::chrono::nanoseconds received{0};
    m_lab.inside(m_ns, [&] {
        const Socket socket(address, port, SOCK_DGRAM);
        sent = wallClock();
        if (socket.send(ntpPacket(3))) answer = socket.receive(kAnswerMs);
        received = wallClock();
    });
    if (!answer || answer->size() < 48) return std::nullopt;
    const auto byte = [&](int at) { return static_cast<unsigned char>(answer->at(at)); };
    QByteArray reference = QByteArray::number(byte(12));
    for (int i = 13; i < 16; ++i) reference += '.' + QByteArray::number(byte(i));
    const auto serverReceived = timeAt(*answer, 32);
    const auto serverSent = timeAt(*answer, 40);
    // NTP short format (RFC 5905, section 6): seconds in units of 2^-16.
    const auto shortTime = [&](int at) {
        const qint64 units = qint64{byte(at)} << 24 | byte(at + 1) << 16 | byte(at + 2) << 8 | byte(at + 3);
        return std::chrono::nanoseconds(units * 1'000'000'000 >> 16);
    };
    constexpr int kRootDelay = 4;
    constexpr int kRootDispersion = 8;
    return TimeAnswer{byte(0) >> 6,
                      byte(1),
                      reference,
                      ((serverReceived - sent) + (serverSent - received)) / 2,
                      (received - sent) - (serverSent - serverReceived),
                      shortTime(kRootDelay) / 2 + shortTime(kRootDispersion)};
}

Connection Probe::connect(const QString& address, quint16 port) const {
    int error = ETIMEDOUT;
    m_lab.inside(m_ns, [&] {
        const Socket socket(address, port, SOCK_STREAM);
        error = socket.error();
        if (error == EINPROGRESS) error = socket.waitFor(POLLOUT, 500) ? socket.outcome() : ETIMEDOUT;
    });
    if (error == 0) return Connection::Opens;
    return error == ECONNREFUSED ? Connection::Refused : Connection::Silent;
}

bool Probe::reaches(const QString& address, quint16 port) const { return connect(address, port) != Connection::Silent; }

std::optional<QByteArray> Probe::resolve(const QString& server, const QByteArray& name) const {
    // A recursive query for one A record of class IN.
    QByteArray question("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00", 12);
    for (const QByteArray& label : name.split('.')) question += static_cast<char>(label.size()) + label;
    question += QByteArray("\x00\x00\x01\x00\x01", 5);
    const auto answer = ask(server, question, 53);
    if (!answer || answer->size() < question.size()) return std::nullopt;
    const auto byte = [&](qsizetype at) { return static_cast<unsigned char>(answer->at(at)); };
    qsizetype at = question.size();
    for (int left = byte(6) << 8 | byte(7); left > 0; --left) {
        // Its name: labels, or a pointer to earlier ones.
        while (at < answer->size() && byte(at) != 0 && byte(at) < 0xc0) at += byte(at) + 1;
        at += at < answer->size() && byte(at) >= 0xc0 ? 2 : 1;
        if (at + 10 > answer->size()) return QByteArray();
        const int size = byte(at + 8) << 8 | byte(at + 9);
        const bool isAddress = byte(at) == 0 && byte(at + 1) == 1 && size == 4;
        at += 10;
        if (at + size > answer->size()) return QByteArray();
        if (isAddress)
            return QByteArray::number(byte(at)) + '.' + QByteArray::number(byte(at + 1)) + '.' +
                   QByteArray::number(byte(at + 2)) + '.' + QByteArray::number(byte(at + 3));
        at += size;
    }
    return QByteArray();
}

bool Probe::sendFrom(quint16 from, const QString& address, const QByteArray& payload, quint16 port) const {
    QByteArray datagram(8, '\0');  // a checksum of 0 means no checksum
    const auto put = [&](int at, int value) {
        datagram[at] = static_cast<char>(value >> 8);
        datagram[at + 1] = static_cast<char>(value & 0xff);
    };
    put(0, from);
    put(2, port);
    put(4, static_cast<int>(payload.size()) + 8);
    bool isSent = false;
    m_lab.inside(m_ns, [&] {
        const int fd = ::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_UDP);
        const int on = 1;
        ::setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        ::inet_pton(AF_INET, qPrintable(address), &to.sin_addr);
        const QByteArray all = datagram + payload;
        isSent = ::sendto(fd, all.constData(), static_cast<std::size_t>(all.size()), 0,
                          reinterpret_cast<sockaddr*>(&to), sizeof to) == all.size();
        ::close(fd);
    });
    return isSent;
}

}  // namespace fos1::lab
