// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus_under_test.h"

#include <signal.h>

#include <QElapsedTimer>
#include <QTest>
#include <future>

#include "tree.h"

namespace fos1::system {

namespace {

// Like Debian's system bus: everything is forbidden unless a policy allows it.
constexpr const char* kConfig = R"xml(<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <auth>EXTERNAL</auth>
  <listen>%1</listen>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus"/>
  </policy>
  <include>%2</include>
  %3
</busconfig>
)xml";

/// Runs the event loop meanwhile, because the requested objects may be in this process.
lab::CommandResult runAs(int uid, QStringList words) {
    const QString id = QString::number(uid);
    if (uid != 0) words = QStringList{"setpriv", "--reuid", id, "--regid", id, "--clear-groups"} + words;
    const QString program = words.takeFirst();
    auto result = std::async(std::launch::async, [&] { return lab::run(program, words); });
    while (result.wait_for(std::chrono::seconds(0)) != std::future_status::ready) QTest::qWait(2);
    return result.get();
}

}  // namespace

BusUnderTest::BusUnderTest(const lab::Lab& lab, const QString& name)
    : m_lab(lab), m_name(name), m_socket(lab.path(name + QStringLiteral(".sock"))) {}

bool BusUnderTest::start() {
    const QString file = m_lab.path(m_name + QStringLiteral(".conf"));
    const QString policy = tree::sourceFile(QStringLiteral("deploy/dbus/io.fos1.Host1.conf"));
    lab::writeFile(file, QString::fromLatin1(kConfig).arg(address(), policy, QString::fromUtf8(extra)).toUtf8());
    m_process = client(m_name, {"dbus-daemon", "--nofork", "--nopidfile", "--config-file=" + file});
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < 5000) {
        if (busctl({"--no-pager", "list"}).exitCode == 0) return true;
        QTest::qWait(10);
    }
    qWarning().noquote() << "the bus does not answer:\n" << m_process->log();
    return false;
}

void BusUnderTest::kill() {
    m_process->signal(SIGKILL);
    m_process->waitForEnd(2000);
}

lab::CommandResult BusUnderTest::busctl(const QStringList& arguments, int uid) const {
    return runAs(uid, QStringList{"busctl", "--address=" + address()} + arguments);
}

QByteArray BusUnderTest::property(const QString& path, const QString& interface, const QString& name) const {
    return busctl({"get-property", "io.fos1.Host1", "/io/fos1/Host1" + path, interface, name}).output.trimmed();
}

lab::CommandResult BusUnderTest::gdbus(const QString& path, const QString& method, int uid) const {
    return runAs(uid, {"gdbus", "call", "--address", address(), "--dest", "io.fos1.Host1", "--object-path", path,
                       "--method", method});
}

std::unique_ptr<lab::Daemon> BusUnderTest::client(const QString& name, const QStringList& command) const {
    return std::make_unique<lab::Daemon>(m_lab.path(name + QStringLiteral(".log")), command.first(), command.mid(1));
}

std::unique_ptr<sdbus::IConnection> BusUnderTest::connection() const {
    return sdbus::createSessionBusConnectionWithAddress(address().toStdString());
}

}  // namespace fos1::system
