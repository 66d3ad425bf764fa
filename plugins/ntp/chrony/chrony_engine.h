// SPDX-License-Identifier: GPL-2.0-or-later
// Keeps one chronyd running with the wanted configuration: checks it, puts it in place, starts, heals, restarts, stops.
// Knows neither resources nor what the configuration says.
#pragma once

#include <QObject>
#include <QTimer>
#include <functional>
#include <memory>
#include <vector>

#include "candm/chrony_client.h"
#include "chrony/adoption.h"
#include "chrony/answer_probe.h"
#include "chrony/chrony_layout.h"
#include "chrony/chronyd_runner.h"
#include "chrony/chronyd_start.h"
#include "chrony/clock_rights.h"
#include "chrony/completions.h"
#include "chrony/config_check.h"
#include "chrony/engine_standing.h"
#include "chrony/left_behind.h"
#include "chrony/online_change.h"
#include "chrony/restart_backoff.h"
#include "chrony/restart_gap.h"
#include "chrony/run_as.h"
#include "chrony/stray_changes.h"

namespace fos1::ntp {

struct EngineOptions {
    QString chronyd = QStringLiteral("/usr/sbin/chronyd");
    QString user;  ///< empty: _chrony when we are root, else ourselves
    ClockControl clockControl = ClockControl::None;
    ChronyLayout layout;
    QString unit = {};  ///< of systemd's, which then runs chronyd; empty: a child of ours
    std::chrono::milliseconds patience = std::chrono::seconds(20);  ///< with a chronyd that runs and does not answer
    RunAsNow runAs = {};                                            ///< empty: the user database is asked in place

    [[nodiscard]] StartedBy startedBy() const { return unit.isEmpty() ? StartedBy::Us : StartedBy::Systemd; }
    [[nodiscard]] Result<RunAs> runAsNow() const {
        return (runAs ? runAs() : resolveRunAs(user)).and_then([this](const RunAs& found) {
            return withRights(found, startedBy());
        });
    }
};

class ChronyEngine : public QObject {
    Q_OBJECT

   public:
    using Completion = Completions::Completion;
    /// What it took to bring the configuration into force.
    using Applied = std::function<void(const Result<Change>&)>;

    explicit ChronyEngine(EngineOptions options, QObject* parent = nullptr);

    /// Makes `plan` the running configuration: in the running chronyd where that can be, else by a restart. Completes,
    /// once and from the event loop, when chronyd has it and answers, or with why not: InvalidInput (chronyd refuses
    /// it; what ran goes on), Conflict (a later apply() or stop() came in between), anything else (worth another try;
    /// meanwhile it is tried here too).
    void apply(const ChronyPlan& plan, Applied completion);

    /// Whether the outcome of an apply() is not known yet.
    [[nodiscard]] bool isApplying() const { return m_onApplied != nullptr; }
    /// The plan that chronyd confirmed last, also while it is being started again with it; null before, after stop(),
    /// and where what a chronyd has is not known.
    [[nodiscard]] const ChronyPlan* inForce() const { return m_lastGood.config.isEmpty() ? nullptr : &m_lastGood; }

    /// Asks chronyd whether it still has what it was told, and tells it again where somebody changed it. Does nothing
    /// while something else is under way.
    void heal();

    /// Starts chronyd anew with what it has, because it does not have its port. Does nothing while something else is
    /// under way.
    void restart();

    /// Ends chronyd, also one that an earlier host left behind. Completes once, from the event loop.
    void stop(Completion completion);

    /// Ends what we do, and chronyd too unless it can go on without us. Completes once, from the event loop. Nothing
    /// else may be asked for afterwards.
    void leave(Completion completion);

    [[nodiscard]] const EngineState& state() const { return m_standing.state(); }
    [[nodiscard]] ChronyClient& client() { return m_client; }

   Q_SIGNALS:
    /// From the event loop, never from inside a call.
    void stateChanged();
    /// chronyd runs and answers. When it was found running, what it has may still change.
    void up(const ChronydStart& start);
    /// chronyd ended without having been told to.
    void died(const QString& why);
    /// heal() found something that somebody else had changed.
    void healed();
    /// What chronyd logs, where that reaches us.
    void logged(const QString& line);
    /// For so long a restart left clients without synchronised time (RestartGap).
    void gapMeasured(std::chrono::milliseconds gap);

   private:
    [[nodiscard]] bool isSettled() const;
    void checkCandidate(const ChronyPlan& plan);
    void findRunning(const ChronyPlan& plan);
    void adopt(const ChronyPlan& plan);
    void putInPlace(const ChronyPlan& plan);
    void changeOnline();
    void undoOnline(const Error& why);
    void replaceRunning(StartReason reason);
    void restartRunning();
    void startFresh();
    void endRunning();
    void waitToStart(const QString& why, std::chrono::steady_clock::duration ranFor);
    void launch();
    void onAnswered();
    void onLogged(const QString& line);
    void heed(const QString& line) {
        m_standing.setSeesLog(true);
        m_strays.feed(line);
    }
    void onExited(const QString& why);
    void onNotEnded(const QString& why);
    void onUnexpectedExit(const QString& why, std::chrono::steady_clock::duration ranFor);
    bool rollBack(const QString& why);
    void completeApply(const Result<Change>& result);
    void giveUp(const Error& why);
    void completeStop(const tl::expected<void, Error>& result);
    void completeLeave();
    void isUp();

    const EngineOptions m_options;
    ChronyClient m_client;
    ConfigCheck m_check;
    LeftBehind m_leftBehind;
    const std::unique_ptr<ChronydRunner> m_runner;
    RestartBackoff m_backoff;
    AnswerProbe m_probe;
    RestartGap m_gap;
    RunAs m_user;
    EngineStanding m_standing;
    const Adoption m_adoption;
    OnlineChange m_online;
    ChronyPlan m_plan;             ///< in place
    ChronyPlan m_lastGood;         ///< the last one that chronyd came to have; empty before
    HeldSettings m_held;           ///< what the running chronyd has
    bool m_reloadHistory = false;  ///< the next start takes up the dumped measurements
    bool m_isAdopting = false;     ///< one was found, and what it has is not known yet
    bool m_endExpected = false;    ///< of the process, which is then started again
    QString m_whyEnded;            ///< when we ended it for a fault of its own
    QTimer m_retry;
    StrayChanges m_strays;
    quint64 m_run = 0;      ///< counts starts and stops: an answer that belongs to an earlier one is ignored
    quint64 m_request = 0;  ///< counts what is asked of us: the same
    Applied m_onApplied;
    Change m_change;                                  ///< of the apply() under way
    StartReason m_startReason = StartReason::Wanted;  ///< of the next time that chronyd is up
    Completions m_onStopped;
    Completions m_onLeft;
};

}  // namespace fos1::ntp
