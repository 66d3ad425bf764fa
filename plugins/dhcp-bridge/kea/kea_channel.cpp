// SPDX-License-Identifier: GPL-2.0-or-later
#include "kea/kea_channel.h"

#include <utility>

namespace fos1::dhcp {

KeaChannel::KeaChannel(QString place) : m_place(std::move(place)) {
    for (QTimer* const timer : {&m_quiet, &m_deadline}) {
        timer->setSingleShot(true);
        connect(timer, &QTimer::timeout, this, [this, timer] {
            const double seconds = std::chrono::duration<double>(timer->intervalAsDuration()).count();
            fail(ErrorCode::Timeout, QStringLiteral("no complete answer within %1 s").arg(seconds));
        });
    }
}

void KeaChannel::ask(const QByteArray& command, std::chrono::milliseconds patience, Answered answered) {
    Q_ASSERT(!m_answered);
    m_answered = std::move(answered);
    m_received.clear();
    m_quiet.start(patience);
    m_deadline.start(kMostPatience * patience);
    send(command);
}

void KeaChannel::received(const QByteArray& part) {
    if (!isWaiting()) return;
    m_received += part;
    m_quiet.start();
    if (m_received.size() > kMostBytes)
        fail(ErrorCode::Protocol, QStringLiteral("the answer is longer than %1 bytes").arg(kMostBytes));
}

void KeaChannel::complete() {
    if (isWaiting()) end(std::exchange(m_received, {}));
}

void KeaChannel::fail(ErrorCode code, const QString& message) {
    if (isWaiting()) end(failure(code, message, m_place));
}

void KeaChannel::end(const Result<QByteArray>& answer) {
    m_quiet.stop();
    m_deadline.stop();
    m_received = {};
    drop();
    const Answered answered = std::exchange(m_answered, nullptr);
    answered(answer);
}

}  // namespace fos1::dhcp
