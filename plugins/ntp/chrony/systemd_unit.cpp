// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/systemd_unit.h"

#include <QFile>
#include <QSaveFile>
#include <csignal>

#include "fos1/logging.h"

namespace fos1::ntp {

namespace {

FOS1_LOG(lcUnit, "ntp.unit")

constexpr const char* kService = "org.freedesktop.systemd1";
constexpr const char* kPath = "/org/freedesktop/systemd1";
constexpr const char* kManager = "org.freedesktop.systemd1.Manager";
constexpr std::chrono::seconds kCallTimeout{5};
constexpr std::chrono::seconds kLookUpTimeout{5};
/// Longer than the unit's TimeoutStopSec and TimeoutStartSec together.
constexpr std::chrono::seconds kJobTimeout{15};

dbus::BusMethod manager(const char* method) { return {kService, kPath, kManager, method}; }

QString jobFault(const QString& result) {
    if (result == QStringLiteral("dependency")) return QStringLiteral("a unit that it needs did not start");
    if (result == QStringLiteral("timeout")) return QStringLiteral("it took too long");
    if (result == QStringLiteral("canceled")) return QStringLiteral("another request canceled it");
    return {};
}

}  // namespace

std::string unitPath(const QString& unit) {
    std::string path = "/org/freedesktop/systemd1/unit/";
    for (const char byte : unit.toUtf8()) {
        const auto code = static_cast<unsigned char>(byte);
        const bool isPlain =
            (code >= '0' && code <= '9') || (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
        // A digit may not come first.
        const bool isFirst = path.back() == '/';
        if (isPlain && !(isFirst && code <= '9'))
            path += byte;
        else
            path += '_' + QByteArray(1, byte).toHex().toStdString();
    }
    return path;
}

bool SystemdUnit::Facts::isDown() const {
    return active == QStringLiteral("inactive") || active == QStringLiteral("failed");
}

SystemdUnit::SystemdUnit(const QString& unit, QString argumentFile, QObject* parent)
    : ChronydRunner(parent),
      m_unit(unit),
      m_path(unitPath(unit)),
      m_argumentFile(std::move(argumentFile)),
      m_log(unit) {
    connect(&m_log, &UnitLog::logged, this, &ChronydRunner::logged);
    const std::string from = "type='signal',sender='org.freedesktop.systemd1',";
    m_bus.hear(from + "interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',path='" + m_path + "'",
               [this](sdbus::Message&) { refresh(); });
    // Not with arg2: sd-bus finds no match behind an argument that is no text.
    m_bus.hear(from + "interface='" + kManager + "',member='JobRemoved',path='" + kPath + "'",
               [this](sdbus::Message& message) { onJobRemoved(message); });
    connect(&m_bus, &dbus::BusClient::up, this, &SystemdUnit::onUp);
    connect(&m_bus, &dbus::BusClient::lost, this, [this](const QString& reason) {
        if (m_whyNoBus.isEmpty())
            qCWarning(lcUnit).noquote() << "no connection to systemd, chronyd continues reason=" + reason;
        m_whyNoBus = reason;
        m_isReading = false;
    });
    m_jobTimer.setSingleShot(true);
    m_jobTimer.setInterval(kJobTimeout);
    connect(&m_jobTimer, &QTimer::timeout, this, &SystemdUnit::onJobLate);
    m_lookUpTimer.setSingleShot(true);
    m_lookUpTimer.setInterval(kLookUpTimeout);
    connect(&m_lookUpTimer, &QTimer::timeout, this, [this] {
        answerLookUps(failure(ErrorCode::Timeout,
                              QStringLiteral("systemd does not answer on the system bus%1")
                                  .arg(m_whyNoBus.isEmpty() ? QString() : QStringLiteral(": ") + m_whyNoBus)));
    });
    m_bus.start();
}

void SystemdUnit::lookUp(Known known) {
    m_lookUps.push_back(std::move(known));
    if (!m_lookUpTimer.isActive()) m_lookUpTimer.start();
    refresh();
}

void SystemdUnit::answerLookUps(const tl::expected<void, Error>& result) {
    m_lookUpTimer.stop();
    for (const Known& known : std::exchange(m_lookUps, {})) known(result);
}

void SystemdUnit::start(const QString& /*program*/, const QStringList& arguments) {
    ++m_request;
    m_replaced = std::exchange(m_pid, 0);
    leaveTo(Use::Starting);
    if (const auto written = writeArguments(arguments); !written) {
        QTimer::singleShot(0, this, [this, why = written.error().text()] { onNotStarted(why); });
        return;
    }
    // Not StartUnit: systemd may have started one already, with what the files said then.
    askFor("RestartUnit", [this](const Error& error) {
        onNotStarted(QStringLiteral("systemd does not start %1: %2").arg(m_unit, error.message));
    });
}

/// What was to be replaced goes on.
void SystemdUnit::onNotStarted(const QString& why) {
    if (m_replaced == 0) return fellOver(why);
    m_pid = m_replaced;
    leaveTo(Use::Running);
    Q_EMIT notEnded(why);
}

void SystemdUnit::end() {
    if (m_use == Use::Idle || m_use == Use::Ending) return;
    ++m_request;
    leaveTo(Use::Ending);
    askFor("StopUnit", [this](const Error& error) {
        leaveTo(Use::Running);
        Q_EMIT notEnded(QStringLiteral("systemd does not stop %1: %2").arg(m_unit, error.message));
    });
}

void SystemdUnit::askFor(const char* method, std::function<void(const Error&)> refused) {
    m_job.clear();
    m_removedJob.clear();
    m_jobResult.clear();
    m_jobTimer.start();
    m_bus.call(
        manager(method), [this](sdbus::MethodCall& call) { call << m_unit.toStdString() << "replace"; },
        [this, request = m_request, refused = std::move(refused)](Result<sdbus::MethodReply> reply) {
            if (request != m_request) return;
            if (!reply) return refused(reply.error());
            sdbus::ObjectPath job;
            *reply >> job;
            m_job = job;
            if (m_removedJob == m_job) onJobEnded(m_jobResult);
        },
        kCallTimeout);
}

void SystemdUnit::onJobRemoved(sdbus::Message& message) {
    std::uint32_t id = 0;
    sdbus::ObjectPath job;
    std::string unit;
    std::string result;
    message >> id >> job >> unit >> result;
    if (unit != m_unit.toStdString()) return;
    m_removedJob = job;
    m_jobResult = QString::fromStdString(result);
    if (m_removedJob == m_job) onJobEnded(m_jobResult);
}

void SystemdUnit::onJobEnded(const QString& result) {
    m_jobTimer.stop();
    m_jobResult = result;
    refresh();
}

void SystemdUnit::onJobLate() {
    const QString why = QStringLiteral("systemd did not finish the job for %1 in time").arg(m_unit);
    if (m_use == Use::Starting) return fellOver(why);
    if (m_use != Use::Ending) return;
    leaveTo(Use::Running);
    Q_EMIT notEnded(why);
}

void SystemdUnit::onUp() {
    m_bus.trusted();
    m_whyNoBus.clear();
    // Without it systemd emits nothing. Its outcome shows in what we hear.
    m_bus.call(manager("Subscribe"), {}, [](const Result<sdbus::MethodReply>& reply) {
        if (!reply) qCWarning(lcUnit).noquote() << "systemd sends no notifications:" << reply.error().message;
    });
    // Whatever was asked for before is done by now, or was never heard.
    if (m_use == Use::Starting || m_use == Use::Ending) m_jobResult = QStringLiteral("unknown");
    refresh();
}

void SystemdUnit::refresh() {
    if (!m_bus.isUp()) return;
    m_readAgain = m_isReading;
    if (std::exchange(m_isReading, true)) return;
    dbus::readProperties(
        m_bus, {kService, m_path, "org.freedesktop.systemd1.Unit", {}},
        [this](const Result<dbus::PropertyMap>& unit) {
            if (unit) return readService(*unit);
            m_isReading = false;
            answerLookUps(failure(
                ErrorCode::Io,
                QStringLiteral("systemd does not report the state of %1: %2").arg(m_unit, unit.error().message)));
        },
        kCallTimeout);
}

void SystemdUnit::readService(const dbus::PropertyMap& unit) {
    dbus::readProperties(
        m_bus, {kService, m_path, "org.freedesktop.systemd1.Service", {}},
        [this, unit](const Result<dbus::PropertyMap>& service) {
            m_isReading = false;
            if (std::exchange(m_readAgain, false)) return refresh();
            const dbus::PropertyMap known = service.value_or(dbus::PropertyMap());
            take({dbus::textOf(unit, "LoadState"), dbus::textOf(unit, "ActiveState"), dbus::textOf(known, "Result"),
                  dbus::valueOf<std::uint32_t>(known, "MainPID"), dbus::valueOf<std::int32_t>(known, "ExecMainCode"),
                  dbus::valueOf<std::int32_t>(known, "ExecMainStatus")});
        },
        kCallTimeout);
}

void SystemdUnit::take(const Facts& facts) {
    const qint64 pid = facts.isDown() ? 0 : facts.mainPid;
    const bool isJobDone =
        !m_jobResult.isEmpty() && (m_job == m_removedJob || m_jobResult == QStringLiteral("unknown"));
    switch (m_use) {
        case Use::Starting:
            if (!isJobDone) break;
            if (pid == 0) return fellOver(describeEnd(facts));
            m_pid = pid;
            leaveTo(Use::Running);
            break;
        case Use::Running:
            if (pid != m_pid) return fellOver(describeEnd(facts));
            break;
        case Use::Ending:
            if (pid == 0 && facts.isDown()) return fellOver(QStringLiteral("chronyd exited"));
            if (!isJobDone) break;
            leaveTo(Use::Running);
            Q_EMIT notEnded(QStringLiteral("systemd does not stop %1 (%2)").arg(m_unit, m_jobResult));
            break;
        case Use::Idle:
            if (m_lookUps.empty()) break;
            if (facts.load != QStringLiteral("loaded"))
                return answerLookUps(failure(
                    ErrorCode::NotFound,
                    QStringLiteral(
                        "systemd cannot use the unit %1 (%2); install it from deploy/systemd/fos1-chronyd.service")
                        .arg(m_unit, facts.load)));
            if (pid != 0) {
                m_pid = pid;
                leaveTo(Use::Running);
            }
            break;
        case Use::Unknown: break;
    }
    answerLookUps({});
}

void SystemdUnit::leaveTo(Use use) {
    if (use == Use::Starting || m_use == Use::Idle) m_since = std::chrono::steady_clock::now();
    m_use = use;
    if (use == Use::Running || use == Use::Idle) m_jobTimer.stop();
}

void SystemdUnit::fellOver(const QString& why) {
    ++m_request;
    leaveTo(Use::Idle);
    m_pid = 0;
    answerLookUps({});
    Q_EMIT exited(why);
}

std::chrono::steady_clock::duration SystemdUnit::runningFor() const {
    return std::chrono::steady_clock::now() - m_since;
}

tl::expected<void, Error> SystemdUnit::writeArguments(const QStringList& arguments) const {
    // systemd splits them at blanks and takes quotes, backslashes and dollars for its own (systemd.exec(5)).
    for (const QString& argument : arguments)
        for (const QChar letter : argument)
            if (letter.isSpace() || QStringLiteral("\"'\\$").contains(letter))
                return failure(ErrorCode::InvalidInput,
                               QStringLiteral("cannot be passed to chronyd through systemd: \"%1\"").arg(argument));
    QSaveFile file(m_argumentFile);
    if (!file.open(QIODevice::WriteOnly)) return failure(ErrorCode::Io, file.errorString(), m_argumentFile);
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ReadGroup | QFile::ReadOther);
    file.write("FOS1_CHRONYD_ARGUMENTS=" + arguments.join(u' ').toUtf8() + '\n');
    if (!file.commit()) return failure(ErrorCode::Io, file.errorString(), m_argumentFile);
    return {};
}

/// In the words of ChronydProcess, as far as systemd knows.
QString SystemdUnit::describeEnd(const Facts& facts) const {
    const QString where = QStringLiteral("; for its log, run: journalctl -u %1").arg(m_unit);
    const QString fault = jobFault(m_jobResult);
    if (m_use == Use::Starting && !fault.isEmpty())
        return QStringLiteral("systemd did not start %1: %2").arg(m_unit, fault);
    if (facts.exitKind == CLD_EXITED)
        return QStringLiteral("chronyd exited with code %1").arg(facts.exitStatus) +
               (facts.exitStatus ? where : QString());
    if (facts.exitKind == CLD_KILLED || facts.exitKind == CLD_DUMPED)
        return QStringLiteral("chronyd was killed by signal %1").arg(facts.exitStatus);
    if (facts.mainPid != 0) return QStringLiteral("chronyd exited and systemd restarted it") + where;
    return QStringLiteral("chronyd exited (%1)").arg(facts.result) + where;
}

}  // namespace fos1::ntp
