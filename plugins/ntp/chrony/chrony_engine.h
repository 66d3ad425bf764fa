// SPDX-License-Identifier: GPL-2.0-or-later
// Keeps one chronyd running with the wanted configuration: checks it, puts it in place, starts, heals, restarts, stops.
// Knows neither resources nor what the configuration says.
#pragma once

#include <QObject>
#include <QTimer>
#include <functional>
#include <vector>

#include "chrony/chrony_client.h"
#include "chrony/chrony_layout.h"
#include "chrony/chronyd_process.h"
#include "chrony/config_check.h"
#include "chrony/left_behind.h"
#include "chrony/online_change.h"
#include "chrony/restart_backoff.h"
#include "chrony/run_as.h"
#include "core/engine_state.h"

namespace fos1::ntp {

struct EngineOptions {
    QString chronyd = QStringLiteral("/usr/sbin/chronyd");
    QString user;  ///< empty: _chrony when we are root, else ourselves
    ClockControl clockControl = ClockControl::None;
    ChronyLayout layout;
};

class ChronyEngine : public QObject {
    Q_OBJECT

   public:
    using Completion = std::function<void(const tl::expected<void, Error>&)>;

    explicit ChronyEngine(EngineOptions options, QObject* parent = nullptr);
    ~ChronyEngine() override;

    /// Makes `plan` the running configuration: in the running chronyd where that can be, else by a restart. Completes,
    /// once and from the event loop, when chronyd has it and answers, or with why not: InvalidInput (chronyd refuses
    /// it; what ran goes on), Conflict (a later apply() or stop() came in between), anything else (worth another try;
    /// meanwhile it is tried here too).
    void apply(const ChronyPlan& plan, Completion completion);

    /// Ends chronyd, also one that an earlier host left behind. Completes once, from the event loop.
    void stop(Completion completion);

    [[nodiscard]] const EngineState& state() const { return m_state; }
    [[nodiscard]] ChronyClient& client() { return m_client; }

   Q_SIGNALS:
    /// From the event loop, never from inside a call.
    void stateChanged();
    /// chronyd runs and answers: after a start, a restart or a heal.
    void up(qint64 pid);
    /// chronyd ended without having been told to.
    void died(const QString& why);

   private:
    tl::expected<void, Error> prepare();
    void checkCandidate(const ChronyPlan& plan);
    void putInPlace(const ChronyPlan& plan);
    [[nodiscard]] tl::expected<void, Error> writeFiles(const ChronyPlan& plan);
    void changeOnline();
    void undoOnline(const Error& why);
    void replaceRunning();
    void startFresh();
    void launch();
    void probe();
    void onAnswered();
    void onExited(const QString& why);
    void onUnexpectedExit(const QString& why, std::chrono::steady_clock::duration ranFor);
    bool rollBack(const QString& why);
    void completeApply(const tl::expected<void, Error>& result);
    void completeStop(const tl::expected<void, Error>& result);
    void setPhase(EnginePhase phase);
    void announce();
    void noteError(const QString& message);

    const EngineOptions m_options;
    ChronyClient m_client;
    ConfigCheck m_check;
    LeftBehind m_leftBehind;
    ChronydProcess m_process;
    RestartBackoff m_backoff;
    RunAs m_user;
    EngineState m_state;
    OnlineChange m_online;
    ChronyPlan m_plan;             ///< in place
    ChronyPlan m_lastGood;         ///< the last one that chronyd came to have; empty before
    HeldSettings m_held;           ///< what the running chronyd has
    bool m_reloadHistory = false;  ///< the next start takes up the dumped measurements
    bool m_endExpected = false;    ///< of the process, which is then started again
    QString m_whyEnded;            ///< when we ended it for a fault of its own
    QTimer m_retry;
    QTimer m_probe;
    std::chrono::steady_clock::time_point m_probeDeadline;
    quint64 m_run = 0;  ///< counts starts and stops: an answer that belongs to an earlier one is ignored
    Completion m_onApplied;
    std::vector<Completion> m_onStopped;
};

}  // namespace fos1::ntp
