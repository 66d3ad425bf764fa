// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/chrony_engine.h"

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
      m_adoption(m_options.layout, *m_runner, m_client),
      m_online(m_client, readAgain(m_options.layout, m_user)) {
    m_standing.setSeesLog(!m_runner->outlivesUs());
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
    connect(&m_standing, &EngineStanding::changed, this, &ChronyEngine::stateChanged);
}

void ChronyEngine::apply(const ChronyPlan& plan, Applied completion) {
    completeApply(failure(ErrorCode::Conflict, QStringLiteral("replaced by a newer configuration")));
    m_onApplied = std::move(completion);
    ++m_request;
    if (!m_onStopped.isEmpty()) {
        completeApply(failure(ErrorCode::Conflict, QStringLiteral("chronyd is being stopped")));
        return;
    }
    m_check.cancel();
    m_online.cancel();
    const bool inPlace = plan == m_plan && (!m_standing.isRunning() || plan == m_lastGood);
    if (inPlace && m_standing.isRunning()) return completeApply(Change{ChangeKind::None, {}});
    // A start or restart with this very configuration is under way: its outcome is the answer.
    if (inPlace && m_standing.isChanging()) return;
    const auto prepared = m_options.runAsNow().and_then([this](const RunAs& user) {
        m_user = user;
        return prepareDirectories(m_options.layout, user);
    });
    if (!prepared) return giveUp(prepared.error());
    checkCandidate(plan);
}

void ChronyEngine::stop(Completion completion) {
    m_onStopped.add(std::move(completion));
    completeApply(failure(ErrorCode::Conflict, QStringLiteral("chronyd is being stopped")));
    if (m_onStopped.size() > 1) return;
    ++m_run;
    ++m_request;
    m_check.cancel();
    m_leftBehind.cancel();
    m_retry.stop();
    m_probe.stop();
    m_gap.cancel();
    m_online.cancel();
    m_plan = m_lastGood = {};
    m_startReason = StartReason::Wanted;
    m_reloadHistory = false;
    m_adoption.forget();
    if (m_runner->isAlive()) return endRunning();
    m_runner->lookUp([this](const tl::expected<void, Error>& known) {
        if (!known) return m_onStopped.complete(this, known);
        endRunning();
    });
}

void ChronyEngine::endRunning() {
    if (m_runner->isAlive()) {
        m_standing.setPhase(EnginePhase::Stopping);
        m_endExpected = true;
        m_runner->end();
        return;
    }
    m_leftBehind.end(m_options.layout.paths().pidFile, m_options.layout.configFile(),
                     [this](const auto& result) { completeStop(result); });
}

void ChronyEngine::checkCandidate(const ChronyPlan& plan) {
    const QString candidate = m_options.layout.candidateFile();
    if (auto written = writeConfigFile(candidate, plan.whole(), m_user); !written) return giveUp(written.error());
    m_check.run(candidate, [this, plan](const tl::expected<void, Error>& result) {
        if (result) return findRunning(plan);
        const bool refused = result.error().code == ErrorCode::InvalidInput;
        m_standing.setError((refused ? QStringLiteral("chronyd refuses its new configuration: ") : QString()) +
                            result.error().text());
        completeApply(tl::unexpected<Error>(result.error()));
    });
}

void ChronyEngine::findRunning(const ChronyPlan& plan) {
    if (m_runner->isAlive()) return m_isAdopting ? adopt(plan) : putInPlace(plan);
    m_runner->lookUp([this, plan, request = m_request](const tl::expected<void, Error>& known) {
        if (request != m_request) return;
        if (!known) return giveUp(known.error());
        if (m_runner->isAlive()) return adopt(plan);
        putInPlace(plan);
    });
}

/// What it has is compared with the plan as if we had started it. One that does not answer, or of which it is not known
/// for certain what it has, is restarted.
void ChronyEngine::adopt(const ChronyPlan& plan) {
    m_isAdopting = true;
    m_retry.stop();
    m_leftBehind.cancel();
    UnixDatagramSocket::removeLeftovers(m_options.layout.socketDirectory());
    m_standing.setPid(m_runner->pid());
    m_standing.setPhase(EnginePhase::Starting);
    m_adoption.ask(this, [this, plan, request = m_request](const Adoption::Found& found) {
        if (request != m_request) return;
        m_isAdopting = false;
        if (found.answers) {
            isUp();
            Q_EMIT up({state().pid, StartReason::FoundRunning, {}});
            m_startReason = StartReason::EndedByItself;
        }
        if (found.answers && found.record) {
            m_plan = m_lastGood = found.record->plan;
            m_held = found.record->held;
        }
        putInPlace(plan);
    });
}

void ChronyEngine::putInPlace(const ChronyPlan& plan) {
    if (auto done = writePlan(plan, m_options.layout, m_user); !done) return giveUp(done.error());
    m_plan = plan;
    m_backoff.reset();
    if (!m_runner->isAlive()) {
        m_change = changeKind({}, plan);
        return startFresh();
    }
    m_change = changeOfRunning(inForce(), m_held, m_standing.isRunning(), plan);
    if (m_change.kind == ChangeKind::Restart)
        replaceRunning(StartReason::Changed);
    else
        changeOnline();
}

void ChronyEngine::changeOnline() {
    m_adoption.forget();
    removeStrayServerKeys(m_plan, m_options.layout);
    m_online.run(m_held, m_plan, [this](const tl::expected<void, Error>& result) {
        if (!result) return undoOnline(result.error());
        m_lastGood = m_plan;
        m_adoption.remember(m_lastGood, m_held, m_user);
        completeApply(m_change);
    });
}

bool ChronyEngine::isSettled() const {
    return m_standing.isRunning() && !m_onApplied && m_plan == m_lastGood && !m_online.isRunning();
}

void ChronyEngine::heal() {
    if (!isSettled()) return;
    m_online.runAndCheckAll(m_held, m_plan, m_strays.take(), [this](const tl::expected<void, Error>& result) {
        if (!result) m_standing.setError(result.error().text());
        if (!m_online.hasMended()) return;
        m_adoption.remember(m_lastGood, m_held, m_user);
        Q_EMIT healed();
    });
}

void ChronyEngine::onLogged(const QString& line) {
    heed(line);
    Q_EMIT logged(line);
    if (isComplaint(line)) m_standing.complain(line);
}

void ChronyEngine::restart() {
    if (!isSettled()) return;
    m_standing.setError(QStringLiteral("chronyd has no socket for its clients and is started again"));
    replaceRunning(StartReason::PortFree);
}

/// chronyd has part of the change, or none. When it does not even take back what it had, a restart brings that.
void ChronyEngine::undoOnline(const Error& why) {
    m_standing.setError(why.text());
    m_plan = m_lastGood;
    if (auto written = writePlan(m_plan, m_options.layout, m_user); !written)
        m_standing.setError(written.error().text());
    m_online.run(m_held, m_plan, [this, why](const tl::expected<void, Error>& result) {
        if (result) {
            m_adoption.remember(m_lastGood, m_held, m_user);
        } else {
            m_standing.setError(result.error().text());
            replaceRunning(StartReason::PreviousRestored);
        }
        completeApply(
            failure(ErrorCode::InvalidInput,
                    QStringLiteral("chronyd did not accept the change, so its previous configuration was restored: %1")
                        .arg(why.text())));
    });
}

/// The measurements are dumped and taken up again, so that clients see no gap.
void ChronyEngine::replaceRunning(StartReason reason) {
    m_startReason = reason;
    const bool answers = m_standing.isRunning();
    m_online.cancel();
    m_adoption.forget();
    m_standing.setPhase(EnginePhase::Stopping);
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
    m_standing.setPhase(EnginePhase::Starting);
    m_runner->lookUp([this, run = ++m_run](const tl::expected<void, Error>& known) {
        if (run != m_run) return;
        if (!known) {
            m_standing.setError(known.error().text());
            return waitToStart(known.error().text(), {});
        }
        if (m_runner->isAlive()) return launch();  // none of ours any more, but no stranger
        m_leftBehind.end(m_options.layout.paths().pidFile, m_options.layout.configFile(),
                         [this](const tl::expected<void, Error>& ended) {
                             if (ended) return launch();
                             onUnexpectedExit(ended.error().text(), {});
                         });
    });
}

void ChronyEngine::launch() {
    ++m_run;
    const auto arguments = prepareStart(m_plan, m_options.layout, m_user, m_options.clockControl, m_reloadHistory);
    if (!arguments) return onUnexpectedExit(arguments.error().text(), {});
    m_reloadHistory = false;
    m_endExpected = false;
    m_held = HeldSettings(m_plan);
    (void)m_strays.take();
    m_standing.forgetComplaint();
    m_standing.setPhase(EnginePhase::Starting);
    m_runner->start(m_options.chronyd, *arguments);
    m_standing.setPid(m_runner->pid());
    m_probe.start();
}

void ChronyEngine::onAnswered() {
    if (m_runner->pid() == 0) return m_probe.again();
    qCInfo(lcEngine).noquote()
        << QStringLiteral("chronyd answers, pid=%1 user=%2").arg(m_runner->pid()).arg(m_user.user);
    isUp();
    m_lastGood = m_plan;
    m_adoption.remember(m_lastGood, m_held, m_user);
    completeApply(m_change);
    m_gap.answered();
    Q_EMIT up({state().pid, m_startReason, m_change.reasons});
    m_startReason = StartReason::EndedByItself;
    completeLeave();
}

void ChronyEngine::onExited(const QString& why) {
    m_probe.stop();
    m_online.cancel();
    m_isAdopting = false;
    ++m_run;
    m_standing.setPid(0);
    const QString fault = std::exchange(m_whyEnded, {});
    if (!m_onStopped.isEmpty()) return completeStop({});
    if (std::exchange(m_endExpected, false)) return launch();
    onUnexpectedExit(fault.isEmpty() ? why : fault, m_runner->runningFor());
}

void ChronyEngine::onUnexpectedExit(const QString& why, std::chrono::steady_clock::duration ranFor) {
    m_standing.setError(why);
    if (m_standing.isRunning()) m_gap.begin();
    // One that answered did start with its configuration: its end is none of that one's doing.
    if (!m_standing.isRunning() && rollBack(why)) return;
    m_standing.countRestart();
    waitToStart(why, ranFor);
    Q_EMIT died(why);
}

void ChronyEngine::waitToStart(const QString& why, std::chrono::steady_clock::duration ranFor) {
    const auto wait = m_backoff.next(ranFor, QRandomGenerator::global()->generateDouble());
    m_standing.setPhase(EnginePhase::Waiting);
    if (!m_plan.config.isEmpty()) m_retry.start(wait);
    completeApply(failure(ErrorCode::Io, why));
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
    completeApply(failure(
        ErrorCode::InvalidInput,
        QStringLiteral("chronyd does not start with the new configuration, so the previous one was restored: %1")
            .arg(why)));
    startFresh();
    return true;
}

void ChronyEngine::completeApply(const Result<Change>& result) {
    if (!m_onApplied) return;
    QTimer::singleShot(0, this, [done = std::exchange(m_onApplied, nullptr), result] { done(result); });
}

void ChronyEngine::giveUp(const Error& why) {
    m_standing.setError(why.text());
    completeApply(tl::unexpected<Error>(why));
}

void ChronyEngine::completeStop(const tl::expected<void, Error>& result) {
    m_client.close();
    m_standing.setPhase(EnginePhase::Stopped);
    m_onStopped.complete(this, result);
}

void ChronyEngine::leave(Completion completion) {
    if (!m_runner->outlivesUs()) return stop(std::move(completion));
    m_onLeft.add(std::move(completion));
    ++m_request;
    completeApply(failure(ErrorCode::Conflict, QStringLiteral("the host is stopping")));
    m_check.cancel();
    m_retry.stop();
    // In the middle of a restart there may be no chronyd at all: that is brought to its end first.
    if (!m_standing.isChanging() || m_isAdopting) completeLeave();
}

void ChronyEngine::completeLeave() {
    if (m_onLeft.isEmpty()) return;
    m_retry.stop();
    (void)m_strays.take();
    m_probe.stop();
    m_online.cancel();
    m_client.close();
    m_onLeft.complete(this, {});
}

/// chronyd goes on with what it had, and with another key file: what it has is not certain any more, so that the next
/// change is a restart.
void ChronyEngine::onNotEnded(const QString& why) {
    m_standing.setError(why);
    m_probe.stop();
    m_endExpected = false;
    m_whyEnded.clear();
    m_plan = m_lastGood = {};
    isUp();
    if (!m_onStopped.isEmpty()) return m_onStopped.complete(this, failure(ErrorCode::Io, why));
    completeApply(failure(ErrorCode::Io, why));
    completeLeave();
}

/// It runs and answers.
void ChronyEngine::isUp() {
    m_standing.setPid(m_runner->pid());
    if (!m_standing.isRunning()) m_probe.watch();
    m_standing.setPhase(EnginePhase::Running);
}

}  // namespace fos1::ntp
