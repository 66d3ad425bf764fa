// SPDX-License-Identifier: GPL-2.0-or-later
// Finds out when a chronyd that was just started answers. Knows no process.
#pragma once

#include <QObject>
#include <QTimer>

#include "candm/candm_codec.h"
#include "candm/chrony_client.h"

namespace fos1::ntp {

class AnswerProbe final : public QObject {
    Q_OBJECT
   public:
    static constexpr std::chrono::milliseconds kInterval{5};
    static constexpr std::chrono::seconds kDeadline{5};

    /// `client` outlives the object.
    explicit AnswerProbe(ChronyClient& client) : m_client(client) {
        m_timer.setSingleShot(true);
        m_timer.setInterval(kInterval);
        connect(&m_timer, &QTimer::timeout, this, &AnswerProbe::ask);
    }

    void start() {
        m_deadline = std::chrono::steady_clock::now() + kDeadline;
        ++m_run;
        m_timer.start();
    }
    /// The answer came too early to be of use.
    void again() { m_timer.start(); }
    void stop() {
        ++m_run;
        m_timer.stop();
    }

   Q_SIGNALS:
    void answered();
    /// No answer within kDeadline; `why`: what became of the last request.
    void silent(const QString& why);

   private:
    void ask() {
        m_client.request(candm::activityRequest(), this, [this, run = m_run](const Result<candm::Reply>& reply) {
            if (run != m_run) return;
            if (reply)
                Q_EMIT answered();
            else if (std::chrono::steady_clock::now() < m_deadline)
                m_timer.start();
            else
                Q_EMIT silent(reply.error().text());
        });
    }

    ChronyClient& m_client;
    QTimer m_timer;
    std::chrono::steady_clock::time_point m_deadline;
    quint64 m_run = 0;
};

}  // namespace fos1::ntp
