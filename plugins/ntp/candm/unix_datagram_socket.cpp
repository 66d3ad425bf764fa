// SPDX-License-Identifier: GPL-2.0-or-later
#include "candm/unix_datagram_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <QDir>
#include <QRandomGenerator>
#include <cerrno>
#include <cstring>

namespace fos1::ntp {

namespace {

const QString kPrefix = QStringLiteral("fos1-");
const QString kSuffix = QStringLiteral(".client");

/// Nothing when the path is too long (sun_path has 108 bytes).
std::optional<sockaddr_un> addressOf(const QByteArray& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= static_cast<qsizetype>(sizeof address.sun_path)) return std::nullopt;
    std::memcpy(address.sun_path, path.constData(), static_cast<std::size_t>(path.size()));
    return address;
}

const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

}  // namespace

namespace {

/// For chronyd, which answers as its own user. The directory is that user's, who could put a link in the place of the
/// socket: only a socket of ours is changed, and no link is followed.
bool openToAll(const QByteArray& path) {
    const int place = ::open(path.constData(), O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (place < 0) return false;
    struct stat info {};
    const bool isOurs =
        ::fstat(place, &info) == 0 && S_ISSOCK(info.st_mode) && info.st_uid == ::geteuid() && info.st_nlink == 1;
    if (!isOurs) errno = EPERM;
    const QByteArray same = "/proc/self/fd/" + QByteArray::number(place);
    const bool isDone = isOurs && ::chmod(same.constData(), 0666) == 0;
    const int error = errno;
    ::close(place);
    errno = error;
    return isDone;
}

}  // namespace

Result<UnixDatagramSocket> UnixDatagramSocket::bind(const QString& directory) {
    const QString name = kPrefix + QString::number(getpid()) + u'-' +
                         QString::number(QRandomGenerator::global()->generate64(), 16).rightJustified(16, u'0') +
                         kSuffix;
    const QByteArray path = QFile::encodeName(directory + u'/' + name);
    const std::optional<sockaddr_un> address = addressOf(path);
    if (!address)
        return failure(ErrorCode::InvalidInput, QStringLiteral("the path of the socket is longer than 107 bytes"),
                       QFile::decodeName(path));
    const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return failure(ErrorCode::Io, qt_error_string(errno));
    if (::bind(descriptor, generic(*address), sizeof *address) != 0) {
        const QString why = qt_error_string(errno);
        ::close(descriptor);
        return failure(ErrorCode::Io, why, QFile::decodeName(path));
    }
    UnixDatagramSocket socket(descriptor, path);
    if (geteuid() == 0 && !openToAll(path))
        return failure(ErrorCode::Io, qt_error_string(errno), QFile::decodeName(path));
    return socket;
}

UnixDatagramSocket::UnixDatagramSocket(UnixDatagramSocket&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1)), m_path(std::exchange(other.m_path, {})) {}

UnixDatagramSocket& UnixDatagramSocket::operator=(UnixDatagramSocket&& other) noexcept {
    std::swap(m_descriptor, other.m_descriptor);
    std::swap(m_path, other.m_path);
    return *this;
}

UnixDatagramSocket::~UnixDatagramSocket() {
    if (m_descriptor < 0) return;
    ::close(m_descriptor);
    ::unlink(m_path.constData());
}

SendOutcome UnixDatagramSocket::send(const QByteArray& datagram, const QString& path) const {
    const std::optional<sockaddr_un> address = addressOf(QFile::encodeName(path));
    if (!address) return SendOutcome::Unreachable;
    const ssize_t sent = ::sendto(m_descriptor, datagram.constData(), static_cast<std::size_t>(datagram.size()),
                                  MSG_NOSIGNAL, generic(*address), sizeof *address);
    if (sent == datagram.size()) return SendOutcome::Sent;
    const bool busy = errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS || errno == EINTR;
    return busy ? SendOutcome::Busy : SendOutcome::Unreachable;
}

std::optional<UnixDatagramSocket::Datagram> UnixDatagramSocket::receive(qsizetype limit) const {
    Datagram datagram{QByteArray(limit, Qt::Uninitialized), {}};
    sockaddr_un from{};
    socklen_t size = sizeof from;
    const ssize_t got = ::recvfrom(m_descriptor, datagram.bytes.data(), static_cast<std::size_t>(limit), 0,
                                   reinterpret_cast<sockaddr*>(&from), &size);
    if (got < 0) return std::nullopt;
    datagram.bytes.truncate(got);
    if (size > offsetof(sockaddr_un, sun_path)) {
        const auto length = strnlen(from.sun_path, size - offsetof(sockaddr_un, sun_path));
        datagram.from = QFile::decodeName(QByteArray(from.sun_path, static_cast<qsizetype>(length)));
    }
    return datagram;
}

void UnixDatagramSocket::removeLeftovers(const QString& directory) {
    QDir dir(directory);
    const QStringList names = dir.entryList({kPrefix + u'*' + kSuffix}, QDir::System | QDir::Files | QDir::Hidden);
    const QString ours = kPrefix + QString::number(getpid()) + u'-';
    for (const QString& name : names)
        if (!name.startsWith(ours)) dir.remove(name);
}

}  // namespace fos1::ntp
