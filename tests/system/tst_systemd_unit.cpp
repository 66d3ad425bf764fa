// SPDX-License-Identifier: GPL-2.0-or-later
// A systemd unit that runs chronyd, with systemd mocked by python-dbusmock: rare behavior of a real systemd can be
// produced at will.
#include <QFile>
#include <QSignalSpy>
#include <QTest>

#include "chrony/systemd_unit.h"
#include "isolation.h"
#include "mocked_bus.h"
#include "tree.h"

using namespace fos1;
using namespace fos1::ntp;
using fos1::system::MockedBus;

namespace {

using Looked = std::optional<tl::expected<void, Error>>;
const QString kUnit = QStringLiteral("fos1-chronyd.service");

}  // namespace

class TestSystemdUnit : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<MockedBus> m_bus;
    int m_buses = 0;

    [[nodiscard]] QString argumentFile() const { return m_lab->path(QStringLiteral("chronyd.env")); }
    void play(const QString& parameters = QStringLiteral("{}")) {
        m_bus = std::make_unique<MockedBus>(*m_lab, QStringLiteral("bus%1").arg(++m_buses));
        QVERIFY(m_bus->start());
        QVERIFY(m_bus->play(tree::sourceFile(QStringLiteral("tests/system/systemd1_mock.py")),
                            "org.freedesktop.systemd1", parameters));
    }
    void tell(const QStringList& words) const {
        const auto result = m_bus->busctl(QStringList{"call", "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
                                                      "org.freedesktop.systemd1.Manager"} +
                                          words);
        QVERIFY2(result.exitCode == 0, result.errors.constData());
    }
    static Looked look(SystemdUnit& unit) {
        Looked looked;
        unit.lookUp([&](const auto& result) { looked = result; });
        (void)QTest::qWaitFor([&] { return looked.has_value(); }, 8000);
        return looked;
    }

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
    }
    void cleanup() { m_bus.reset(); }

    void pathsAreEscaped() {
        QCOMPARE(unitPath(kUnit), std::string("/org/freedesktop/systemd1/unit/fos1_2dchronyd_2eservice"));
        QCOMPARE(unitPath("9a@b.service"), std::string("/org/freedesktop/systemd1/unit/_39a_40b_2eservice"));
    }

    void startedAndEnded() {
        play();
        SystemdUnit unit(kUnit, argumentFile());
        QSignalSpy exited(&unit, &SystemdUnit::exited);
        const Looked looked = look(unit);
        QVERIFY(looked && *looked);
        QVERIFY(!unit.isAlive());
        unit.start({}, {"-d", "-f", "/run/x.conf", "-x"});
        QVERIFY(unit.isAlive());
        QTRY_COMPARE(unit.pid(), 1002);
        QFile file(argumentFile());
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray("FOS1_CHRONYD_ARGUMENTS=-d -f /run/x.conf -x\n"));
        unit.end();
        QTRY_COMPARE(exited.size(), 1);
        QCOMPARE(exited[0][0].toString(), QStringLiteral("chronyd exited"));
        QVERIFY(!unit.isAlive());
    }

    void aRunningOneIsFound() {
        play();
        tell({"Happen", "suii", "active", "77", "0", "0"});
        SystemdUnit unit(kUnit, argumentFile());
        const Looked looked = look(unit);
        QVERIFY(looked && *looked);
        QVERIFY(unit.isAlive());
        QCOMPARE(unit.pid(), 77);
    }

    void aMissingUnitIsTold() {
        play(R"({"LoadState": "not-found"})");
        SystemdUnit unit(kUnit, argumentFile());
        const Looked looked = look(unit);
        QVERIFY(looked && !*looked);
        QVERIFY(looked->error().code == ErrorCode::NotFound);
        QVERIFY(looked->error().message.contains(QStringLiteral("deploy/systemd/fos1-chronyd.service")));
    }

    void aFailedStartIsAnEnd() {
        play();
        tell({"Behave", "s", "fail"});
        SystemdUnit unit(kUnit, argumentFile());
        QSignalSpy exited(&unit, &SystemdUnit::exited);
        QVERIFY(look(unit));
        unit.start({}, {});
        QTRY_COMPARE(exited.size(), 1);
        QCOMPARE(exited[0][0].toString(),
                 QStringLiteral("chronyd exited with code 1; for its log, run: journalctl -u fos1-chronyd.service"));
        QVERIFY(!unit.isAlive());
    }

    void refusalsAreToldInTheBusesWords() {
        play();
        SystemdUnit unit(kUnit, argumentFile());
        QSignalSpy exited(&unit, &SystemdUnit::exited);
        QSignalSpy notEnded(&unit, &SystemdUnit::notEnded);
        QVERIFY(look(unit));
        tell({"Behave", "s", "refuse"});
        unit.start({}, {});
        QTRY_COMPARE(exited.size(), 1);
        QCOMPARE(exited[0][0].toString(),
                 QStringLiteral("systemd does not start fos1-chronyd.service: Interactive authentication required."));
        tell({"Behave", "s", "obey"});
        unit.start({}, {});
        QTRY_VERIFY(unit.pid() != 0);
        tell({"Behave", "s", "refuse"});
        unit.end();
        QTRY_COMPARE(notEnded.size(), 1);
        QVERIFY(unit.isAlive());
        QVERIFY(unit.pid() != 0);
        // A unit that cannot be replaced keeps running.
        const qint64 before = unit.pid();
        unit.start({}, {});
        QTRY_COMPARE(notEnded.size(), 2);
        QCOMPARE(unit.pid(), before);
        QCOMPARE(exited.size(), 1);
    }

    void aDeathIsSeen_data() {
        QTest::addColumn<QStringList>("happening");
        QTest::addColumn<QString>("why");
        QTest::newRow("killed") << QStringList{"activating", "0", "2", "9"} << "chronyd was killed by signal 9";
        QTest::newRow("another one already")
            << QStringList{"active", "4711", "0", "0"}
            << "chronyd exited and systemd restarted it; for its log, run: journalctl -u fos1-chronyd.service";
        QTest::newRow("stopped by somebody") << QStringList{"inactive", "0", "1", "0"} << "chronyd exited with code 0";
    }
    void aDeathIsSeen() {
        QFETCH(QStringList, happening);
        QFETCH(QString, why);
        play();
        SystemdUnit unit(kUnit, argumentFile());
        QSignalSpy exited(&unit, &SystemdUnit::exited);
        unit.start({}, {});
        // There was no connection yet.
        QTRY_COMPARE(exited.size(), 1);
        QVERIFY(look(unit));
        unit.start({}, {});
        QTRY_VERIFY(unit.pid() != 0);
        tell(QStringList{"Happen", "suii"} + happening);
        QTRY_COMPARE(exited.size(), 2);
        QCOMPARE(exited[1][0].toString(), why);
        QVERIFY(!unit.isAlive());
        // It does not confuse the next start.
        unit.start({}, {});
        QTRY_VERIFY(unit.pid() > 1000 && unit.pid() != 4711);
    }

    void theBusMayGo() {
        play();
        SystemdUnit unit(kUnit, argumentFile());
        QSignalSpy exited(&unit, &SystemdUnit::exited);
        QVERIFY(look(unit));
        unit.start({}, {});
        QTRY_VERIFY(unit.pid() != 0);
        m_bus->kill();
        QTest::qWait(100);
        QVERIFY(unit.isAlive());
        QVERIFY(exited.isEmpty());
        SystemdUnit other(kUnit, argumentFile());
        const Looked looked = look(other);
        QVERIFY(looked && !*looked);
        QVERIFY2(looked->error().message.startsWith(QStringLiteral("systemd does not answer on the system bus")),
                 qPrintable(looked->error().message));
        // systemd is back and reports that chronyd has exited meanwhile.
        QVERIFY(m_bus->start());
        QVERIFY(
            m_bus->play(tree::sourceFile(QStringLiteral("tests/system/systemd1_mock.py")), "org.freedesktop.systemd1"));
        tell({"Happen", "suii", "active", "4711", "0", "0"});
        QTRY_COMPARE_WITH_TIMEOUT(exited.size(), 1, 45'000);
    }

    void whatSystemdWouldSplitIsRefused() {
        play();
        SystemdUnit unit(kUnit, argumentFile());
        QSignalSpy exited(&unit, &SystemdUnit::exited);
        QVERIFY(look(unit));
        unit.start({}, {"-f", "/a b/chrony.conf"});
        QTRY_COMPARE(exited.size(), 1);
        QVERIFY(exited[0][0].toString().contains(QStringLiteral("\"/a b/chrony.conf\"")));
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestSystemdUnit test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_systemd_unit.moc"
