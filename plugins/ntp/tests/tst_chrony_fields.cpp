// SPDX-License-Identifier: GPL-2.0-or-later
// Each field of a spec has its effect in a real chronyd, told by chronyc, by packets or by chronyd's own words: what
// the configuration says would not be enough.
#include <QNetworkDatagram>
#include <QTest>
#include <QUdpSocket>
#include <cmath>

#include "support/declared.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace fos1::ntp::test;

namespace {

/// The reply to an NTP client's request (RFC 5905, figure 8), or nothing within `ms`.
QByteArray askTime(quint16 port, const QHostAddress& address = QHostAddress::LocalHost, int ms = 5000) {
    QUdpSocket socket;
    if (!socket.bind(address, 0)) return {};
    QByteArray request(48, '\0');
    request[0] = 0x23;
    socket.writeDatagram(request, address, port);
    return socket.waitForReadyRead(ms) ? socket.receiveDatagram().data() : QByteArray();
}

constexpr const char* kFast = "address: 127.0.0.1, port: PORT, iburst: true, minpoll: -2, maxpoll: -2";

}  // namespace

class TestChronyFields : public QObject {
    Q_OBJECT

    const TestTree m_tree;
    std::unique_ptr<Upstream> m_upstream;

   private Q_SLOTS:
    void initTestCase() {
        m_upstream = std::make_unique<Upstream>(m_tree);
        QVERIFY(m_upstream->start());
    }

    void pollsAndPort() {
        Declared f;
        QCOMPARE(f.declare(
                     "{sources: {servers: [{address: 127.0.0.1, port: PORT, minpoll: -3, maxpoll: -3, iburst: true}]}}",
                     m_upstream.get()),
                 QString());
        QTRY_VERIFY(f.field("sources", 5).toInt() > 0);  // it answers there: reach
        QCOMPARE(f.field("sources", 4), QByteArray("-3"));
    }

    /// chronyc(1), selectdata: the configured options of a source.
    void selectionOptions_data() {
        QTest::addColumn<QByteArray>("option");
        QTest::addColumn<QByteArray>("shown");
        QTest::newRow("noselect") << QByteArray("noselect") << QByteArray("N,-,-,-,-");
        QTest::newRow("prefer") << QByteArray("prefer") << QByteArray("-,P,-,-,-");
        QTest::newRow("trust") << QByteArray("trust") << QByteArray("-,-,T,-,-");
        QTest::newRow("require") << QByteArray("require") << QByteArray("-,-,-,R,-");
    }
    void selectionOptions() {
        QFETCH(QByteArray, option);
        QFETCH(QByteArray, shown);
        Declared f;
        QCOMPARE(f.declare("{sources: {servers: [{address: 127.0.0.1, port: 1, " + option + ": true}]}}"), QString());
        const QByteArray selectdata = f.chronyc({QStringLiteral("-c"), QStringLiteral("selectdata")});
        QVERIFY2(selectdata.contains(",127.0.0.1,N," + shown + ','), selectdata.constData());
    }

    void interleavedRequests() {
        Declared f;
        QCOMPARE(f.declare("{sources: {servers: [{" + QByteArray(kFast) + ", xleave: true}]}}", m_upstream.get()),
                 QString());
        QTRY_VERIFY(f.chronyc({QStringLiteral("ntpdata")}).contains("Interleaved     : Yes"));
    }

    void offsetIsAddedAndDelayIsLimited() {
        Declared f;
        QCOMPARE(f.declare("{sources: {servers: [{" + QByteArray(kFast) + ", offset: 0.25}]}}", m_upstream.get()),
                 QString());
        QTRY_VERIFY(std::abs(std::abs(f.field("sources", 7).toDouble()) - 0.25) < 0.05);
        QCOMPARE(
            f.declare("{sources: {servers: [{" + QByteArray(kFast) + ", maxdelay: 0.000000001}]}}", m_upstream.get()),
            QString());
        // Nothing comes back that fast: test A of RFC 5905's kind fails for each measurement.
        QTRY_VERIFY(f.chronyc({QStringLiteral("ntpdata")}).contains("NTP tests       : 111 111 0"));
    }

    void minimumStratum() {
        Declared f;
        QCOMPARE(f.declare("{sources: {servers: [{" + QByteArray(kFast) + ", minstratum: 13}]}}", m_upstream.get()),
                 QString());
        QTRY_COMPARE(f.field("tracking", 2), QByteArray("14"));
    }

    /// chrony.conf(5), copy: the reference ID and stratum of the server itself.
    void stratumOfACopy() {
        Declared f;
        QCOMPARE(f.declare("{sources: {servers: [{" + QByteArray(kFast) + ", copy: true}]}}", m_upstream.get()),
                 QString());
        QTRY_COMPARE(f.field("tracking", 2), QByteArray("1"));  // the upstream's; without it, one more
    }

    void samplesAreLimited() {
        Declared f;
        QCOMPARE(f.declare("{sources: {servers: [{" + QByteArray(kFast) + ", minsamples: 4, maxsamples: 4}]}}",
                           m_upstream.get()),
                 QString());
        QTRY_COMPARE(f.field("sourcestats", 1), QByteArray("4"));
        QTest::qWait(600);  // two more measurements
        QCOMPARE(f.field("sourcestats", 1), QByteArray("4"));
    }

    /// What has no report of its own is at least no obstacle: chronyd accepts it, and the source is followed.
    void measurementsAreFiltered() {
        Declared f;
        QCOMPARE(f.declare("{sources: {servers: [{" + QByteArray(kFast) +
                               ", filter: 2, maxdelay: 1, maxdelayratio: 100, maxdelaydevratio: 100, extfield: "
                               "[F323, F324], maxunreach: 10}]}}",
                           m_upstream.get()),
                 QString());
        QTRY_COMPARE_WITH_TIMEOUT(f.field("sources", 1), QByteArray("*"), 15'000);
        QCOMPARE(f.plan().leftOut.size(), 2u);  // 4.3 has neither F324 nor maxunreach
    }

    /// A source with other options is taken out and put in again while chronyd runs (chronyd keeps its process).
    void optionsOfASourceChangeOnline() {
        Declared f;
        QCOMPARE(f.declare("{sources: {servers: [{" + QByteArray(kFast) + "}]}}", m_upstream.get()), QString());
        const qint64 pid = f.engine.state().pid;
        QCOMPARE(f.declare("{sources: {servers: [{" + QByteArray(kFast) + ", minstratum: 12, filter: 2}]}}",
                           m_upstream.get()),
                 QString());
        QTRY_COMPARE_WITH_TIMEOUT(f.field("tracking", 2), QByteArray("13"), 15'000);
        QCOMPARE(f.engine.state().pid, pid);
    }

    void aPool() {
        Declared f;
        QCOMPARE(f.declare("{sources: {pools: [{name: localhost, servers: 1, port: PORT, iburst: true}]}}",
                           m_upstream.get()),
                 QString());
        QTRY_COMPARE_WITH_TIMEOUT(f.field("sources", 1), QByteArray("*"), 15'000);
    }

    void bindAddresses() {
        Declared f;
        QCOMPARE(
            f.declare("{server: {bindAddresses: [127.0.0.1], local: {enabled: true}}, security: {access: [{network: "
                      "127.0.0.0/8, permission: allow}]}}"),
            QString());
        QCOMPARE(askTime(f.spec.server.port).size(), 48);
        QCOMPARE(askTime(f.spec.server.port, QHostAddress(QStringLiteral("127.0.0.2")), 300).size(), 0);
    }

    /// chronyd answers what comes in through the device. A missing one does not end chronyd, and nobody is answered.
    void bindDevice() {
        const QByteArray others =
            "local: {enabled: true}}, security: {access: [{network: 127.0.0.0/8, permission: allow}]}}";
        Declared f;
        QCOMPARE(f.declare("{server: {bindDevice: lo, " + others), QString());
        QCOMPARE(askTime(f.spec.server.port).size(), 48);
        QCOMPARE(f.declare("{server: {bindDevice: none0, " + others), QString());
        QCOMPARE(askTime(f.spec.server.port, QHostAddress::LocalHost, 300).size(), 0);
    }

    void requestsComeFromAnAddressAndADevice() {
        Declared f;
        QCOMPARE(
            f.declare("{sources: {bindAddresses: [127.0.0.3], bindDevice: lo, servers: [{" + QByteArray(kFast) + "}]}}",
                      m_upstream.get()),
            QString());
        QTRY_COMPARE(f.field("sources", 1), QByteArray("*"));
        QVERIFY(f.chronyc({QStringLiteral("ntpdata")}).contains("Local address   : 127.0.0.3"));
    }

    /// No report shows them, and chronyd takes them all.
    void numbersOfTheServer() {
        Declared f;
        QCOMPARE(f.declare("{server: {dscp: 46, ptpPort: " + QByteArray::number(freeUdpPort()) +
                           ", ptpDomain: 1, maxslewrate: 500, maxupdateskew: 100, clientloglimit: 4096, logchange: "
                           "0.5, leap: {mode: ignore}, local: {enabled: true, activate: 1}}, security: {nts: "
                           "{nocerttimecheck: 1, aeads: [15]}, ratelimit: {enabled: true, kod: 1}}}"),
                 QString());
        // 4.3 has neither ptpdomain nor local activate nor ntsaeads nor ratelimit kod, and sets no clock here.
        QCOMPARE(f.plan().leftOut.size(), 5u);
    }

    /// The lease ends and another one comes while chronyd runs.
    void serversOfALease() {
        Declared f;
        const auto names = [&f] { return f.chronyc({QStringLiteral("-c"), QStringLiteral("sources")}); };
        f.materials.leased = {{*IpAddress::parse(QStringLiteral("127.1.0.1")), QStringLiteral("wan0")}};
        QCOMPARE(f.declare("{sources: {dhcp: {interfaces: [wan0]}}}"), QString());
        QVERIFY2(names().contains("127.1.0.1"), names().constData());
        const qint64 pid = f.engine.state().pid;
        f.materials.leased = {{*IpAddress::parse(QStringLiteral("127.1.0.2")), QStringLiteral("wan0")}};
        QCOMPARE(f.apply(), QString());
        QVERIFY(names().contains("127.1.0.2") && !names().contains("127.1.0.1"));
        f.materials.leased.clear();
        QCOMPARE(f.apply(), QString());
        QVERIFY(!names().contains("127.1.0."));
        QCOMPARE(f.engine.state().pid, pid);
    }

    void logsAreWrittenWhereTheyAreWanted() {
        Declared f;
        const QString file = f.layout.paths().logDirectory + QStringLiteral("/tracking.log");
        QCOMPARE(f.declare("{sources: {servers: [{" + QByteArray(kFast) + "}]}}", m_upstream.get()), QString());
        QTRY_COMPARE(f.field("sources", 1), QByteArray("*"));
        QVERIFY(!QFile::exists(file));
        QCOMPARE(f.declare("{server: {log: [tracking]}, sources: {servers: [{" + QByteArray(kFast) + "}]}}",
                           m_upstream.get()),
                 QString());
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(file), 15'000);
    }

    /// Without a device for it chronyd goes on; the file is written by it alone.
    void aRealTimeClockThatIsTracked() {
        Declared f;
        f.planned = ClockControl::Adjust;
        QCOMPARE(f.declare("{server: {rtc: {file: " + f.layout.dataDirectory().toUtf8() +
                           "/rtc, autotrim: 30, onUtc: true}}}"),
                 QString());
        QVERIFY(f.plan().config.contains("\nrtconutc\n"));
        QVERIFY(f.engine.state().pid > 0);
    }

    void portZeroServesNobody() {
        Declared f;
        const quint16 port = f.spec.server.port;
        QCOMPARE(f.declare("{server: {port: 0, local: {enabled: true}}, security: {access: [{network: 127.0.0.0/8, "
                           "permission: allow}]}}"),
                 QString());
        QCOMPARE(askTime(port, QHostAddress::LocalHost, 300).size(), 0);
    }

    void localStratum() {
        Declared f;
        QCOMPARE(f.declare("{server: {stratum: 7, local: {enabled: true}}, security: {access: [{network: 127.0.0.0/8, "
                           "permission: allow}]}}"),
                 QString());
        const QByteArray reply = askTime(f.spec.server.port);
        QCOMPARE(reply.size(), 48);
        QCOMPARE(static_cast<int>(reply.at(1)), 7);
    }

    void rateLimit() {
        Declared f;
        QCOMPARE(f.declare("{server: {local: {enabled: true}}, security: {access: [{network: 127.0.0.0/8, permission: "
                           "allow}], ratelimit: {enabled: true, interval: 64, burst: 4, leak: 4}}}"),
                 QString());
        int answered = 0;
        for (int i = 0; i < 20; ++i)
            answered += askTime(f.spec.server.port, QHostAddress::LocalHost, i < 4 ? 5000 : 300).isEmpty() ? 0 : 1;
        QVERIFY2(answered >= 4 && answered < 15, qPrintable(QString::number(answered)));
        QVERIFY(f.field("serverstats", 1).toInt() > 0);
    }

    /// Without a record of clients there is no interleaved mode, and no list of them.
    void withoutInterleavedMode() {
        Declared f;
        QCOMPARE(f.declare("{server: {interleaved: false, local: {enabled: true}}, security: {access: [{network: "
                           "127.0.0.0/8, permission: allow}]}}"),
                 QString());
        QCOMPARE(askTime(f.spec.server.port).size(), 48);
        QVERIFY(!f.chronyc({QStringLiteral("-c"), QStringLiteral("clients")}).contains("127.0.0.1"));
        QCOMPARE(f.declare("{server: {local: {enabled: true}}, security: {access: [{network: 127.0.0.0/8, permission: "
                           "allow}]}}"),
                 QString());
        QCOMPARE(askTime(f.spec.server.port).size(), 48);
        QVERIFY(f.chronyc({QStringLiteral("-c"), QStringLiteral("clients")}).contains("127.0.0.1"));
    }

    void aSmearedLeapSecondIsSmoothed() {
        Declared f;
        QCOMPARE(f.declare("{server: {leap: {mode: smear}}}"), QString());
        QVERIFY2(f.chronyc({QStringLiteral("smoothing")}).contains("(leap second only)"),
                 f.chronyc({QStringLiteral("smoothing")}).constData());
        QCOMPARE(f.declare("{server: {leap: {mode: slew}}}"), QString());
        QVERIFY(!f.chronyc({QStringLiteral("smoothing")}).contains("leap second only"));
    }

    void theTimeZoneOfLeapSecondsIsRead() {
        Declared f;
        QTest::ignoreMessage(QtInfoMsg, "Using right/UTC timezone to obtain leap second data");
        QCOMPARE(f.declare("{server: {leap: {list: right/UTC}}}"), QString());
    }

    void theDriftFileIsKept() {
        Declared f;
        const QString file = f.layout.dataDirectory() + QStringLiteral("/other.drift");
        QCOMPARE(f.declare("{server: {driftfile: " + file.toUtf8() + "}, sources: {servers: [{" + kFast + "}]}}",
                           m_upstream.get()),
                 QString());
        QTRY_COMPARE(f.field("sources", 1), QByteArray("*"));
        bool ended = false;
        f.engine.stop([&ended](const auto&) { ended = true; });
        QTRY_VERIFY(ended && QFile::exists(file));
    }

    /// An interface that has no such hardware would end chronyd; all that can is fine with it.
    void hardwareTimestamps() {
        Declared f;
        f.materials.unusableInterfaces = {
            {QStringLiteral("lo"), QStringLiteral("does not support hardware timestamping")}};
        QCOMPARE(f.declare("{server: {hwtimestamp: [{interface: lo}, {interface: '*'}]}}"), QString());
        QCOMPARE(f.plan().leftOut.size(), 1u);
    }
};

QTEST_GUILESS_MAIN(TestChronyFields)
#include "tst_chrony_fields.moc"
