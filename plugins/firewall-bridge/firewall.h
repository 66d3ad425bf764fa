// SPDX-License-Identifier: GPL-2.0-or-later
// Connects the time topics to the kernel's table. core/firewall_plan decides what the table should be.
#pragma once

#include <QObject>
#include <QTimer>
#include <optional>

#include "core/apply_pace.h"
#include "enforcement_report.h"
#include "fos1/plugin.h"
#include "nft/nft_backend.h"
#include "served_policies.h"

namespace fos1::firewall {

struct FirewallOptions {
    std::chrono::milliseconds countersEach{5000};
    /// How long policies stay after all VLANs are retracted, or after their publisher is gone and the service opens on
    /// failure. Should cover the duration of a restart.
    std::chrono::milliseconds hold{10'000};
};

class Firewall final : public QObject {
    Q_OBJECT

   public:
    /// `host` outlives the object. Declares the metrics.
    Firewall(const HostView& host, FirewallOptions options);

    void start();
    void stop(Ticket ticket);

    [[nodiscard]] const EnforcementReport& report() const { return m_report; }

    /// Whether the kernel holds what the topics declare.
    [[nodiscard]] bool isSettled() const { return m_isInForce && !m_isDirty && !m_backend.isApplying(); }

   private:
    void topicsChanged();
    void schedule();
    void apply();
    void applied(const Result<Applied>& result);
    void refused(const Error& error);
    void drifted();
    void mayHaveDrifted();
    [[nodiscard]] bool isOursToJudge() const;
    void writeAgain();
    void readCounters();
    void leave(Ticket ticket);

    const HostView& m_host;
    const FirewallOptions m_options;
    EnforcementReport m_report;
    NftBackend m_backend;
    std::optional<ServedPolicies> m_policies;
    ApplyPace m_pace;

    QTimer m_soon;      ///< until the next apply
    QTimer m_counting;  ///< until the counters are read
    bool m_isDirty = false;
    bool m_isDrifted = false;
    bool m_isInForce = false;
    bool m_isStopping = false;
    std::optional<Ticket> m_leaving;  ///< of the stop that waits for the apply under way
};

}  // namespace fos1::firewall
