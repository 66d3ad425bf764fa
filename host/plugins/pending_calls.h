// SPDX-License-Identifier: GPL-2.0-or-later
// Stops and writes that were requested from plugins. Each has a deadline and is answered exactly once.
#pragma once

#include <QObject>
#include <QTimer>
#include <chrono>
#include <functional>
#include <map>
#include <memory>

#include "fos1/interface.h"

namespace fos1::host {

class PendingCalls : public QObject {
    Q_OBJECT
   public:
    using Done = std::function<void(Outcome, const QString& message)>;

    /// `done` is called by complete() or failAll(), or with Failed when `deadline` has passed.
    void expect(Ticket ticket, const QString& pluginId, std::chrono::milliseconds deadline, Done done);

    /// False when `pluginId` has no such ticket. `done` is called on the next turn, because a plugin may complete a
    /// ticket from inside the call that gave it the ticket.
    bool complete(Ticket ticket, const QString& pluginId, Outcome outcome, const QString& message);

    /// Completes all open calls of this plugin with Failed.
    void failAll(const QString& pluginId, const QString& message);

   private:
    struct Pending {
        QString pluginId;
        Done done;
        std::unique_ptr<QTimer> deadline;
    };
    void finish(Ticket ticket, Outcome outcome, const QString& message);

    std::map<Ticket, Pending> m_pending;
};

}  // namespace fos1::host
