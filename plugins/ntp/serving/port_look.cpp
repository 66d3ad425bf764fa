// SPDX-License-Identifier: GPL-2.0-or-later
#include "serving/port_look.h"

namespace fos1::ntp {

PortLook::~PortLook() {
    if (m_thread) m_thread->wait();
}

void PortLook::look(quint16 port, qint64 ours) {
    const auto now = std::chrono::steady_clock::now();
    if (m_thread || (m_lookedAt && now - *m_lookedAt < kBetweenLooks)) return;
    m_lookedAt = now;
    m_thread.reset(QThread::create([this, port, ours] { m_seeing = useOf(port, ours); }));
    connect(m_thread.get(), &QThread::finished, this, &PortLook::end);
    m_thread->start();
}

void PortLook::forget() {
    m_isForgotten = m_thread != nullptr;
    m_seen.reset();
    m_lookedAt.reset();
}

void PortLook::end() {
    m_thread->wait();
    m_thread.reset();
    if (std::exchange(m_isForgotten, false)) return;
    m_seen = std::move(m_seeing);
    Q_EMIT ended();
}

}  // namespace fos1::ntp
