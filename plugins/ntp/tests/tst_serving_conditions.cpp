// SPDX-License-Identifier: GPL-2.0-or-later
// Conditions about what clients get, who sets the machine's clock, and what chronyd only logs.
#include <QTest>

#include "support/status_facts.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace fos1::ntp::test;

class TestServingConditions : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void whoSetsTheMachinesClock() {
        Facts in = healthy();
        in.sync.offset = -2s;
        QCOMPARE(
            message(in, "SystemClockWithinLimits"),
            QStringLiteral("The machine's clock is 2 s slow, over the critical limit of 1 s. This service does not "
                           "set it (plugins.ntp.clockControl is false); clients get the corrected time."));
        // The sign of a small offset is no news, which a cluster would be told each second.
        in.sync.offset = -2us;
        const QString slow = message(in, "SystemClockWithinLimits");
        in.sync.offset = 2us;
        QCOMPARE(message(in, "SystemClockWithinLimits"), slow);
        in.sync.offset = -2s;
        in.clockControl = ClockControl::Adjust;
        QCOMPARE(
            message(in, "SystemClockWithinLimits"),
            QStringLiteral("The machine's clock is 2 s slow, over the critical limit of 1 s. chronyd is correcting "
                           "it."));
    }

    void servingIsWhatClientsGet() {
        Facts in = healthy();
        QCOMPARE(condition(in, "Serving"), QStringLiteral("Unknown/NotTried"));
        const IpAddress one = *IpAddress::parse(QStringLiteral("10.0.0.1"));
        const IpAddress two = *IpAddress::parse(QStringLiteral("10.0.0.2"));
        in.serving.emplace();
        in.serving->pending = {one};
        QCOMPARE(condition(in, "Serving"), QStringLiteral("Unknown/BeingChecked"));
        in.serving->pending.clear();
        in.serving->served = {one};
        QCOMPARE(condition(in, "Serving"), QStringLiteral("True/Answered"));
        QCOMPARE(condition(in, "Ready"), QStringLiteral("True/Running"));
        in.serving->unserved.emplace(two, QStringLiteral("does not answer"));
        QCOMPARE(condition(in, "Serving"), QStringLiteral("False/PartlyServed"));
        QCOMPARE(condition(in, "Ready"), QStringLiteral("True/Running"));
        in.serving->served.clear();
        QCOMPARE(condition(in, "Serving"), QStringLiteral("False/NoAnswer"));
        in.serving->holders = {{QStringLiteral("ntpd"), 812, 0, QStringLiteral("*")}};
        QCOMPARE(condition(in, "Serving"), QStringLiteral("False/PortHeld"));
        QCOMPARE(condition(in, "Ready"), QStringLiteral("False/NobodyServed"));
        QCOMPARE(message(in, "Ready"),
                 QStringLiteral("Clients are not answered on UDP port 123: 10.0.0.2 does not answer; "
                                "ntpd (pid 812) has the port."));
        in.spec.server.port = 0;
        QCOMPARE(condition(in, "Serving"), QStringLiteral("False/PortIsZero"));
        QCOMPARE(condition(in, "Ready"), QStringLiteral("True/Running"));  // that is what was asked for
    }

    void whatChronydOnlyLogs() {
        Facts in = healthy();
        in.nowUnix = 1'800'000'000;
        QCOMPARE(condition(in, "DaemonHealthy"), QStringLiteral("True/NoErrors"));
        in.engine.complaint = {QStringLiteral("Could not step system clock"), in.nowUnix * 1000};
        QCOMPARE(condition(in, "DaemonHealthy"), QStringLiteral("False/ErrorLogged"));
        QCOMPARE(message(in, "DaemonHealthy"), QStringLiteral("The time daemon reports: Could not step system clock."));
        in.nowUnix += 3901;
        QCOMPARE(condition(in, "DaemonHealthy"), QStringLiteral("True/NoErrors"));
        in.engine.seesLog = false;
        QCOMPARE(condition(in, "DaemonHealthy"), QStringLiteral("Unknown/LogElsewhere"));
    }
};

QTEST_GUILESS_MAIN(TestServingConditions)
#include "tst_serving_conditions.moc"
