// SPDX-License-Identifier: GPL-2.0-or-later
// The demo's table: missing values are dashes, and lines that do not fit on the screen are omitted.
#include <QTest>

#include "page.h"

using namespace fos1;
using namespace fos1::demo;
using namespace std::chrono_literals;

namespace {

Snapshot snapshot() {
    Snapshot snapshot;
    ClientView open;
    open.vlan = QStringLiteral("staff");
    open.interface = QStringLiteral("lan.10");
    open.policy = QStringLiteral("open for client requests on udp/123");
    open.asked = QStringLiteral("10.10.0.1");
    open.time = lab::TimeAnswer{0, 2, "10.1.0.1", 1500ns, 40us};
    open.timeOverV6 = open.time;
    open.answered = 8;
    open.ntsKeys = lab::Connection::Opens;
    open.lease = QStringLiteral("10.10.0.140");
    open.ntpServersOfDhcp = open.toldByDhcp = QStringLiteral("10.10.0.1");
    open.dnsAnswer = "10.10.0.1";
    open.letIn = 12;
    ClientView closed;
    closed.vlan = QStringLiteral("cameras");
    closed.interface = QStringLiteral("lan.30");
    closed.asked = QStringLiteral("10.30.0.1");
    closed.ntsKeys = lab::Connection::Silent;
    closed.dnsAnswer = QByteArray();
    closed.dropped = 7;
    snapshot.clients = {open, closed};
    snapshot.upstreams = {{"10.1.3.1", "lies by 2 s", "falseticker", "-2 s", "Its time disagrees."}};
    snapshot.sync = QStringLiteral("Following 10.1.0.1 at stratum 2.");
    snapshot.isFit = true;
    return snapshot;
}

}  // namespace

class TestDemoPage : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void page() {
        QCOMPARE(pageText(snapshot(), {"http://127.0.0.1:9559", "fos1ctl --socket S", "/tmp/m"}),
                 QStringLiteral("WHAT A CLIENT SEES      STAFF (lan.10)           CAMERAS (lan.30)\n"
                                "time from               10.10.0.1                -\n"
                                "stratum, refid          2, 10.1.0.1              -\n"
                                "leap                    normal                   -\n"
                                "offset                  +1.5 µs                  -\n"
                                "round trip              40 µs                    -\n"
                                "answers to 8 requests   8                        0\n"
                                "request elsewhere       no answer                no answer\n"
                                "udp/123                 IPv4 open, IPv6 open     IPv4 closed, IPv6 closed\n"
                                "tcp/4460 (NTS keys)     open                     closed\n"
                                "DHCP: lease             10.10.0.140              -\n"
                                "DHCP: option 42         10.10.0.1                -\n"
                                "DNS: ntp.lab.example    10.10.0.1                -\n"
                                "firewall                12 admitted, 0 dropped   0 admitted, 7 dropped\n"
                                "\n"
                                "UPSTREAM   ACTUALLY      STATE         OFFSET   WHY\n"
                                "10.1.3.1   lies by 2 s   falseticker   -2 s     Its time disagrees.\n"
                                "The router: Following 10.1.0.1 at stratum 2.\n"
                                "\n"
                                "Metrics: http://127.0.0.1:9559/metrics (also /healthz and /readyz)\n"
                                "Show:    fos1ctl --socket S firewall show\n"
                                "Change:  /tmp/m\n"
                                "Stop:    Ctrl-C\n"
                                "\n"
                                "staff:   open for client requests on udp/123\n"
                                "cameras: -\n"
                                "DHCP and DNS come from a real dnsmasq. The host tells it the time servers and their "
                                "names.\n"));
    }

    void aScreenHoldsWhatItHolds() {
        QCOMPARE(screenText("one\n\nthree\n", 80, 24), QStringLiteral("\x1b[Hone\x1b[K\n\x1b[K\nthree\x1b[K\n\x1b[J"));
        QCOMPARE(screenText("one\n\nthree\n", 2, 4), QStringLiteral("\x1b[Hon\x1b[K\n\x1b[K\nth\x1b[K\n\x1b[J"));
        QCOMPARE(screenText("one\n\nthree\n", 80, 3),
                 QStringLiteral("\x1b[Hone\x1b[K\n... enlarge the window to see the rest.\x1b[K\n\x1b[J"));
        QVERIFY(screenText("one\n", 0, 0).startsWith(u'\x1b'));
    }

    void whenAllHasSettled() {
        Snapshot all = snapshot();
        QVERIFY(!all.isSettled());
        all.clients[1].lease = QStringLiteral("10.30.0.100");
        QVERIFY(!all.isSettled());
        all.clients[1].policy = QStringLiteral("closed");
        QVERIFY(all.isSettled());
        all.upstreams[0].state = QStringLiteral("unusable");
        QVERIFY(!all.isSettled());
        all = snapshot();
        all.clients.pop_back();
        QVERIFY(all.isSettled());
        all.clients[0].time->leap = 3;
        QVERIFY(!all.isSettled());
        all.clients[0].time.reset();
        QVERIFY(all.isSettled());
        all.upstreams[0].offset.clear();
        QVERIFY(!all.isSettled());
        QVERIFY(!Snapshot().isSettled());
    }
};

QTEST_GUILESS_MAIN(TestDemoPage)
#include "tst_demo_page.moc"
