// SPDX-License-Identifier: GPL-2.0-or-later
// Makes the kernel's table match a plan: element by element when it holds the previous plan, otherwise as a whole.
// Never blocks. Must not know topics.
#pragma once

#include <QObject>
#include <QTimer>
#include <functional>
#include <memory>
#include <optional>

#include "core/firewall_plan.h"
#include "fos1/result.h"
#include "nft/table_monitor.h"
#include "nft/table_text.h"
#include "worker.h"

namespace fos1::firewall {

class NftSession;

struct Applied {
    std::chrono::nanoseconds took{0};
    bool isReplaced = false;  ///< the whole table was written
};

class NftBackend final : public QObject {
    Q_OBJECT

   public:
    /// Netfilter normally answers in milliseconds; after this time it counts as hung.
    static constexpr std::chrono::seconds kPatience{5};

    NftBackend();

    /// Listens for changes by other programs from now on. The error is the reason why it cannot. May be called again.
    [[nodiscard]] tl::expected<void, Error> listen() { return m_monitor.start(); }
    void stopListening() { m_monitor.stop(); }

    /// One at a time. `done` is called once, later, unless this object is deleted before.
    void apply(FirewallPlan plan, std::function<void(const Result<Applied>&)> done);
    void readCounters(std::function<void(const Result<Counters>&)> done);
    void remove(std::function<void(const tl::expected<void, Error>&)> done);

    /// The kernel's table may no longer hold the applied plan.
    void forget() { m_inKernel.reset(); }
    [[nodiscard]] bool isApplying() const { return m_isApplying; }
    /// The counters that were last read.
    [[nodiscard]] const Counters& counters() const { return m_counters; }

   Q_SIGNALS:
    void changedByOthers();
    /// Notifications were lost while another program made changes, possibly to our table.
    void mayBeChangedByOthers();
    /// `true`: a job has been in the kernel for longer than kPatience. `false`: it has returned.
    void hangs(bool isHanging);

   private:
    using Job = std::function<Worker::Answer(NftSession& session)>;
    void post(Job job);
    void complete();
    void askGeneration();

    /// The kernel reports the name of the thread with each change, which identifies our own changes.
    const QByteArray m_name;
    std::shared_ptr<std::unique_ptr<NftSession>> m_session;  ///< only the worker's thread uses it
    Worker m_worker;
    TableMonitor m_monitor;
    std::shared_ptr<const FirewallPlan> m_inKernel;  ///< read by both threads, changed by neither; null: unknown
    Counters m_counters;
    std::optional<quint32> m_generation;  ///< after our last change
    QTimer m_patience;
    int m_waiting = 0;  ///< number of jobs
    bool m_isApplying = false;
    bool m_isHanging = false;
};

}  // namespace fos1::firewall
