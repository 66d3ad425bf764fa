// SPDX-License-Identifier: GPL-2.0-or-later
// The engine's part for a chronyd that outlives the host: found, taken over as it is, and left running.
#include <QFile>

#include "chrony/chrony_engine.h"
#include "chrony/config_file.h"
#include "chrony/run_record.h"
#include "fos1/logging.h"

namespace fos1::ntp {

namespace {

FOS1_LOG(lcAdoption, "ntp.adoption")

constexpr qint64 kLargestFile = 16 * 1024 * 1024;

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.read(kLargestFile) : QByteArray();
}

}  // namespace

void ChronyEngine::findRunning(const ChronyPlan& plan) {
    if (m_runner->isAlive()) return m_isAdopting ? adopt(plan) : putInPlace(plan);
    m_runner->lookUp([this, plan, request = m_request](const tl::expected<void, Error>& known) {
        if (request != m_request) return;
        if (!known) {
            noteError(known.error().text());
            failApply(known.error());
            return;
        }
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
    m_state.pid = m_runner->pid();
    setPhase(EnginePhase::Starting);
    m_client.request(
        candm::activityRequest(), this, [this, plan, request = m_request](const Result<candm::Reply>& reply) {
            if (request != m_request || !m_runner->isAlive()) return;
            m_isAdopting = false;
            auto record = decodeRunRecord(contentOf(m_options.layout.recordFile()), m_state.pid,
                                          processStart(m_state.pid), contentOf(m_options.layout.keyFile()));
            qCInfo(lcAdoption).noquote() << QStringLiteral("chronyd was already running, pid=%1 answers=%2 known=%3")
                                                .arg(m_state.pid)
                                                .arg(reply.has_value())
                                                .arg(record.has_value());
            if (reply) {
                setPhase(EnginePhase::Running);
                Q_EMIT up({m_state.pid, StartReason::FoundRunning, {}});
                m_startReason = StartReason::EndedByItself;
            }
            if (reply && record) {
                m_plan = record->plan;
                m_lastGood = record->plan;
                m_held = std::move(record->held);
            }
            putInPlace(plan);
        });
}

/// m_lastGood and m_held are what it has, as it said itself.
void ChronyEngine::remember() {
    if (!m_runner->outlivesUs()) return;
    const QByteArray record = encode(RunRecord{m_state.pid, m_lastGood, m_held}, processStart(m_state.pid));
    if (const auto written = writeConfigFile(m_options.layout.recordFile(), record, m_user); !written)
        qCWarning(lcAdoption).noquote() << "the next host will restart chronyd:" << written.error().text();
}

void ChronyEngine::forget() {
    if (m_runner->outlivesUs()) QFile::remove(m_options.layout.recordFile());
}

void ChronyEngine::leave(Completion completion) {
    if (!m_runner->outlivesUs()) return stop(std::move(completion));
    m_onLeft.push_back(std::move(completion));
    ++m_request;
    failApply({ErrorCode::Conflict, QStringLiteral("the host is stopping"), {}});
    m_check.cancel();
    m_retry.stop();
    // In the middle of a restart there may be no chronyd at all: that is brought to its end first.
    const bool isChanging = m_state.phase == EnginePhase::Starting || m_state.phase == EnginePhase::Stopping;
    if (!isChanging || m_isAdopting) completeLeave();
}

void ChronyEngine::completeLeave() {
    if (m_onLeft.empty()) return;
    m_retry.stop();
    (void)m_strays.take();
    m_probe.stop();
    m_online.cancel();
    m_client.close();
    for (Completion& done : std::exchange(m_onLeft, {}))
        QTimer::singleShot(0, this, [done = std::move(done)] { done({}); });
}

/// chronyd goes on with what it had, and with another key file: what it has is not certain any more, so that the next
/// change is a restart.
void ChronyEngine::onNotEnded(const QString& why) {
    noteError(why);
    m_probe.stop();
    m_endExpected = false;
    m_whyEnded.clear();
    m_plan = {};
    m_lastGood = {};
    m_state.pid = m_runner->pid();
    setPhase(EnginePhase::Running);
    const Error error{ErrorCode::Io, why, {}};
    if (!m_onStopped.empty()) return finishStop(tl::unexpected<Error>(error));
    failApply(error);
    completeLeave();
}

}  // namespace fos1::ntp
