// SPDX-License-Identifier: GPL-2.0-or-later
// A UDP socket in a namespace of the lab that shows what arrives and how it was marked.
#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "lab.h"

namespace fos1::ntp::test {

struct Datagram {
    QByteArray payload;
    QByteArray from;
    int tos = -1;  ///< the IPv4 header's second byte (RFC 2474)
};

class Listener {
   public:
    /// At `port` of every IPv4 address; 0: any port.
    Listener(const lab::Lab& lab, const char* ns, quint16 port = 0) {
        // A socket stays in the namespace in which it was created.
        lab.inside(QString::fromLatin1(ns), [this, port] {
            m_socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
            const int on = 1;
            ::setsockopt(m_socket, IPPROTO_IP, IP_RECVTOS, &on, sizeof on);
            sockaddr_in any{};
            any.sin_family = AF_INET;
            any.sin_port = htons(port);
            m_isBound = ::bind(m_socket, reinterpret_cast<sockaddr*>(&any), sizeof any) == 0;
        });
    }
    ~Listener() { ::close(m_socket); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    [[nodiscard]] bool isBound() const { return m_isBound; }

    void send(const QByteArray& payload, const char* address, quint16 port) const {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        ::inet_pton(AF_INET, address, &to.sin_addr);
        (void)!::sendto(m_socket, payload.constData(), static_cast<std::size_t>(payload.size()), 0,
                        reinterpret_cast<sockaddr*>(&to), sizeof to);
    }

    /// The next one, or an empty one when none arrives.
    [[nodiscard]] Datagram next(int timeoutMs) const {
        pollfd wanted{m_socket, POLLIN, 0};
        if (::poll(&wanted, 1, timeoutMs) != 1) return {};
        std::array<char, 2048> buffer{};
        std::array<char, 256> control{};
        sockaddr_in from{};
        iovec part{buffer.data(), buffer.size()};
        msghdr message{};
        message.msg_name = &from;
        message.msg_namelen = sizeof from;
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        const ssize_t size = ::recvmsg(m_socket, &message, 0);
        if (size < 0) return {};
        Datagram datagram{QByteArray(buffer.data(), size), {}, -1};
        std::array<char, INET_ADDRSTRLEN> text{};
        datagram.from = ::inet_ntop(AF_INET, &from.sin_addr, text.data(), text.size());
        for (cmsghdr* each = CMSG_FIRSTHDR(&message); each; each = CMSG_NXTHDR(&message, each))
            if (each->cmsg_level == IPPROTO_IP && each->cmsg_type == IP_TOS) datagram.tos = *CMSG_DATA(each);
        return datagram;
    }

   private:
    int m_socket = -1;
    bool m_isBound = false;
};

}  // namespace fos1::ntp::test
