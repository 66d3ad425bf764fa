// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink_questions.h"

#include <libmnl/libmnl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>

#include "netlink_socket.h"

namespace fos1::netlink {

void Questions::Closer::operator()(mnl_socket* socket) const { mnl_socket_close(socket); }

tl::expected<void, Error> Questions::open() {
    if (m_socket) return {};
    m_socket.reset(mnl_socket_open2(m_protocol, SOCK_CLOEXEC));
    if (!m_socket || mnl_socket_bind(m_socket.get(), 0, MNL_SOCKET_AUTOPID) < 0) {
        const Error error = systemError(QStringLiteral("no socket for questions to the kernel"));
        m_socket.reset();
        return tl::unexpected(error);
    }
    const timeval second{1, 0};
    ::setsockopt(mnl_socket_get_fd(m_socket.get()), SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
    return {};
}

tl::expected<void, Error> Questions::ask(nlmsghdr* question, std::function<void(const nlmsghdr*)> take) {
    if (const auto opened = open(); !opened) return opened;
    question->nlmsg_seq = ++m_sequence;
    const auto each = [](const nlmsghdr* message, void* data) {
        (*static_cast<std::function<void(const nlmsghdr*)>*>(data))(message);
        return (message->nlmsg_flags & NLM_F_MULTI) != 0 ? MNL_CB_OK : MNL_CB_STOP;
    };
    int state = mnl_socket_sendto(m_socket.get(), question, question->nlmsg_len) < 0 ? MNL_CB_ERROR : MNL_CB_OK;
    alignas(nlmsghdr) std::array<char, 32768> buffer{};  // as much as the kernel puts into one datagram of a list
    while (state == MNL_CB_OK) {
        const ssize_t got = mnl_socket_recvfrom(m_socket.get(), buffer.data(), buffer.size());
        state = got <= 0 ? MNL_CB_ERROR
                         : mnl_cb_run(buffer.data(), static_cast<std::size_t>(got), m_sequence,
                                      mnl_socket_get_portid(m_socket.get()), each, &take);
    }
    if (state == MNL_CB_STOP) return {};
    const Error error = systemError(QStringLiteral("the kernel's answer"));
    // The remaining parts must not be taken for the answer to the next question. After "not there" no parts remain, and
    // closing a socket may take long (netfilter waits for everything that was just deleted).
    if (error.code != ErrorCode::NotFound) m_socket.reset();
    return tl::unexpected(error);
}

}  // namespace fos1::netlink
