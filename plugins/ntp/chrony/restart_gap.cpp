// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/restart_gap.h"

namespace fos1::ntp {

using std::chrono::steady_clock;

RestartGap::RestartGap(ChronyClient& client, QObject* parent) : QObject(parent), m_client(client) {
    m_again.setSingleShot(true);
    m_again.setTimerType(Qt::PreciseTimer);
    connect(&m_again, &QTimer::timeout, this, &RestartGap::ask);
}

void RestartGap::begin() {
    m_again.stop();
    if (!m_since) m_since = steady_clock::now();
}

void RestartGap::answered() {
    if (m_since) ask();
}

void RestartGap::cancel() {
    m_again.stop();
    m_since.reset();
}

void RestartGap::ask() {
    m_client.request(candm::trackingRequest(), this, [this, since = m_since](const Result<candm::Reply>& reply) {
        if (!m_since || m_since != since || m_again.isActive()) return;
        const auto waited = steady_clock::now() - *m_since;
        const auto tracking = reply.and_then(candm::tracking);
        if (tracking && tracking->leap != time::LeapState::Unsynchronised) {
            cancel();
            Q_EMIT measured(std::chrono::duration_cast<std::chrono::milliseconds>(waited));
        } else if (waited > kPatience) {
            cancel();
        } else {
            // Close together while somebody may be without time, then as often as a look at chronyd.
            m_again.start(waited < std::chrono::seconds(2) ? kInterval : std::chrono::milliseconds(200));
        }
    });
}

}  // namespace fos1::ntp
