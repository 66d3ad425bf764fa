// SPDX-License-Identifier: GPL-2.0-or-later
// Keeps what is known of whether clients get this node's time: asks the node's own addresses as a client does, and
// compares the answers with what chronyd reports of itself. Knows no spec.
#pragma once

#include <QObject>
#include <QTimer>
#include <memory>
#include <vector>

#include "candm/chrony_client.h"
#include "core/observation.h"
#include "core/serving_judge.h"
#include "serving/port_look.h"
#include "serving/time_questions.h"

namespace fos1::ntp {

class ServingWatch final : public QObject {
    Q_OBJECT
   public:
    struct Served {
        std::vector<IpAddress> addresses;
        quint16 port = 0;
        bool isRateLimited = false;  ///< a request of ours may go unanswered
        bool isSmeared = false;      ///< the answers are off on purpose
    };

    /// `client` outlives the object.
    explicit ServingWatch(ChronyClient& client, QObject* parent = nullptr);

    /// What is to be answered now. What is known of the addresses that stay, stays.
    void watch(Served served);
    /// chronyd is process `pid` now, or its configuration changed: all addresses are asked again.
    void doubt(qint64 pid);
    /// chronyd is not asked any more, and nothing is known.
    void stop();

    /// Null: nothing is to be answered, or nobody was asked. Another object whenever something changed.
    [[nodiscard]] const std::shared_ptr<const ServingFacts>& facts() const { return m_facts; }

    /// Requests of ours that chronyd has answered since we run.
    [[nodiscard]] quint64 answered() const { return m_answered; }

   Q_SIGNALS:
    void changed();
    /// chronyd has no socket for what it is to answer, and nobody else has the port: it lost it, or never got it from
    /// somebody who is gone now. At most each half minute.
    void restartWanted();

   private:
    void beginRound();
    void askReference();
    void endRound();
    void schedule();
    void show();
    [[nodiscard]] bool isOurs(const TimeReference& answer) const;
    [[nodiscard]] bool isWithoutSocket() const;
    void wantRestart();

    ChronyClient& m_client;
    TimeQuestions m_questions;
    ServingJudge m_judge;
    Served m_served;
    qint64 m_pid = 0;
    QTimer m_next;
    QTimer m_show;  ///< while many addresses are new, their verdicts are shown together
    quint64 m_round = 0;
    bool m_isInRound = false;
    bool m_isReferenceAsked = false;
    std::vector<Tracking> m_references;  ///< that chronyd had during the round
    std::vector<std::pair<IpAddress, TimeReference>> m_answers;
    quint64 m_answered = 0;
    std::vector<std::pair<IpAddress, QString>> m_silent;
    PortLook m_port;
    std::chrono::steady_clock::time_point m_restartWantedAt;
    std::shared_ptr<const ServingFacts> m_facts;
};

}  // namespace fos1::ntp
