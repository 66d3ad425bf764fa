// SPDX-License-Identifier: GPL-2.0-or-later
// The latest events, for people. Repetitions are counted. No code acts on them.
#pragma once

#include <QDateTime>
#include <QObject>
#include <QString>
#include <deque>
#include <vector>

#include "fos1/desired.h"

namespace fos1::host {

struct Event {
    QString type;  ///< Normal or Warning
    QString reason;
    QString message;
    ObjectKey regarding;  ///< empty name: no object
    QString source;       ///< plugin id, or "host"
    int count = 1;
    QDateTime firstTime;
    QDateTime lastTime;
};

class EventLog : public QObject {
    Q_OBJECT
   public:
    static constexpr std::size_t kCapacity = 1000;

    void record(const Event& event);

    /// Records a warning of the host itself.
    void warning(const QString& reason, const QString& message);

    /// The newest `limit` events, oldest first.
    [[nodiscard]] std::vector<Event> newest(std::size_t limit) const;

   Q_SIGNALS:
    void recorded(const fos1::host::Event& event);

   private:
    std::deque<Event> m_events;  ///< ordered by lastTime
};

}  // namespace fos1::host
