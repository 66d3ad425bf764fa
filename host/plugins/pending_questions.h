// SPDX-License-Identifier: GPL-2.0-or-later
// Questions to plugins in runners. Each is answered exactly once: by the plugin, by its exit or by the deadline.
#pragma once

#include <QCborMap>
#include <QDeadlineTimer>
#include <QObject>
#include <QTimer>
#include <chrono>
#include <functional>
#include <map>

#include "fos1/result.h"

namespace fos1::host {

class PendingQuestions : public QObject {
    Q_OBJECT
   public:
    using Done = std::function<void(const Result<QCborMap>&)>;

    /// For a runner that is merely slow with every question. A hung runner is detected and killed sooner.
    static constexpr std::chrono::milliseconds kDeadline{10'000};

    explicit PendingQuestions(std::chrono::milliseconds deadline = kDeadline, QObject* parent = nullptr);

    /// Registers a question and returns its number.
    quint64 expect(const QString& pluginId, Done done);

    /// Has no effect when `pluginId` has no such open question.
    void answer(quint64 question, const QString& pluginId, const Result<QCborMap>& answer);

    /// Fails all open questions of this plugin.
    void failAll(const QString& pluginId, const QString& why);

   private:
    struct Pending {
        QString pluginId;
        Done done;
        QDeadlineTimer due;
    };
    void finish(quint64 question, const Result<QCborMap>& answer);
    void expire();

    std::chrono::milliseconds m_deadline;
    std::map<quint64, Pending> m_pending;  ///< in the order of their deadlines
    QTimer m_timer;
    quint64 m_last = 0;
};

}  // namespace fos1::host
