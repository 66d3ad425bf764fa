// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/chrony_engine.h"

#include <QDateTime>
#include <QFile>
#include <QRandomGenerator>

#include "chrony/chrony_files.h"
#include "chrony/chronyd_log.h"
#include "chrony/config_file.h"
#include "fos1/logging.h"

namespace fos1::ntp {

namespace {

FOS1_LOG(lcEngine, "ntp.engine")

}  // namespace

ChronyEngine::ChronyEngine(EngineOptions options, QObject* parent)
    : QObject(parent),
      m_options(std::move(options)),
      m_client(m_options.layout.paths().commandSocket),
      m_check(m_options.chronyd),
      m_runner(makeRunner(m_options.unit, m_options.layout.argumentFile())),
      m_probe(m_client, m_options.patience),
      m_gap(m_client),
      m_online(m_client,
               {[this](const QByteArray& keys) { return writeConfigFile(m_options.layout.keyFile(), keys, m_user); },
                [this](const QByteArray& sources) {
                    return writeConfigFile(m_options.layout.sourceFile(), sources, m_user);
                }}) {
    m_state.seesLog = !m_runner->outlivesUs();
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &ChronyEngine::startFresh);
    connect(&m_probe, &AnswerProbe::answered, this, &ChronyEngine::onAnswered);
    connect(&m_probe, &AnswerProbe::silent, this, [this](const QString& why) {
        m_whyEnded = QStringLiteral("chronyd is running but does not answer on %1: %2")
                         .arg(m_options.layout.paths().commandSocket, why);
        m_runner->end();
    });
    connect(m_runner.get(), &ChronydRunner::exited, this, &ChronyEngine::onExited);
    connect(m_runner.get(), &ChronydRunner::notEnded, this, &ChronyEngine::onNotEnded);
    connect(m_runner.get(), &ChronydRunner::logged, this, &ChronyEngine::onLogged);
    connect(&m_strays, &StrayChanges::seen, this, &ChronyEngine::heal);
    connect(&m_gap, &RestartGap::measured, this, &ChronyEngine::gapMeasured);
}

ChronyEngine::~ChronyEngine() = default;

void ChronyEngine::apply(const ChronyPlan& plan, Applied completion) {
    failApply({ErrorCode::Conflict, QStringLiteral("replaced by a newer configuration"), {}});
    m_onApplied = std::move(completion);
    ++m_request;
    if (!m_onStopped.empty()) {
        failApply({ErrorCode::Conflict, QStringLiteral("chronyd is being stopped"), {}});
        return;
    }
    m_check.cancel();
    m_online.cancel();
    const bool inPlace = plan == m_plan && (m_state.phase != EnginePhase::Running || plan == m_lastGood);
    if (inPlace && m_state.phase == EnginePhase::Running) return completeApply(Change{ChangeKind::None, {}});
    // A start or restart with this very configuration is under way: its outcome is the answer.
    if (inPlace && (m_state.phase == EnginePhase::Starting || m_state.phase == EnginePhase::Stopping)) return;
    const auto prepared = m_options.runAsNow().and_then([this](const RunAs& user) {
        m_user = user;
        return prepareDirectories(m_options.layout, user);
    });
    if (!prepared) {
        noteError(prepared.error().text());
        failApply(prepared.error());
        return;
    }
    checkCandidate(plan);
}

void ChronyEngine::stop(Completion completion) {
    m_onStopped.push_back(std::move(completion));
    failApply({ErrorCode::Conflict, QStringLiteral("chronyd is being stopped"), {}});
    if (m_onStopped.size() > 1) return;
    ++m_run;
    ++m_request;
    m_check.cancel();
    m_leftBehind.cancel();
    m_retry.stop();
    m_probe.stop();
    m_gap.cancel();
    m_online.cancel();
    m_plan = {};
    m_lastGood = {};
    m_startReason = StartReason::Wanted;
    m_reloadHistory = false;
    forget();
    if (!m_runner->isAlive()) {
        m_runner->lookUp([this](const tl::expected<void, Error>& known) {
            if (!known) return finishStop(known);
            endRunning();
        });
        return;
    }
    endRunning();
}

void ChronyEngine::endRunning() {
    if (m_runner->isAlive()) {
        setPhase(EnginePhase::Stopping);
        m_endExpected = true;
        m_runner->end();
        return;
    }
    m_leftBehind.end(m_options.layout.paths().pidFile, m_options.layout.configFile(),
                     [this](const auto& result) { completeStop(result); });
}

void ChronyEngine::checkCandidate(const ChronyPlan& plan) {
    const QString candidate = m_options.layout.candidateFile();
    if (auto written = writeConfigFile(candidate, plan.whole(), m_user); !written) {
        noteError(written.error().text());
        failApply(written.error());
        return;
    }
    m_check.run(candidate, [this, plan](const tl::expected<void, Error>& result) {
        QFile::remove(m_options.layout.candidateFile());
        if (result) {
            findRunning(plan);
            return;
        }
        const bool refused = result.error().code == ErrorCode::InvalidInput;
        noteError((refused ? QStringLiteral("chronyd refuses its new configuration: ") : QString()) +
                  result.error().text());
        failApply(result.error());
    });
}

void ChronyEngine::putInPlace(const ChronyPlan& plan) {
    if (auto done = writePlan(plan, m_options.layout, m_user); !done) {
        noteError(done.error().text());
        failApply(done.error());
        return;
    }
    m_plan = plan;
    m_backoff.reset();
    if (!m_runner->isAlive()) {
        m_change = changeKind({}, plan);
        return startFresh();
    }
    m_change = changeOf(plan);
    if (m_change.kind == ChangeKind::Restart)
        replaceRunning(StartReason::Changed);
    else
        changeOnline();
}

/// What it takes to give `plan` to the chronyd that runs.
Change ChronyEngine::changeOf(const ChronyPlan& plan) const {
    if (!inForce())
        return {ChangeKind::Restart, {QStringLiteral("the configuration of the running chronyd is unknown")}};
    Change change = changeKind(m_lastGood, plan);
    if (change.kind == ChangeKind::Restart) return change;
    if (m_state.phase != EnginePhase::Running) change.kind = ChangeKind::Restart;
    if (m_held.access.isFull())
        return {ChangeKind::Restart, change.reasons + QStringList(QStringLiteral("too many access rules on record"))};
    return change;
}

void ChronyEngine::changeOnline() {
    forget();
    removeStrayServerKeys(m_plan, m_options.layout);
    m_online.run(m_held, m_plan, [this](const tl::expected<void, Error>& result) {
        if (!result) return undoOnline(result.error());
        m_lastGood = m_plan;
        remember();
        completeApply(m_change);
    });
}

bool ChronyEngine::isSettled() const {
    return m_state.phase == EnginePhase::Running && !m_onApplied && m_plan == m_lastGood && !m_online.isRunning();
}

void ChronyEngine::heal() {
    if (!isSettled()) return;
    m_online.runAndCheckAll(m_held, m_plan, m_strays.take(), [this](const tl::expected<void, Error>& result) {
        if (!result) noteError(result.error().text());
        if (m_online.hasMended()) Q_EMIT healed();
    });
}

void ChronyEngine::onLogged(const QString& line) {
    m_strays.feed(line);
    Q_EMIT logged(line);
    if (!isComplaint(line)) return;
    m_state.complaint = {line, QDateTime::currentMSecsSinceEpoch()};
    announce();
}

void ChronyEngine::restart() {
    if (!isSettled()) return;
    noteError(QStringLiteral("chronyd has no socket for its clients and is started again"));
    replaceRunning(StartReason::PortFree);
}

/// chronyd has part of the change, or none. When it does not even take back what it had, a restart brings that.
void ChronyEngine::undoOnline(const Error& why) {
    noteError(why.text());
    m_plan = m_lastGood;
    if (auto written = writePlan(m_plan, m_options.layout, m_user); !written) noteError(written.error().text());
    m_online.run(m_held, m_plan, [this, why](const tl::expected<void, Error>& result) {
        if (result) {
            remember();
        } else {
            noteError(result.error().text());
            replaceRunning(StartReason::PreviousRestored);
        }
        failApply({ErrorCode::InvalidInput,
                   QStringLiteral("chronyd did not accept the change, so its previous configuration was restored: %1")
                       .arg(why.text()),
                   {}});
    });
}

/// The measurements are dumped and taken up again, so that clients see no gap.
void ChronyEngine::replaceRunning(StartReason reason) {
    m_startReason = reason;
    const bool answers = m_state.phase == EnginePhase::Running;
    m_online.cancel();
    forget();
    setPhase(EnginePhase::Stopping);
    m_probe.stop();
    m_reloadHistory = m_reloadHistory || answers;
    if (!answers) return restartRunning();
    m_client.request(candm::dumpRequest(), this, [this, run = m_run](const Result<candm::Reply>& reply) {
        if (run != m_run) return;
        if (!reply) qCWarning(lcEngine).noquote() << "chronyd did not save its measurements:" << reply.error().text();
        m_gap.begin();
        restartRunning();
    });
}

void ChronyEngine::restartRunning() {
    // In one step: a host that is killed between two would leave no chronyd.
    if (m_runner->outlivesUs()) return launch();
    m_endExpected = true;
    m_runner->end();
}

void ChronyEngine::startFresh() {
    m_retry.stop();
    m_leftBehind.cancel();
    m_client.close();
    UnixDatagramSocket::removeLeftovers(m_options.layout.socketDirectory());
    setPhase(EnginePhase::Starting);
    m_runner->lookUp([this, run = ++m_run](const tl::expected<void, Error>& known) {
        if (run != m_run) return;
        if (!known) {
            noteError(known.error().text());
            return waitToStart(known.error().text(), {});
        }
        if (m_runner->isAlive()) return launch();  // none of ours any more, but no stranger
        endLeftBehind();
    });
}

void ChronyEngine::endLeftBehind() {
    m_leftBehind.end(m_options.layout.paths().pidFile, m_options.layout.configFile(),
                     [this](const tl::expected<void, Error>& result) {
                         if (result) {
                             launch();
                             return;
                         }
                         onUnexpectedExit(result.error().text(), {});
                     });
}

void ChronyEngine::launch() {
    ++m_run;
    // While chronyd runs, its keys are changed in steps of their own (OnlineChange). The rest is written again too:
    // somebody may have removed it.
    if (const auto written = writeWhole(m_plan, m_options.layout, m_user); !written) {
        onUnexpectedExit(written.error().text(), {});
        return;
    }
    // chronyd has ended; a number in its pid file may by now be somebody else's, and would keep chronyd from starting.
    QFile::remove(m_options.layout.paths().pidFile);
    removeStrayServerKeys(m_plan, m_options.layout);
    QStringList arguments{QStringLiteral("-d"), QStringLiteral("-f"), m_options.layout.configFile()};
    if (m_options.clockControl != ClockControl::Adjust) arguments << QStringLiteral("-x");
    if (std::exchange(m_reloadHistory, false)) arguments << QStringLiteral("-r");
    arguments << m_user.arguments;
    m_endExpected = false;
    m_held = HeldSettings(m_plan);
    (void)m_strays.take();
    m_state.complaint = {};
    setPhase(EnginePhase::Starting);
    m_runner->start(m_options.chronyd, arguments);
    m_state.pid = m_runner->pid();
    announce();
    m_probe.start();
}

void ChronyEngine::onAnswered() {
    if (m_runner->pid() == 0) return m_probe.again();
    m_state.pid = m_runner->pid();
    qCInfo(lcEngine).noquote() << QStringLiteral("chronyd answers, pid=%1 user=%2").arg(m_state.pid).arg(m_user.user);
    setPhase(EnginePhase::Running);
    m_lastGood = m_plan;
    remember();
    completeApply(m_change);
    m_gap.answered();
    Q_EMIT up({m_state.pid, m_startReason, m_change.reasons});
    m_startReason = StartReason::EndedByItself;
    completeLeave();
}

void ChronyEngine::onExited(const QString& why) {
    m_probe.stop();
    m_online.cancel();
    m_isAdopting = false;
    ++m_run;
    m_state.pid = 0;
    const QString fault = std::exchange(m_whyEnded, {});
    if (!m_onStopped.empty()) {
        completeStop({});
    } else if (std::exchange(m_endExpected, false)) {
        launch();
    } else {
        onUnexpectedExit(fault.isEmpty() ? why : fault, m_runner->runningFor());
    }
}

void ChronyEngine::onUnexpectedExit(const QString& why, std::chrono::steady_clock::duration ranFor) {
    noteError(why);
    if (m_state.phase == EnginePhase::Running) m_gap.begin();
    // One that answered did start with its configuration: its end is none of that one's doing.
    if (m_state.phase != EnginePhase::Running && rollBack(why)) return;
    ++m_state.restarts;
    waitToStart(why, ranFor);
    Q_EMIT died(why);
}

void ChronyEngine::waitToStart(const QString& why, std::chrono::steady_clock::duration ranFor) {
    const auto wait = m_backoff.next(ranFor, QRandomGenerator::global()->generateDouble());
    setPhase(EnginePhase::Waiting);
    if (!m_plan.config.isEmpty()) m_retry.start(wait);
    failApply({ErrorCode::Io, why, {}});
    completeLeave();
}

/// `chronyd -p` looks at the syntax only. When chronyd does not start with a new configuration, the last one with which
/// it did is put back, and the new one is refused.
bool ChronyEngine::rollBack(const QString& why) {
    if (!m_onApplied || m_lastGood.config.isEmpty() || m_lastGood == m_plan) return false;
    if (!writePlan(m_lastGood, m_options.layout, m_user)) return false;
    m_plan = m_lastGood;
    m_reloadHistory = true;
    m_startReason = StartReason::PreviousRestored;
    failApply({ErrorCode::InvalidInput,
               QStringLiteral("chronyd does not start with the new configuration, so the previous one was restored: %1")
                   .arg(why),
               {}});
    startFresh();
    return true;
}

void ChronyEngine::completeApply(const Result<Change>& result) {
    if (!m_onApplied) return;
    QTimer::singleShot(0, this, [done = std::exchange(m_onApplied, nullptr), result] { done(result); });
}

void ChronyEngine::failApply(const Error& why) { completeApply(tl::unexpected<Error>(why)); }

void ChronyEngine::completeStop(const tl::expected<void, Error>& result) {
    m_client.close();
    setPhase(EnginePhase::Stopped);
    finishStop(result);
}

void ChronyEngine::finishStop(const tl::expected<void, Error>& result) {
    for (Completion& done : std::exchange(m_onStopped, {}))
        QTimer::singleShot(0, this, [done = std::move(done), result] { done(result); });
}

void ChronyEngine::setPhase(EnginePhase phase) {
    if (m_state.phase == phase) return;
    m_state.phase = phase;
    if (phase == EnginePhase::Running) m_probe.watch();
    announce();
}

void ChronyEngine::announce() { QMetaObject::invokeMethod(this, &ChronyEngine::stateChanged, Qt::QueuedConnection); }

void ChronyEngine::noteError(const QString& message) {
    qCWarning(lcEngine).noquote() << message;
    m_state.lastError = message;
    m_state.lastErrorUnixMs = QDateTime::currentMSecsSinceEpoch();
    announce();
}

}  // namespace fos1::ntp
