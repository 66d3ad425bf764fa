// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/chrony_engine.h"

#include <QDateTime>
#include <QFile>
#include <QRandomGenerator>

#include "chrony/config_file.h"
#include "fos1/logging.h"

namespace fos1::ntp {

namespace {

FOS1_LOG(lcEngine, "ntp.engine")

constexpr std::chrono::milliseconds kProbeInterval{20};
constexpr std::chrono::seconds kAnswerDeadline{5};

}  // namespace

ChronyEngine::ChronyEngine(EngineOptions options, QObject* parent)
    : QObject(parent),
      m_options(std::move(options)),
      m_client(m_options.layout.paths().commandSocket),
      m_check(m_options.chronyd),
      m_online(m_client) {
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &ChronyEngine::startFresh);
    m_probe.setSingleShot(true);
    m_probe.setInterval(kProbeInterval);
    connect(&m_probe, &QTimer::timeout, this, &ChronyEngine::probe);
    connect(&m_process, &ChronydProcess::exited, this, &ChronyEngine::onExited);
}

ChronyEngine::~ChronyEngine() = default;

void ChronyEngine::apply(const ChronyPlan& plan, Completion completion) {
    completeApply(failure(ErrorCode::Conflict, QStringLiteral("a newer configuration came in between")));
    m_onApplied = std::move(completion);
    if (!m_onStopped.empty()) {
        completeApply(failure(ErrorCode::Conflict, QStringLiteral("chronyd is being stopped")));
        return;
    }
    m_check.cancel();
    m_online.cancel();
    const bool inPlace = plan == m_plan && (m_state.phase != EnginePhase::Running || plan == m_lastGood);
    if (inPlace && m_state.phase == EnginePhase::Running) {
        completeApply({});
        return;
    }
    // A start or restart with this very configuration is under way: its outcome is the answer.
    if (inPlace && (m_state.phase == EnginePhase::Starting || m_state.phase == EnginePhase::Stopping)) return;
    if (const auto prepared = prepare(); !prepared) {
        noteError(prepared.error().text());
        completeApply(tl::unexpected<Error>(prepared.error()));
        return;
    }
    checkCandidate(plan);
}

void ChronyEngine::stop(Completion completion) {
    m_onStopped.push_back(std::move(completion));
    completeApply(failure(ErrorCode::Conflict, QStringLiteral("chronyd is being stopped")));
    if (m_onStopped.size() > 1) return;
    ++m_run;
    m_check.cancel();
    m_leftBehind.cancel();
    m_retry.stop();
    m_probe.stop();
    m_online.cancel();
    m_plan = {};
    m_lastGood = {};
    m_reloadHistory = false;
    if (m_process.isAlive()) {
        setPhase(EnginePhase::Stopping);
        m_endExpected = true;
        m_process.end();
        return;
    }
    m_leftBehind.end(m_options.layout.paths().pidFile, m_options.layout.configFile(),
                     [this](const auto& result) { completeStop(result); });
}

tl::expected<void, Error> ChronyEngine::prepare() {
    Result<RunAs> user = resolveRunAs(m_options.user);
    if (!user) return tl::unexpected<Error>(user.error());
    m_user = std::move(*user);
    const ChronyLayout& layout = m_options.layout;
    for (const QString& own : {layout.runtimeDirectory, layout.stateDirectory}) {
        if (auto done = letThrough(own, m_user); !done) return done;
        if (auto done = checkReachable(own, m_user); !done) return done;
    }
    for (const QString& theirs : {layout.socketDirectory(), layout.dataDirectory()})
        if (auto done = prepareDirectory(theirs, m_user); !done) return done;
    return {};
}

void ChronyEngine::checkCandidate(const ChronyPlan& plan) {
    const QString candidate = m_options.layout.candidateFile();
    if (auto written = writeConfigFile(candidate, plan.whole(), m_user); !written) {
        noteError(written.error().text());
        completeApply(written);
        return;
    }
    m_check.run(candidate, [this, plan](const tl::expected<void, Error>& result) {
        QFile::remove(m_options.layout.candidateFile());
        if (result) {
            putInPlace(plan);
            return;
        }
        const bool refused = result.error().code == ErrorCode::InvalidInput;
        noteError((refused ? QStringLiteral("chronyd refuses its new configuration: ") : QString()) +
                  result.error().text());
        completeApply(result);
    });
}

tl::expected<void, Error> ChronyEngine::writeFiles(const ChronyPlan& plan) {
    const ChronyLayout& layout = m_options.layout;
    if (auto made = prepareReadableDirectory(layout.sourceDirectory(), m_user); !made) return made;
    if (auto written = writeConfigFile(layout.sourceFile(), plan.sources, m_user); !written) return written;
    return writeConfigFile(layout.configFile(), plan.config, m_user);
}

void ChronyEngine::putInPlace(const ChronyPlan& plan) {
    if (auto done = writeFiles(plan); !done) {
        noteError(done.error().text());
        completeApply(done);
        return;
    }
    m_plan = plan;
    m_backoff.reset();
    const bool answers = m_process.isAlive() && m_state.phase == EnginePhase::Running;
    if (answers && !m_lastGood.config.isEmpty() && changeKind(m_lastGood, plan).kind != ChangeKind::Restart)
        changeOnline();
    else if (m_process.isAlive())
        replaceRunning();
    else
        startFresh();
}

void ChronyEngine::changeOnline() {
    m_online.run(m_held, m_plan, [this](const tl::expected<void, Error>& result) {
        if (!result) return undoOnline(result.error());
        m_lastGood = m_plan;
        completeApply({});
    });
}

/// chronyd has part of the change, or none. When it does not even take back what it had, a restart brings that.
void ChronyEngine::undoOnline(const Error& why) {
    noteError(why.text());
    m_plan = m_lastGood;
    if (auto written = writeFiles(m_plan); !written) noteError(written.error().text());
    m_online.run(m_held, m_plan, [this, why](const tl::expected<void, Error>& result) {
        if (!result) {
            noteError(result.error().text());
            replaceRunning();
        }
        completeApply(
            failure(ErrorCode::InvalidInput,
                    QStringLiteral("chronyd did not take the change, so what it had is back: %1").arg(why.text())));
    });
}

/// The measurements are dumped and taken up again, so that clients see no gap.
void ChronyEngine::replaceRunning() {
    const bool answers = m_state.phase == EnginePhase::Running;
    m_online.cancel();
    setPhase(EnginePhase::Stopping);
    m_probe.stop();
    m_reloadHistory = m_reloadHistory || answers;
    m_endExpected = true;
    if (!answers) {
        m_process.end();
        return;
    }
    m_client.request(candm::dumpRequest(), this, [this, run = m_run](const Result<candm::Reply>& reply) {
        if (run != m_run) return;
        if (!reply) qCWarning(lcEngine).noquote() << "chronyd kept no measurements:" << reply.error().text();
        m_process.end();
    });
}

void ChronyEngine::startFresh() {
    m_retry.stop();
    m_leftBehind.cancel();
    m_client.close();
    UnixDatagramSocket::removeLeftovers(m_options.layout.socketDirectory());
    setPhase(EnginePhase::Starting);
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
    // chronyd has ended; a number in its pid file may by now be somebody else's, and would keep chronyd from starting.
    QFile::remove(m_options.layout.paths().pidFile);
    QStringList arguments{QStringLiteral("-d"), QStringLiteral("-f"), m_options.layout.configFile()};
    if (m_options.clockControl != ClockControl::Adjust) arguments << QStringLiteral("-x");
    if (std::exchange(m_reloadHistory, false)) arguments << QStringLiteral("-r");
    arguments << m_user.arguments;
    m_endExpected = false;
    m_held = HeldSettings(m_plan);
    setPhase(EnginePhase::Starting);
    m_probeDeadline = std::chrono::steady_clock::now() + kAnswerDeadline;
    m_process.start(m_options.chronyd, arguments);
    m_state.pid = m_process.pid();
    announce();
    m_probe.start();
}

void ChronyEngine::probe() {
    m_client.request(candm::activityRequest(), this, [this, run = m_run](const Result<candm::Reply>& reply) {
        if (run != m_run || m_state.phase != EnginePhase::Starting) return;
        if (reply) {
            onAnswered();
        } else if (std::chrono::steady_clock::now() < m_probeDeadline) {
            m_probe.start();
        } else {
            m_whyEnded =
                QStringLiteral("chronyd runs but does not answer on %1").arg(m_options.layout.paths().commandSocket);
            m_process.end();
        }
    });
}

void ChronyEngine::onAnswered() {
    qCInfo(lcEngine).noquote() << QStringLiteral("chronyd answers, pid=%1 user=%2").arg(m_state.pid).arg(m_user.user);
    setPhase(EnginePhase::Running);
    m_lastGood = m_plan;
    completeApply({});
    Q_EMIT up(m_state.pid);
}

void ChronyEngine::onExited(const QString& why) {
    m_probe.stop();
    m_online.cancel();
    ++m_run;
    m_state.pid = 0;
    const QString fault = std::exchange(m_whyEnded, {});
    if (!m_onStopped.empty()) {
        completeStop({});
    } else if (std::exchange(m_endExpected, false)) {
        launch();
    } else {
        onUnexpectedExit(fault.isEmpty() ? why : fault, m_process.runningFor());
    }
}

void ChronyEngine::onUnexpectedExit(const QString& why, std::chrono::steady_clock::duration ranFor) {
    noteError(why);
    // One that answered did start with its configuration: its end is none of that one's doing.
    if (m_state.phase != EnginePhase::Running && rollBack(why)) return;
    const auto wait = m_backoff.next(ranFor, QRandomGenerator::global()->generateDouble());
    ++m_state.restarts;
    setPhase(EnginePhase::Waiting);
    m_retry.start(wait);
    completeApply(failure(ErrorCode::Io, why));
    Q_EMIT died(why);
}

/// `chronyd -p` looks at the syntax only. When chronyd does not start with a new configuration, the last one with which
/// it did is put back, and the new one is refused.
bool ChronyEngine::rollBack(const QString& why) {
    if (!m_onApplied || m_lastGood.config.isEmpty() || m_lastGood == m_plan) return false;
    if (!writeFiles(m_lastGood)) return false;
    m_plan = m_lastGood;
    m_reloadHistory = true;
    completeApply(failure(
        ErrorCode::InvalidInput,
        QStringLiteral("chronyd does not start with the new configuration, so the previous one is back: %1").arg(why)));
    startFresh();
    return true;
}

void ChronyEngine::completeApply(const tl::expected<void, Error>& result) {
    if (!m_onApplied) return;
    QTimer::singleShot(0, this, [done = std::exchange(m_onApplied, nullptr), result] { done(result); });
}

void ChronyEngine::completeStop(const tl::expected<void, Error>& result) {
    m_client.close();
    setPhase(EnginePhase::Stopped);
    for (Completion& done : std::exchange(m_onStopped, {}))
        QTimer::singleShot(0, this, [done = std::move(done), result] { done(result); });
}

void ChronyEngine::setPhase(EnginePhase phase) {
    if (m_state.phase == phase) return;
    m_state.phase = phase;
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
