// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/chrony_user.h"

#include <utility>

namespace fos1::ntp {

ChronyUser::ChronyUser(QString configured, QObject* parent)
    : QObject(parent),
      m_configured(std::move(configured)),
      m_current(failure(ErrorCode::Timeout,
                        QStringLiteral("the user database has not answered yet; the user of chronyd is unknown"))),
      m_worker("chrony-user", std::chrono::milliseconds(0), Worker::WhenIdle::Ends) {
    m_patience.setSingleShot(true);
    m_patience.setInterval(kPatience);
    connect(&m_patience, &QTimer::timeout, this, &ChronyUser::answer);
}

void ChronyUser::ask(std::function<void()> known) {
    if (known) m_waiting.push_back(std::move(known));
    if (!m_waiting.empty() && !m_patience.isActive()) m_patience.start();
    if (std::exchange(m_isAsking, true)) return;
    m_worker.post([this, configured = m_configured]() -> Worker::Answer {
        return [this, user = resolveRunAs(configured)] {
            m_isAsking = false;
            m_current = user;
            answer();
        };
    });
}

void ChronyUser::answer() {
    m_patience.stop();
    for (const auto& known : std::exchange(m_waiting, {})) known();
}

}  // namespace fos1::ntp
