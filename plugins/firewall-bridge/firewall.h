// SPDX-License-Identifier: GPL-2.0-or-later
// Brings the time topics and the kernel's table together, and tells how it went: topic, conditions, events, metrics.
// What the table should be is decided in firewall_plan.
#pragma once

#include <QObject>
#include <QTimer>
#include <optional>

#include "core/firewall_plan.h"
#include "enforcement_report.h"
#include "fos1/feed.h"
#include "fos1/plugin.h"
#include "hold_judge.h"
#include "metrics/firewall_metrics.h"
#include "nft/nft_backend.h"

namespace fos1::firewall {

struct FirewallOptions {
    std::chrono::milliseconds countersEach{5000};
    /// For how long the policies stay when all VLANs are taken back, and those of services that open on failure when
    /// who tells of them is gone: as long as a restart may take.
    std::chrono::milliseconds hold{10'000};
};

class Firewall final : public QObject {
    Q_OBJECT

   public:
    /// `host` outlives the object. Declares the metrics.
    Firewall(const HostView& host, FirewallOptions options);

    void start();
    void stop(Ticket ticket);

    /// Whether the kernel holds what the topics say.
    [[nodiscard]] bool isSettled() const { return m_isInForce && !m_isDirty && !m_backend.isApplying(); }

   private:
    void topicsChanged();
    void schedule();
    void judgeHold();
    [[nodiscard]] bool hasPublisher() const;
    void leave(Ticket ticket);
    void apply();
    void applied(const Result<Applied>& result);
    void tellVlans(bool isInForce);
    void tellApplied(bool isReplaced);
    void refused(const Error& error);
    void drifted();
    void mayHaveDrifted();
    [[nodiscard]] bool isOursToJudge() const;
    void writeAgain();
    void readCounters();
    void condition(ConditionStatus status, const QString& reason, const QString& message);

    const HostView& m_host;
    const FirewallOptions m_options;
    FirewallMetrics m_metrics;
    EnforcementReport m_report;
    NftBackend m_backend;
    std::optional<Feed<time::ServiceState>> m_vlans;
    std::optional<Feed<time::ClientState>> m_groups;
    bridge::HoldJudge m_hold;

    QTimer m_soon;                         ///< until the next apply: changes that come together are one
    QTimer m_counting;                     ///< until the counters are read
    QTimer m_holding;                      ///< until a hold ends
    QTimer m_calm;                         ///< ends a row of repairs
    std::chrono::milliseconds m_pause{0};  ///< before the next attempt; 0: the last one was fine
    int m_repairsInARow = 0;
    bool m_isDirty = false;
    bool m_isDrifted = false;
    bool m_isInForce = false;
    bool m_isStopping = false;
    std::optional<Ticket> m_leaving;  ///< of the stop that waits for the apply under way

    std::map<QString, std::optional<time::ServiceState>> m_applying;  ///< what changed with the apply under way
    std::map<QString, QString> m_problems;                            ///< of all, with it
};

}  // namespace fos1::firewall
