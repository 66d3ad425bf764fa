// SPDX-License-Identifier: GPL-2.0-or-later
// Questions to the kernel that wait for their answer: for worker threads only. Must not know what is asked.
#pragma once

#include <functional>
#include <memory>

#include "fos1/result.h"

struct mnl_socket;
struct nlmsghdr;

namespace fos1::netlink {

/// Each question waits 1 s at most for each part of the answer. Works in the network namespace of the thread that asks
/// first, and keeps its socket.
class Questions {
   public:
    explicit Questions(int protocol) : m_protocol(protocol) {}

    /// `question` is whole but for its number. `take` is given each message of the answer. NotFound when there is
    /// none (ENOENT), Conflict when it was changed while it was listed (EINTR): ask again.
    [[nodiscard]] tl::expected<void, Error> ask(nlmsghdr* question, std::function<void(const nlmsghdr*)> take);

   private:
    tl::expected<void, Error> open();

    struct Closer {
        void operator()(mnl_socket* socket) const;
    };
    const int m_protocol;
    std::unique_ptr<mnl_socket, Closer> m_socket;
    quint32 m_sequence = 0;
};

}  // namespace fos1::netlink
