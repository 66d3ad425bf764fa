// SPDX-License-Identifier: GPL-2.0-or-later
#include "refclock/sock_feeder.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <QFile>
#include <cerrno>
#include <cstring>

namespace fos1::ntp {

namespace {

/// chronyd takes it in its own layout and byte order, and drops one of another size.
struct SockSample {
    timeval time;
    double offset;  ///< true time minus the system clock, in seconds
    int pulse;      ///< only the fraction of the second counts
    int leap;
    int padding;
    int magic;
};
constexpr int kMagic = 0x534f434b;
constexpr qint64 kNsPerMicrosecond = 1000;

}  // namespace

SockFeeder::SockFeeder(QString path)
    : m_path(std::move(path)), m_socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {}

SockFeeder::~SockFeeder() {
    if (m_socket >= 0) ::close(m_socket);
}

Result<void> SockFeeder::send(qint64 unixNs, const Arrival& arrival, SampleLeap leap) {
    SockSample sample{};
    sample.time.tv_sec = arrival.realNs / kNsPerSecond;
    sample.time.tv_usec = arrival.realNs % kNsPerSecond / kNsPerMicrosecond;
    sample.offset = static_cast<double>(unixNs - arrival.realNs) / static_cast<double>(kNsPerSecond);
    sample.leap = static_cast<int>(leap);
    sample.magic = kMagic;
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    const QByteArray path = QFile::encodeName(m_path);
    if (path.size() >= static_cast<qsizetype>(sizeof to.sun_path))
        return failure(ErrorCode::InvalidInput, QStringLiteral("%1 is too long for a socket").arg(m_path));
    std::memcpy(to.sun_path, path.constData(), static_cast<std::size_t>(path.size()));
    if (::sendto(m_socket, &sample, sizeof sample, MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to), sizeof to) ==
        static_cast<ssize_t>(sizeof sample))
        return {};
    const int number = errno;
    const bool isAbsent = number == ENOENT || number == ECONNREFUSED;
    return failure(ErrorCode::Io,
                   isAbsent ? QStringLiteral("chronyd does not listen on %1").arg(m_path)
                            : QStringLiteral("%1: %2").arg(m_path, QString::fromLocal8Bit(std::strerror(number))));
}

}  // namespace fos1::ntp
