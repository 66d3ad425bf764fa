// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink_inbox.h"

#include <QPointer>
#include <QSocketNotifier>

namespace fos1::netlink {

void Inbox::LaterDeleter::operator()(QSocketNotifier* notifier) const {
    notifier->setEnabled(false);
    notifier->deleteLater();
}

Inbox::Inbox(std::shared_ptr<Socket> socket, Take take)
    : m_socket(std::move(socket)),
      m_take(std::move(take)),
      m_notifier(new QSocketNotifier(m_socket->descriptor(), QSocketNotifier::Read)) {
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &Inbox::read);
}

Inbox::~Inbox() = default;

void Inbox::read() {
    const QPointer<Inbox> self(this);
    // What was received is the socket's, and what takes it is ours.
    const std::shared_ptr<Socket> socket = m_socket;
    const Take take = m_take;
    for (int i = 0; i < kDatagramsATurn; ++i) {
        const Received received = socket->receive();
        if (received.what == Received::What::Nothing) break;
        const bool isOver = received.what == Received::What::Failure;
        // It would be readable for ever.
        if (isOver) m_notifier.reset();
        take(received);
        if (!self) return;
        if (isOver) break;
    }
    Q_EMIT turnEnded();
}

}  // namespace fos1::netlink
