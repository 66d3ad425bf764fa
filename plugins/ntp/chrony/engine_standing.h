// SPDX-License-Identifier: GPL-2.0-or-later
// Keeps the facts about the chronyd process (EngineState) and reports when they change. Decides nothing.
#pragma once

#include <QDateTime>
#include <QObject>

#include "core/engine_state.h"

namespace fos1::ntp {

class EngineStanding final : public QObject {
    Q_OBJECT
   public:
    [[nodiscard]] const EngineState& state() const { return m_state; }
    [[nodiscard]] EnginePhase phase() const { return m_state.phase; }
    [[nodiscard]] bool isRunning() const { return m_state.phase == EnginePhase::Running; }
    [[nodiscard]] bool isChanging() const {
        return m_state.phase == EnginePhase::Starting || m_state.phase == EnginePhase::Stopping;
    }

    void setPhase(EnginePhase phase) { set(m_state.phase, phase); }
    void setPid(qint64 pid) { set(m_state.pid, pid); }
    void setSeesLog(bool seesLog) { set(m_state.seesLog, seesLog); }
    void countRestart() { set(m_state.restarts, m_state.restarts + 1); }
    void complain(const QString& line) { set(m_state.complaint, {line, QDateTime::currentMSecsSinceEpoch()}); }
    void forgetComplaint() { set(m_state.complaint, {}); }
    /// Also for the log.
    void setError(const QString& message);

   Q_SIGNALS:
    /// From the event loop, never from inside a call.
    void changed();

   private:
    template <typename Value>
    void set(Value& field, const Value& value) {
        if (field == value) return;
        field = value;
        announce();
    }
    void announce() { QMetaObject::invokeMethod(this, &EngineStanding::changed, Qt::QueuedConnection); }

    EngineState m_state;
};

}  // namespace fos1::ntp
