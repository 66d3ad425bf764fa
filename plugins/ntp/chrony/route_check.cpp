// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/route_check.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace fos1::ntp {

QString whyUnreachable(const IpAddress& address) {
    constexpr quint16 kAnyPort = 123;
    sockaddr_storage to{};
    socklen_t size = 0;
    if (address.family == AddressFamily::Inet4) {
        auto& inet = reinterpret_cast<sockaddr_in&>(to);
        inet.sin_family = AF_INET;
        inet.sin_port = htons(kAnyPort);
        std::memcpy(&inet.sin_addr, address.bytes.data(), sizeof inet.sin_addr);
        size = sizeof inet;
    } else {
        auto& inet6 = reinterpret_cast<sockaddr_in6&>(to);
        inet6.sin6_family = AF_INET6;
        inet6.sin6_port = htons(kAnyPort);
        std::memcpy(&inet6.sin6_addr, address.bytes.data(), sizeof inet6.sin6_addr);
        size = sizeof inet6;
    }
    const int socket = ::socket(to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket < 0) return qt_error_string(errno);
    const int error = ::connect(socket, reinterpret_cast<const sockaddr*>(&to), size) == 0 ? 0 : errno;
    ::close(socket);
    return error == 0 ? QString() : qt_error_string(error);
}

}  // namespace fos1::ntp
