// SPDX-License-Identifier: GPL-2.0-or-later
// Decides when a plugin reconciles. Coalesces requests, runs one reconcile per plugin at a time, and retries failures
// with a jittered, capped back-off. Must not know what is reconciled.
#pragma once

#include <QObject>
#include <QString>
#include <QTimer>
#include <chrono>
#include <functional>
#include <map>
#include <memory>

#include "fos1/interface.h"

namespace fos1::host {

/// 200 ms, doubled with each failure up to 60 s, then multiplied by 0.8 to 1.2. `random` is in [0, 1).
[[nodiscard]] std::chrono::milliseconds backoffDelay(int failures, double random);

class ReconcileQueue : public QObject {
    Q_OBJECT
   public:
    /// Starts one reconcile of `plugin`, which is completed later through complete(ticket, …).
    using Run = std::function<void(const QString& plugin, Ticket ticket)>;

    explicit ReconcileQueue(Run run, QObject* parent = nullptr);

    /// Nothing runs before open(), because the desired state is not yet known to be complete.
    void open();
    [[nodiscard]] bool isOpen() const { return m_isOpen; }

    /// Requests a reconcile on the next turn of the loop. Cancels a back-off, because the desired state is new.
    void request(const QString& plugin);

    /// Whether the last requested reconcile has completed and no retry is due.
    [[nodiscard]] bool isSettled(const QString& plugin) const;

    /// Forgets a plugin. A late completion of its ticket is then refused.
    void drop(const QString& plugin);

    /// False when the ticket is not under way.
    bool complete(Ticket ticket, Outcome outcome, std::chrono::milliseconds retryAfter);

    [[nodiscard]] Ticket nextTicket() { return ++m_lastTicket; }

   Q_SIGNALS:
    void opened();

   private:
    struct Entry {
        bool isWanted = false;
        Ticket running = 0;
        int failures = 0;
        QTimer timer;
    };

    Entry& entry(const QString& plugin);
    void start(const QString& plugin);

    Run m_run;
    bool m_isOpen = false;
    Ticket m_lastTicket = 0;
    std::map<QString, std::unique_ptr<Entry>> m_entries;
};

}  // namespace fos1::host
