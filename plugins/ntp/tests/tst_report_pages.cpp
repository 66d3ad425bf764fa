// SPDX-License-Identifier: GPL-2.0-or-later
// The pages with chronyd's reports: chronyc's words, units, and what stands there when a report is missing.
#include <QTest>

#include "fos1/page.h"
#include "pages/report_pages.h"
#include "pages/source_page.h"
#include "support/page_reading.h"
#include "support/status_facts.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace fos1::ntp::test;

namespace {

const QString kObject = QStringLiteral("default/main-ntp");

constexpr quint16 bit(SelectOption option) { return static_cast<quint16>(option); }

Tracking tracking() {
    Tracking tracking;
    tracking.refId = 0x47505300;
    tracking.stratum = 1;
    tracking.leap = time::LeapState::InsertSecond;
    tracking.referenceTime = 1'700'000'000s;
    tracking.clockOffset = -6us;
    tracking.lastOffset = 2500ns;
    tracking.rmsOffset = 40us;
    tracking.frequencyPpb = -12'345;
    tracking.residualFrequencyPpb = -7;
    tracking.skewPpb = 31;
    tracking.rootDelay = 1ms;
    tracking.rootDispersion = 2ms;
    tracking.updateInterval = 64s;
    return tracking;
}

/// A server with NTS, and one without anything known of it.
Facts facts() {
    Facts facts = healthy();
    SourceReport& source = facts.sources[0];
    NtpData ntp;
    ntp.localAddress = {SourceAddressKind::Inet4, {10, 0, 0, 9}};
    ntp.port = 123;
    ntp.version = 4;
    ntp.stratum = 1;
    ntp.refId = 0x50505300;
    ntp.leap = time::LeapState::Normal;
    ntp.poll = 6;
    ntp.precision = -24;
    ntp.rootDelay = 15us;
    ntp.rootDispersion = 16us;
    ntp.referenceTime = 1'700'000'001s;
    ntp.passedTests = 0x3ff & ~static_cast<quint16>(PacketTest::DelayAllowed);
    ntp.tx = Timestamping::Hardware;
    ntp.rx = Timestamping::Kernel;
    ntp.sent = 24;
    ntp.received = 23;
    ntp.validReplies = 22;
    ntp.goodReplies = 21;
    source.ntp = ntp;
    source.authentication = Authentication{AuthenticationMode::Nts, 15, 1, 256, 0, 300s, 8, 100, 0};
    Selection selection;
    selection.state = SelectionState::Selected;
    selection.authenticated = true;
    selection.effectiveOptions = bit(SelectOption::Trust) | bit(SelectOption::Require);
    selection.score = 1;
    selection.lowLimit = -3us;
    selection.highLimit = 4us;
    source.selection = selection;
    SourceStatistics& statistics = facts.statistics[0];
    statistics.samples = 12;
    statistics.span = 700s;
    statistics.residualFrequencyPpb = -5;
    statistics.skewPpb = 9;
    SourceReport other;
    other.address = {SourceAddressKind::Inet4, {10, 0, 0, 2}};
    other.name = QStringLiteral("b.example");
    facts.sources.push_back(other);
    return facts;
}

QString note(const QCborMap& page, const char* label, qsizetype section) {
    return field(page, label, section).value(QStringLiteral("note")).toString();
}

}  // namespace

class TestReportPages : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void trackingHasChronycsFields() {
        const Facts known = facts();
        const StatusInput in = known.input();
        const Tracking reported = tracking();
        PageFacts shown{kObject, &in, {}};
        shown.tracking = &reported;
        const QCborMap page = trackingPage(shown, QStringLiteral("main-ntp"));
        QVERIFY(page::check(page));
        QCOMPARE(valueOf(page, "Reference ID").toString(), QStringLiteral("47505300 (GPS)"));
        QCOMPARE(valueOf(page, "Ref time").toString(), QStringLiteral("2023-11-14T22:13:20.000Z"));
        QCOMPARE(note(page, "Ref time", 0), QStringLiteral("2023-11-14 22:13:20 UTC"));
        QCOMPARE(valueOf(page, "System time").toInteger(), -6'000);
        QCOMPARE(valueOf(page, "Last offset").toInteger(), 2'500);
        QCOMPARE(valueOf(page, "RMS offset").toInteger(), 40'000);
        QCOMPARE(valueOf(page, "Frequency").toInteger(), 12'345);
        QVERIFY(note(page, "Frequency", 0).endsWith(QStringLiteral("slow")));
        QCOMPARE(valueOf(page, "Residual freq").toInteger(), -7);
        QCOMPARE(valueOf(page, "Skew").toInteger(), 31);
        QCOMPARE(valueOf(page, "Update interval").toInteger(), 64'000'000'000);
        QCOMPARE(valueOf(page, "Leap status").toString(), QStringLiteral("insert"));
    }

    void aMissingReportIsAnError() {
        Facts known = facts();
        const StatusInput in = known.input();
        const PageFacts shown{kObject, &in, {}};
        QCOMPARE(errorOf(trackingPage(shown, {})), QStringLiteral("chronyd has not sent its report \"tracking\""));
        QCOMPARE(errorOf(serverStatisticsPage(shown, {})),
                 QStringLiteral("chronyd has not sent its report \"serverstats\""));
        known.engine.phase = EnginePhase::Stopped;
        const StatusInput stopped = known.input();
        QCOMPARE(errorOf(trackingPage({kObject, &stopped, {}}, {})), QStringLiteral("chronyd does not run"));
    }

    void everyPageKnowsItsService() {
        const Facts known = facts();
        const StatusInput in = known.input();
        const PageFacts both{kObject, &in, {{QStringLiteral("lab/other"), QStringLiteral("Another serves.")}}};
        for (const auto page :
             {trackingPage, sourceStatisticsPage, selectionPage, authenticationPage, serverStatisticsPage}) {
            QVERIFY(errorOf(page(both, QStringLiteral("other"))).contains(QStringLiteral("Another serves.")));
            QCOMPARE(errorOf(page(both, QStringLiteral("third"))), QStringLiteral("there is no NTPService \"third\""));
            QVERIFY(errorOf(page({}, {})).startsWith(QStringLiteral("there is no NTPService; ")));
        }
    }

    void aSourceOfALeaseNamesItsInterface() {
        Facts known = facts();
        known.leasedOn = {{QStringLiteral("b.example"), QStringLiteral("wan0")}};
        const StatusInput in = known.input();
        const PageFacts shown{kObject, &in, {}};
        QCOMPARE(valueOf(sourcePage(shown, QStringLiteral("b.example")), "Origin").toString(),
                 QStringLiteral("DHCP on wan0"));
        QVERIFY(field(sourcePage(shown, QStringLiteral("a.example")), "Origin").isEmpty());
    }

    void tables() {
        const Facts known = facts();
        const StatusInput in = known.input();
        const PageFacts shown{kObject, &in, {}};
        const QCborMap statistics = sourceStatisticsPage(shown, {});
        QVERIFY(page::check(statistics));
        QCOMPARE(cellsOf(statistics, 0),
                 (QCborArray{QStringLiteral("a.example"), QStringLiteral("10.0.0.1"), 12, 700, -5, 9, 0, 30'000}));
        QVERIFY(cellsOf(statistics, 1).at(2).isNull());
        const QCborMap selection = selectionPage(shown, {});
        QVERIFY(page::check(selection));
        QCOMPARE(cellsOf(selection, 0),
                 (QCborArray{QStringLiteral("a.example"), QStringLiteral("10.0.0.1"), QStringLiteral("selected"), true,
                             nullptr, QStringLiteral("trust require"), nullptr, QStringLiteral("1.0"), -3'000, 4'000,
                             QStringLiteral("unknown")}));
        const QCborMap authentication = authenticationPage(shown, {});
        QVERIFY(page::check(authentication));
        QCOMPARE(rowsOf(authentication).size(), 1);
        QCOMPARE(cellsOf(authentication, 0),
                 (QCborArray{QStringLiteral("a.example"), QStringLiteral("10.0.0.1"), QStringLiteral("nts"), 1,
                             QStringLiteral("AES-SIV-CMAC-256"), 256, 300, 0, 0, 8, 100}));
    }

    void everythingAboutOneSource() {
        const Facts known = facts();
        const StatusInput in = known.input();
        const PageFacts shown{kObject, &in, {}};
        const QCborMap page = sourcePage(shown, QStringLiteral("A.example"));
        QVERIFY(page::check(page));
        QCOMPARE(valueOf(page, "Reach").toInteger(), 0177);
        QCOMPARE(valueOf(page, "Sample points", 1).toInteger(), 12);
        QCOMPARE(valueOf(page, "Span", 1).toInteger(), 700);
        QCOMPARE(valueOf(page, "Freq skew", 1).toInteger(), 9);
        QCOMPARE(valueOf(page, "NTP tests", 2).toString(), QStringLiteral("failed: A (the delay exceeds maxdelay)"));
        QVERIFY(field(page, "NTP tests", 2).value(QStringLiteral("trouble")).toBool());
        QCOMPARE(valueOf(page, "Reference ID", 2).toString(), QStringLiteral("50505300 (PPS)"));
        QCOMPARE(valueOf(page, "Precision", 2).toInteger(), 60);
        QCOMPARE(valueOf(page, "TX timestamping", 2).toString(), QStringLiteral("hardware"));
        QCOMPARE(valueOf(page, "RX timestamping", 2).toString(), QStringLiteral("kernel"));
        QCOMPARE(valueOf(page, "Total TX", 2).toInteger(), 24);
        QCOMPARE(valueOf(page, "Total good RX", 2).toInteger(), 21);
        QCOMPARE(valueOf(page, "Configured options", 3).toString(), QStringLiteral("none"));
        QCOMPARE(valueOf(page, "Effective options", 3).toString(), QStringLiteral("trust require"));
        QCOMPARE(note(page, "Effective options", 3), QStringLiteral("chronyd added trust require (authselectmode)"));
        QCOMPARE(valueOf(page, "Type", 4).toString(), QStringLiteral("AES-SIV-CMAC-256"));
        QCOMPARE(valueOf(page, "Key length", 4).toString(), QStringLiteral("256 bits"));
        QCOMPARE(valueOf(page, "Last key exchange", 4).toInteger(), 300);
        // The other one is known by its name only.
        const QCborMap bare = sourcePage(shown, QStringLiteral("10.0.0.2"));
        QVERIFY(page::check(bare));
        QCOMPARE(bare.value(QStringLiteral("sections")).toArray().size(), 1);
        QCOMPARE(errorOf(sourcePage(shown, QStringLiteral("c"))),
                 QStringLiteral("there is no source \"c\"; there are: a.example, b.example"));
    }

    /// chronyd reports zeros until there is a valid packet: they mean nothing.
    void withoutAValidPacketThereAreOnlyCounters() {
        Facts known = facts();
        known.sources[0].ntp = NtpData{};
        known.sources[0].ntp->sent = 3;
        const StatusInput in = known.input();
        const QCborMap page = sourcePage({kObject, &in, {}}, QStringLiteral("a.example"));
        QCOMPARE(valueOf(page, "Total TX", 2).toInteger(), 3);
        QVERIFY(field(page, "NTP tests", 2).isEmpty());
        QVERIFY(field(page, "Stratum", 2).isEmpty());
    }

    void serverStatisticsOfEveryChronyd() {
        const Facts known = facts();
        const StatusInput in = known.input();
        ServerStatistics server;
        server.ntpReceived = 1598;
        server.clientRecordsDropped = 4;
        PageFacts shown{kObject, &in, {}};
        shown.server = &server;
        const QCborMap older = serverStatisticsPage(shown, {});
        QVERIFY(page::check(older));
        QCOMPARE(valueOf(older, "NTP packets received").toInteger(), 1598);
        QCOMPARE(note(older, "Client log records dropped", 0), QStringLiteral("its memory was full (clientloglimit)"));
        QVERIFY(field(older, "NTP timestamps held").isEmpty());
        server.timestampsHeld = 44;
        server.timestamps = ServerTimestamps{1, 2, 3, 4, 5, 6};
        const QCborMap newer = serverStatisticsPage(shown, {});
        QCOMPARE(valueOf(newer, "NTP timestamps held").toInteger(), 44);
        QCOMPARE(valueOf(newer, "NTP daemon TX timestamps").toInteger(), 2);
        QCOMPARE(valueOf(newer, "NTP hardware RX timestamps").toInteger(), 5);
    }
};

QTEST_GUILESS_MAIN(TestReportPages)
#include "tst_report_pages.moc"
