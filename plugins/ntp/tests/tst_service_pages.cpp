// SPDX-License-Identifier: GPL-2.0-or-later
// The pages of the time service: what they say, what they mark, and that each is a document.
#include <QTest>

#include "fos1/page.h"
#include "pages/service_pages.h"
#include "support/page_reading.h"
#include "support/status_facts.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace fos1::ntp::test;
using namespace std::chrono_literals;

namespace {

const QString kObject = QStringLiteral("default/main-ntp");

SourceReport source(quint8 last, const char* name, SourceState state, quint8 reach) {
    SourceReport source;
    source.address = {SourceAddressKind::Inet4, {192, 0, 2, last}};
    source.name = QLatin1String(name);
    source.mode = SourceMode::Server;
    source.state = state;
    source.stratum = 2;
    source.poll = 6;
    source.reachability = reach;
    if (reach == 0) return source;
    source.sinceSample = 40s;
    source.offset = 12us;
    source.delay = 12500us;
    return source;
}

Facts synchronized() {
    Facts facts;
    facts.engine.phase = EnginePhase::Running;
    facts.sync.synchronised = true;
    facts.sync.stratum = 3;
    facts.sync.offset = -1250us;
    facts.sync.frequencyPpb = -12'345;
    facts.sync.leap = time::LeapState::Normal;
    facts.sync.fitToAdvertise = true;
    facts.sync.reason = QStringLiteral("within limits");
    facts.sync.sources = {2, 1, 1};
    facts.sync.source =
        time::SelectedSource{QStringLiteral("a.example"), QStringLiteral("192.0.2.1"), QStringLiteral("server")};
    facts.sources = {source(1, "a.example", SourceState::Selected, 0377),
                     source(2, "b.example", SourceState::Unusable, 0)};
    Authentication authentication;
    authentication.mode = AuthenticationMode::SymmetricKey;
    authentication.keyId = 7;
    facts.sources[0].authentication = authentication;
    SourceStatistics statistics;
    statistics.address = facts.sources[0].address;
    statistics.deviation = 20us;
    facts.statistics = {statistics};
    return facts;
}

}  // namespace

class TestServicePages : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void status() {
        const Facts facts = synchronized();
        const StatusInput in = facts.input();
        const QCborMap page = statusPage({kObject, &in, {}}, {});
        QVERIFY(page::check(page));
        QCOMPARE(field(page, "Clock").value(QStringLiteral("value")).toString(), QStringLiteral("synchronized"));
        QVERIFY(!field(page, "Clock").contains(QStringLiteral("trouble")));
        QCOMPARE(field(page, "Source").value(QStringLiteral("value")).toString(),
                 QStringLiteral("a.example (192.0.2.1), server"));
        const QCborMap offset = field(page, "Offset");
        QCOMPARE(offset.value(QStringLiteral("value")).toInteger(), -1'250'000);
        QCOMPARE(offset.value(QStringLiteral("kind")).toString(), QStringLiteral("offset"));
        QCOMPARE(offset.value(QStringLiteral("note")).toString(),
                 QStringLiteral(
                     "the machine's clock is slow; this service does not set it (plugins.ntp.clockControl is false)"));
        QCOMPARE(field(page, "Frequency").value(QStringLiteral("value")).toInteger(), 12'345);
        QCOMPARE(field(page, "Advertised").value(QStringLiteral("value")).toBool(), true);
    }

    void statusWithTheLastUpdate() {
        Facts facts = synchronized();
        facts.chronydVersion = QStringLiteral("4.6.1");
        const StatusInput in = facts.input();
        Tracking tracking;
        tracking.referenceTime = 1'700'000'000s;
        PageFacts shown{kObject, &in, {}};
        QVERIFY(field(statusPage(shown, {}), "Last update").isEmpty());
        shown.tracking = &tracking;
        const QCborMap page = statusPage(shown, {});
        QVERIFY(page::check(page));
        QCOMPARE(valueOf(page, "Last update").toString(), QStringLiteral("2023-11-14T22:13:20.000Z"));
        QCOMPARE(field(page, "chronyd").value(QStringLiteral("note")).toString(), QStringLiteral("version 4.6.1"));
    }

    void statusOfATroubledOne() {
        Facts facts = synchronized();
        facts.sync = {};
        facts.engine.phase = EnginePhase::Waiting;
        facts.engine.lastError = QStringLiteral("chronyd exited");
        facts.engine.lastErrorUnixMs = 1'700'000'000'000;
        const StatusInput in = facts.input();
        const QCborMap page = statusPage({kObject, &in, {}}, QStringLiteral("main-ntp"));
        QVERIFY(page::check(page));
        for (const char* label : {"Clock", "Advertised", "chronyd"})
            QVERIFY2(field(page, label).value(QStringLiteral("trouble")).toBool(), label);
        QVERIFY(field(page, "Offset").isEmpty());
        QCOMPARE(field(page, "Last error").value(QStringLiteral("value")).toString(), QStringLiteral("chronyd exited"));
    }

    void whoDoesNotServeIsShownWithTheReason() {
        const Facts facts = synchronized();
        const StatusInput in = facts.input();
        const PageFacts both{kObject, &in, {{QStringLiteral("lab/other"), QStringLiteral("Another serves.")}}};
        const QCborMap all = statusPage(both, {});
        QCOMPARE(field(all, "Not serving", 1).value(QStringLiteral("value")).toString(),
                 QStringLiteral("Another serves."));
        const QCborMap one = statusPage(both, QStringLiteral("lab/other"));
        QCOMPARE(field(one, "Not serving", 0).value(QStringLiteral("value")).toString(),
                 QStringLiteral("Another serves."));
        QVERIFY(errorOf(sourcesPage(both, QStringLiteral("other"))).contains(QStringLiteral("Another serves.")));
        QCOMPARE(errorOf(statusPage(both, QStringLiteral("third"))),
                 QStringLiteral("there is no NTPService \"third\""));
        QVERIFY(errorOf(statusPage({}, {})).startsWith(QStringLiteral("there is no NTPService; ")));
    }

    void sources() {
        const Facts facts = synchronized();
        const StatusInput in = facts.input();
        const QCborMap page = sourcesPage({kObject, &in, {}}, {});
        QVERIFY(page::check(page));
        QCOMPARE(rowsOf(page).size(), 2);
        const QCborMap good = rowsOf(page).at(0).toMap();
        QCOMPARE(
            good.value(QStringLiteral("cells")).toArray(),
            (QCborArray{QStringLiteral("a.example"), QStringLiteral("192.0.2.1"), QStringLiteral("server"),
                        QStringLiteral("selected"), 2, 0377, qint64{64'000'000'000}, 40, 12'000, 20'000, 12'500'000}));
        QVERIFY(!good.contains(QStringLiteral("trouble")));
        const QCborMap bad = rowsOf(page).at(1).toMap();
        QVERIFY(bad.value(QStringLiteral("trouble")).toBool());
        QVERIFY(bad.value(QStringLiteral("cells")).toArray().at(8).isNull());
    }

    void theOriginOfSourcesThatALeaseBrought() {
        Facts facts = synchronized();
        const auto columns = [&facts] {
            const StatusInput in = facts.input();
            return cellsOf(sourcesPage({kObject, &in, {}}, {}), 0).size();
        };
        const qsizetype usual = columns();
        facts.leasedOn = {{QStringLiteral("b.example"), QStringLiteral("wan0")}};
        QCOMPARE(columns(), usual + 1);
        const StatusInput in = facts.input();
        const PageFacts shown{kObject, &in, {}};
        const QCborMap page = sourcesPage(shown, {});
        QVERIFY(page::check(page));
        QVERIFY(cellsOf(page, 0).last().isNull());
        QCOMPARE(cellsOf(page, 1).last().toString(), QStringLiteral("DHCP on wan0"));
        const QCborMap why = whyPage(shown, QStringLiteral("b.example"));
        QVERIFY(page::check(why));
        QCOMPARE(valueOf(why, "Origin").toString(), QStringLiteral("DHCP on wan0"));
        QVERIFY(field(whyPage(shown, QStringLiteral("a.example")), "Origin").isEmpty());
    }

    void whyOfAll() {
        const Facts facts = synchronized();
        const StatusInput in = facts.input();
        const QCborMap page = whyPage({kObject, &in, {}}, {});
        QVERIFY(page::check(page));
        for (const QCborValue& row : rowsOf(page))
            QVERIFY(!row.toMap().value(QStringLiteral("cells")).toArray().at(3).toString().isEmpty());
    }

    void whyOfOne_data() {
        QTest::addColumn<QString>("wanted");
        QTest::newRow("by name") << QStringLiteral("A.example");
        QTest::newRow("by address") << QStringLiteral("192.0.2.1");
    }
    void whyOfOne() {
        QFETCH(QString, wanted);
        const Facts facts = synchronized();
        const StatusInput in = facts.input();
        const QCborMap page = whyPage({kObject, &in, {}}, wanted);
        QVERIFY(page::check(page));
        QCOMPARE(field(page, "Answered").value(QStringLiteral("value")).toString(),
                 QStringLiteral("8 of the last 8 polls"));
        QCOMPARE(field(page, "Authentic").value(QStringLiteral("value")).toString(), QStringLiteral("with key 7"));
        QCOMPARE(field(page, "Measured").value(QStringLiteral("value")).toInteger(), 40);
        QVERIFY(!field(page, "Why").value(QStringLiteral("value")).toString().isEmpty());
    }

    void whyOfOneWithAddedOptionsAndAFailedTest() {
        Facts facts = synchronized();
        Selection selection;
        selection.configuredOptions = static_cast<quint16>(SelectOption::Prefer);
        selection.effectiveOptions =
            static_cast<quint16>(SelectOption::Prefer) | static_cast<quint16>(SelectOption::Trust);
        facts.sources[0].selection = selection;
        NtpData ntp;
        ntp.validReplies = 1;
        ntp.passedTests = 0x3ff & ~static_cast<quint16>(PacketTest::LoopFree);
        facts.sources[0].ntp = ntp;
        const StatusInput in = facts.input();
        const QCborMap page = whyPage({kObject, &in, {}}, QStringLiteral("a.example"));
        QVERIFY(page::check(page));
        QCOMPARE(valueOf(page, "Options").toString(), QStringLiteral("prefer trust"));
        QCOMPARE(field(page, "Options").value(QStringLiteral("note")).toString(),
                 QStringLiteral("chronyd added trust (authselectmode)"));
        QCOMPARE(valueOf(page, "Tests failed").toString(), QStringLiteral("D (synchronization loop)"));
    }

    void whyOfAnUnknownOne() {
        const Facts facts = synchronized();
        const StatusInput in = facts.input();
        QCOMPARE(errorOf(whyPage({kObject, &in, {}}, QStringLiteral("c.example"))),
                 QStringLiteral("there is no source \"c.example\"; there are: a.example, b.example"));
    }
};

QTEST_GUILESS_MAIN(TestServicePages)
#include "tst_service_pages.moc"
