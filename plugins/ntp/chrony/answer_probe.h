// SPDX-License-Identifier: GPL-2.0-or-later
// Finds out when a chronyd that was just started answers, and when one that runs does not answer any more. Knows no
// process.
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
    static constexpr int kLooksInPatience = 10;
    /// Nobody listens on the socket any more: one that runs cannot be asked again, however long we wait. More than one
    /// look, because it may be ending.
    static constexpr int kMostUnreachable = 3;
    static constexpr std::chrono::milliseconds kUnreachableInterval{300};

    /// `client` outlives the object. `patience`: with one that runs and does not answer.
    AnswerProbe(ChronyClient& client, std::chrono::milliseconds patience) : m_client(client), m_patience(patience) {
        m_timer.setSingleShot(true);
        connect(&m_timer, &QTimer::timeout, this, &AnswerProbe::ask);
    }

    void start() { begin(false); }
    /// Of one that runs: silent() when no answer came for the patience, and never answered().
    void watch() { begin(true); }
    /// The answer came too early to be of use.
    void again() { m_timer.start(); }
    void stop() {
        ++m_run;
        m_timer.stop();
    }

   Q_SIGNALS:
    void answered();
    /// No answer within the deadline, or nobody listens; `why`: what became of the last request. Nothing is asked any
    /// more.
    void silent(const QString& why);

   private:
    void begin(bool isWatching) {
        m_isWatching = isWatching;
        m_deadline = std::chrono::steady_clock::now() + (isWatching ? m_patience : kDeadline);
        ++m_run;
        m_unreachable = 0;
        m_timer.start(isWatching ? m_patience / kLooksInPatience : kInterval);
    }

    void ask() {
        m_client.request(candm::activityRequest(), this, [this, run = m_run](const Result<candm::Reply>& reply) {
            if (run != m_run) return;
            if (reply && !m_isWatching)
                Q_EMIT answered();
            else if (reply)
                begin(true);
            else if (m_isWatching && reply.error().code == ErrorCode::Io && ++m_unreachable < kMostUnreachable)
                m_timer.start(kUnreachableInterval);
            else if (m_unreachable < kMostUnreachable && std::chrono::steady_clock::now() < m_deadline)
                m_timer.start();
            else
                Q_EMIT silent(reply.error().text());
        });
    }

    ChronyClient& m_client;
    const std::chrono::milliseconds m_patience;
    QTimer m_timer;
    std::chrono::steady_clock::time_point m_deadline;
    bool m_isWatching = false;
    int m_unreachable = 0;
    quint64 m_run = 0;
};

}  // namespace fos1::ntp
