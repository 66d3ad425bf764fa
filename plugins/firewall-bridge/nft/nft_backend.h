// SPDX-License-Identifier: GPL-2.0-or-later
// Makes the kernel's table equal to a plan: by elements when it holds the plan before, else as a whole. Never blocks.
// Knows no topics.
#pragma once

#include <QObject>
#include <QTimer>
#include <functional>
#include <memory>
#include <optional>

#include "core/firewall_plan.h"
#include "fos1/result.h"
#include "nft/nft_worker.h"
#include "nft/table_monitor.h"
#include "nft/table_text.h"

namespace fos1::firewall {

struct Applied {
    std::chrono::nanoseconds took{0};
    bool isReplaced = false;  ///< the table as a whole
};

class NftBackend final : public QObject {
    Q_OBJECT

   public:
    /// Netfilter answers in milliseconds; after this time something is wrong with it.
    static constexpr std::chrono::seconds kPatience{5};

    NftBackend();

    /// Changes by others are heard of from now on, or why not. May be asked again.
    [[nodiscard]] tl::expected<void, Error> listen() { return m_monitor.start(); }
    void stopListening() { m_monitor.stop(); }

    /// One at a time. `done` is called once, later, unless this object goes before.
    void apply(FirewallPlan plan, std::function<void(const Result<Applied>&)> done);
    void readCounters(std::function<void(const Result<Counters>&)> done);
    void remove(std::function<void(const tl::expected<void, Error>&)> done);

    /// The kernel's table is not known to hold what was applied.
    void forget() { m_inKernel.reset(); }
    [[nodiscard]] bool isApplying() const { return m_isApplying; }
    /// The last ones that were read.
    [[nodiscard]] const Counters& counters() const { return m_counters; }

   Q_SIGNALS:
    void changedByOthers();
    /// Notifications were lost while somebody else changed something, perhaps our table.
    void mayBeChangedByOthers();
    /// A job is in the kernel for longer than kPatience; `false`: it came back.
    void hangs(bool isHanging);

   private:
    void post(NftWorker::Job job);
    void complete();
    void askGeneration();

    NftWorker m_worker;
    TableMonitor m_monitor;
    std::shared_ptr<const FirewallPlan> m_inKernel;  ///< read by both threads, changed by none; null: not known
    Counters m_counters;
    std::optional<quint32> m_generation;  ///< after our last change
    QTimer m_patience;
    int m_waiting = 0;  ///< jobs
    bool m_isApplying = false;
    bool m_isHanging = false;
};

}  // namespace fos1::firewall
