// SPDX-License-Identifier: GPL-2.0-or-later
// The system's own time daemon is switched off while we control the clock, and on again only if we had switched it off.
// timedated is mocked by python-dbusmock on a bus of its own.
#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTest>

#include "isolation.h"
#include "mocked_bus.h"
#include "timedate_client.h"

using namespace fos1;
using namespace fos1::ntp;
using fos1::system::MockedBus;

class TestTimedate : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<MockedBus> m_bus;
    int m_buses = 0;

    [[nodiscard]] QString stateFile() const { return m_lab->path(QStringLiteral("was-on")); }
    void startBus() {
        m_bus = std::make_unique<MockedBus>(*m_lab, QStringLiteral("bus%1").arg(++m_buses));
        QVERIFY(m_bus->start());
    }
    void play(bool isOn) {
        startBus();
        QVERIFY(m_bus->play("timedated", "org.freedesktop.timedate1", isOn ? R"({"NTP": true})" : R"({"NTP": false})"));
    }
    [[nodiscard]] bool isOn() const {
        return m_bus
                   ->busctl({"get-property", "org.freedesktop.timedate1", "/org/freedesktop/timedate1",
                             "org.freedesktop.timedate1", "NTP"})
                   .output.trimmed() == "b true";
    }
    void somebodySwitches(const char* to) const {
        QCOMPARE(m_bus
                     ->busctl({"call", "org.freedesktop.timedate1", "/org/freedesktop/timedate1",
                               "org.freedesktop.timedate1", "SetNTP", "bb", to, "false"})
                     .exitCode,
                 0);
    }

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
    }
    void cleanup() {
        m_bus.reset();
        QFile::remove(stateFile());
    }

    void takenAndGivenBack() {
        play(true);
        TimedateClient timedate(stateFile());
        timedate.claim();
        QTRY_VERIFY(timedate.rival().standing == RivalStanding::TurnedOff);
        QVERIFY(!isOn());
        QVERIFY(QFile::exists(stateFile()));
        timedate.release();
        QTRY_VERIFY(timedate.rival().standing == RivalStanding::Unknown);
        QVERIFY(isOn());
        QVERIFY(!QFile::exists(stateFile()));
    }

    void whatWasOffStaysOff() {
        play(false);
        TimedateClient timedate(stateFile());
        timedate.claim();
        QTRY_VERIFY(timedate.rival().standing == RivalStanding::NoneActive);
        timedate.release();
        QTRY_VERIFY(timedate.rival().standing == RivalStanding::Unknown);
        QVERIFY(!isOn());
    }

    void theNextHostGivesBack() {
        play(true);
        {
            TimedateClient earlier(stateFile());
            earlier.claim();
            QTRY_VERIFY(earlier.rival().standing == RivalStanding::TurnedOff);
        }
        QVERIFY(!isOn());
        TimedateClient timedate(stateFile());
        timedate.claim();
        QTRY_VERIFY(timedate.rival().standing == RivalStanding::TurnedOff);
        timedate.release();
        QTRY_VERIFY(isOn());
        QTRY_VERIFY(!QFile::exists(stateFile()));
    }

    void switchedOnBySomebodyElseItIsSwitchedOffAgain() {
        play(false);
        TimedateClient timedate(stateFile());
        timedate.claim();
        QTRY_VERIFY(timedate.rival().standing == RivalStanding::NoneActive);
        somebodySwitches("true");
        QTRY_VERIFY(timedate.rival().standing == RivalStanding::TurnedOff);
        QVERIFY(!isOn());
    }

    void aRefusalIsToldInTheBusesWords() {
        play(true);
        const QString refusal = QStringLiteral(
            "raise dbus.exceptions.DBusException('Interactive authentication required.', "
            "name='org.freedesktop.DBus.Error.InteractiveAuthorizationRequired')");
        const auto added = m_bus->busctl({"call", "org.freedesktop.timedate1", "/org/freedesktop/timedate1",
                                          "org.freedesktop.DBus.Mock", "AddMethod", "sssss",
                                          "org.freedesktop.timedate1", "SetNTP", "bb", "", refusal});
        QVERIFY2(added.exitCode == 0, added.errors.constData());
        TimedateClient timedate(stateFile());
        timedate.claim();
        QTRY_VERIFY(timedate.rival().standing == RivalStanding::NotTurnedOff);
        QCOMPARE(timedate.rival().words, QStringLiteral("Interactive authentication required."));
        QVERIFY(!QFile::exists(stateFile()));
        timedate.release();
        QTRY_VERIFY(timedate.rival().standing == RivalStanding::Unknown);
    }

    void withoutTimedatedAllIsWell() {
        startBus();
        TimedateClient timedate(stateFile());
        timedate.claim();
        QTRY_VERIFY(timedate.rival().standing == RivalStanding::NoTimedated);
        QCOMPARE(timedate.rival().words, QString());
    }

    void withoutABusToo() {
        MockedBus nowhere(*m_lab, QStringLiteral("nowhere"));
        TimedateClient timedate(stateFile());
        timedate.claim();
        QTRY_VERIFY(timedate.rival().standing == RivalStanding::NoTimedated);
        QVERIFY(!timedate.rival().words.isEmpty());
    }

    void whatWasNeverClaimedIsNotAskedFor() {
        play(true);
        TimedateClient timedate(stateFile());
        QSignalSpy changed(&timedate, &TimedateClient::changed);
        timedate.release();
        QTest::qWait(300);
        QVERIFY(changed.isEmpty());
        QVERIFY(isOn());
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestTimedate test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_timedate.moc"
