// SPDX-License-Identifier: GPL-2.0-or-later
// Reads a socket from the event loop, so many datagrams a turn: whatever the kernel sends, others have their turn too.
#pragma once

#include <QObject>
#include <functional>
#include <memory>

#include "netlink_socket.h"

class QSocketNotifier;

namespace fos1::netlink {

class Inbox final : public QObject {
    Q_OBJECT
   public:
    static constexpr int kDatagramsATurn = 64;

    /// Called for each; never with Nothing, and not again after a Failure. It may delete the inbox.
    using Take = std::function<void(const Received& received)>;

    Inbox(std::shared_ptr<Socket> socket, Take take);
    ~Inbox() override;

   Q_SIGNALS:
    /// All that was there for this turn was taken.
    void turnEnded();

   private:
    /// It may be in the middle of its signal.
    struct LaterDeleter {
        void operator()(QSocketNotifier* notifier) const;
    };
    void read();

    std::shared_ptr<Socket> m_socket;  ///< shared: the one who sends keeps it too
    Take m_take;
    std::unique_ptr<QSocketNotifier, LaterDeleter> m_notifier;  ///< goes before its socket
};

}  // namespace fos1::netlink
