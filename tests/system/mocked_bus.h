// SPDX-License-Identifier: GPL-2.0-or-later
// A private bus that serves as the system bus of this process, with a service mocked by python-dbusmock.
#pragma once

#include <QTest>

#include "bus_under_test.h"

namespace fos1::system {

class MockedBus {
   public:
    explicit MockedBus(const lab::Lab& lab, const QString& name) : m_bus(lab, name) {
        m_bus.extra =
            "<policy context=\"mandatory\"><allow own=\"*\"/><allow send_destination=\"*\"/>"
            "<allow send_type=\"method_call\"/></policy>";
        qputenv("DBUS_SYSTEM_BUS_ADDRESS", m_bus.address().toUtf8());
    }

    bool start() { return m_bus.start(); }
    void kill() { m_bus.kill(); }

    /// Starts a template of python-dbusmock, by name or by file, with parameters in JSON.
    bool play(const QString& mock, const QString& service, const QString& parameters = QStringLiteral("{}")) {
        m_mock = m_bus.client(QStringLiteral("mock"),
                              {"env", "DBUS_SYSTEM_BUS_ADDRESS=" + m_bus.address(), "/usr/bin/python3", "-m",
                               "dbusmock", "--system", "--template", mock, "--parameters", parameters});
        const bool isThere = QTest::qWaitFor(
            [&] {
                return m_bus.busctl({"--no-pager", "--no-legend", "list"}).output.contains(service.toUtf8() + ' ');
            },
            10'000);
        if (!isThere) qWarning().noquote() << m_mock->log();
        return isThere;
    }

    [[nodiscard]] lab::CommandResult busctl(const QStringList& words) const { return m_bus.busctl(words); }

   private:
    BusUnderTest m_bus;
    std::unique_ptr<lab::Daemon> m_mock;
};

}  // namespace fos1::system
