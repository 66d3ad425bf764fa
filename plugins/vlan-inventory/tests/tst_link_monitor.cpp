// SPDX-License-Identifier: GPL-2.0-or-later
// The real kernel, in a network namespace of the test's own: changes by ip(8) are seen, including bursts and lost
// notifications.
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

#include "isolation.h"
#include "lab.h"
#include "netlink/link_monitor.h"

using namespace fos1;
using namespace fos1::vlan;

namespace {

/// Runs one ip(8) command per line, all in one process.
void ip(const QByteArray& lines) {
    const auto result = lab::run(QStringLiteral("ip"), {QStringLiteral("-batch"), QStringLiteral("-")}, 60'000, lines);
    if (result.exitCode != 0) qFatal("ip: %s", result.errors.constData());
}

QString words(const LinkMonitor& monitor, const char* name) {
    static const QStringList states{"unknown", "up", "off", "no carrier", "lower layer down", "dormant"};
    const Link* link = monitor.table().find(QString::fromLatin1(name));
    if (!link) return QStringLiteral("none");
    QString text = states.at(static_cast<int>(link->state));
    for (const LinkAddress& each : monitor.table().addresses(link->index)) {
        text += u' ' + each.own.text();
        if (each.broadcast) text += QStringLiteral(" brd ") + each.broadcast->text();
    }
    return text;
}

}  // namespace

class TestLinkMonitor : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void init() {
        ip("link add lan type veth peer name far\nlink set far up\nlink set lan up\n"
           "addr add 192.0.2.1/24 brd + dev lan\n");
        // The kernel reports the carrier a moment after `ip link set up` has returned.
        for (const char* device : {"lan", "far"})
            QTRY_VERIFY(
                lab::run(QStringLiteral("ip"), {"-o", "link", "show", "dev", device}).output.contains("state UP"));
    }
    void cleanup() { ip("link del lan\n"); }

    void everythingIsReadAtTheStart() {
        LinkMonitor monitor;
        QVERIFY(monitor.start());
        QVERIFY(!monitor.isComplete());
        QTRY_VERIFY(monitor.isComplete());
        QCOMPARE(words(monitor, "lan"), QStringLiteral("up 192.0.2.1/24 brd 192.0.2.255"));
        QCOMPARE(words(monitor, "far"), QStringLiteral("up"));
        QCOMPARE(words(monitor, "lo"), QStringLiteral("off"));
    }

    void changesAreFollowed() {
        LinkMonitor monitor;
        QVERIFY(monitor.start());
        QTRY_VERIFY(monitor.isComplete());
        ip("link set lan down\n");
        QTRY_COMPARE(words(monitor, "lan"), QStringLiteral("off 192.0.2.1/24 brd 192.0.2.255"));
        QTRY_COMPARE(words(monitor, "far"), QStringLiteral("lower layer down"));
        ip("link set lan name trunk\nlink set trunk up\n");
        QTRY_COMPARE(words(monitor, "trunk"), QStringLiteral("up 192.0.2.1/24 brd 192.0.2.255"));
        QCOMPARE(words(monitor, "lan"), QStringLiteral("none"));
        ip("addr del 192.0.2.1/24 dev trunk\naddr add fd00::1/64 dev trunk nodad\n");
        QTRY_COMPARE(words(monitor, "trunk"), QStringLiteral("up fd00::1/64"));
        // The kernel removes the IPv6 addresses of a link that goes down.
        ip("link set trunk down\n");
        QTRY_COMPARE(words(monitor, "trunk"), QStringLiteral("off"));
        ip("link del trunk\n");
        QTRY_COMPARE(words(monitor, "trunk"), QStringLiteral("none"));
        QCOMPARE(words(monitor, "far"), QStringLiteral("none"));
        ip("link add lan type veth peer name far\n");
        QTRY_COMPARE(words(monitor, "lan"), QStringLiteral("off"));
        QCOMPARE(monitor.resyncs(), quint64(0));
    }

    /// Not before the kernel has checked that the address is unique on the link.
    void anAddressCountsWhenItIsUsable() {
        LinkMonitor monitor;
        QVERIFY(monitor.start());
        QTRY_VERIFY(monitor.isComplete());
        ip("addr add fd00::7/64 dev lan\n");
        QSignalSpy changes(&monitor, &LinkMonitor::changed);
        QTRY_VERIFY_WITH_TIMEOUT(words(monitor, "lan").contains(QStringLiteral("fd00::7/64")), 10'000);
        QVERIFY(!changes.isEmpty());
        ip("addr change fd00::7/64 dev lan preferred_lft 0\n");
        QTRY_VERIFY(!words(monitor, "lan").contains(QStringLiteral("fd00::7/64")));
    }

    /// A bridge reports its ports as if links appeared and disappeared.
    void aPortThatLeavesItsBridgeIsStillThere() {
        LinkMonitor monitor;
        QVERIFY(monitor.start());
        QTRY_VERIFY(monitor.isComplete());
        ip("link add br0 type bridge\nlink set far master br0\nlink set br0 up\n");
        QTRY_COMPARE(words(monitor, "br0"), QStringLiteral("up"));
        ip("link set far nomaster\n");
        QTRY_COMPARE(words(monitor, "br0"), QStringLiteral("no carrier"));
        QCOMPARE(words(monitor, "far"), QStringLiteral("up"));
        ip("link del br0\n");
    }

    void aBurstIsToldInFewWords() {
        LinkMonitor monitor;
        QVERIFY(monitor.start());
        QTRY_VERIFY(monitor.isComplete());
        QSignalSpy changes(&monitor, &LinkMonitor::changed);
        QByteArray lines;
        for (int i = 1; i <= 1000; ++i)
            lines += "addr add 10.0." + QByteArray::number(i / 250) + '.' + QByteArray::number(i % 250 + 1) +
                     "/32 dev lan\n";
        QElapsedTimer timer;
        timer.start();
        ip(lines);
        const Link* lan = monitor.table().find(QStringLiteral("lan"));
        QVERIFY(lan);
        QTRY_COMPARE(monitor.table().addresses(lan->index).size(), std::size_t(1001));
        QTRY_VERIFY(!changes.isEmpty());
        // Reported at most once in each quiet time, and once more.
        QVERIFY(changes.size() <= timer.elapsed() / LinkMonitor::kQuiet.count() + 2);
        qInfo() << "1000 addresses:" << changes.size() << "reports," << monitor.resyncs() << "rereads";
    }

    /// With a socket that holds few notifications, and a loop that did not run.
    void whatWasLostIsReadAgain() {
        fos1::netlink::MonitorOptions options;
        options.receiveBufferBytes = 1;
        LinkMonitor monitor(options);
        QVERIFY(monitor.start());
        QTRY_VERIFY(monitor.isComplete());
        QByteArray lines = "link set lan down\nlink set lan name trunk\n";
        for (int i = 1; i <= 200; ++i) lines += "addr add 10.0.0." + QByteArray::number(i) + "/32 dev trunk\n";
        ip(lines + "addr del 192.0.2.1/24 dev trunk\nlink set trunk name lan\n");
        QTRY_VERIFY(monitor.resyncs() > 0);
        const Link* lan = monitor.table().find(QStringLiteral("lan"));
        QVERIFY(lan);
        QVERIFY(lan->state == LinkState::AdminDown);
        QCOMPARE(monitor.table().addresses(lan->index).size(), std::size_t(200));
        // Afterwards it still follows changes.
        ip("link set lan up\n");
        QTRY_VERIFY(words(monitor, "lan").startsWith(QStringLiteral("up")));
    }

    void linksComeAndGoDuringTheDump() {
        LinkMonitor monitor;
        QVERIFY(monitor.start());
        QProcess storm;
        storm.start(
            QStringLiteral("sh"),
            {QStringLiteral("-c"), QStringLiteral("for i in $(seq 60); do "
                                                  "echo link add s$i type veth peer name t$i; "
                                                  "[ $((i % 3)) = 0 ] || echo link del s$i; done | ip -batch -")});
        QTRY_VERIFY_WITH_TIMEOUT(storm.state() == QProcess::NotRunning, 60'000);
        QCOMPARE(storm.exitCode(), 0);
        QTRY_COMPARE_WITH_TIMEOUT(monitor.table().size(), std::size_t(1 + 2 + 2 * 20), 10'000);
        QVERIFY(monitor.table().find(QStringLiteral("t60")) && !monitor.table().find(QStringLiteral("t59")));
        QByteArray lines;
        for (int i = 3; i <= 60; i += 3) lines += "link del s" + QByteArray::number(i) + '\n';
        ip(lines);
        QTRY_COMPARE_WITH_TIMEOUT(monitor.table().size(), std::size_t(3), 10'000);
    }

    void afterStopNothingIsHeard() {
        LinkMonitor monitor;
        QVERIFY(monitor.start());
        QTRY_VERIFY(monitor.isComplete());
        QSignalSpy changes(&monitor, &LinkMonitor::changed);
        monitor.stop();
        LinkMonitor other;
        QVERIFY(other.start());
        QTRY_VERIFY(other.isComplete());
        ip("link set lan down\n");
        QTRY_VERIFY(words(other, "lan").startsWith(QStringLiteral("off")));
        QCOMPARE(changes.size(), 0);
        QVERIFY(words(monitor, "lan").startsWith(QStringLiteral("up")));
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestLinkMonitor test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_link_monitor.moc"
