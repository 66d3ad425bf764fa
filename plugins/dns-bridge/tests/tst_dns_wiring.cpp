// SPDX-License-Identifier: GPL-2.0-or-later
// The wiring with a fake host and a zone in a file: what is held, when it is written, what is reported, the stop, and
// wrong configurations.
#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include "bridge_config.h"
#include "fos1/page.h"
#include "fos1/testing/fake_host.h"
#include "pages/dns_pages.h"

using namespace fos1;
using namespace fos1::dns;

namespace {

const QString kService = QString::fromLatin1(time::ServiceState::kTopic);

struct Bridge {
    explicit Bridge(const QCborMap& more = {}, const QByteArray& before = {}) {
        if (!before.isEmpty()) write(before);
        QCborMap section{
            {"owner", "router-a"},
            {"zones", QCborArray{QCborMap{
                          {"name", "lan"}, {"zone", "lan.test"}, {"kind", "fragment"}, {"file", path()}, {"ttl", 60}}}},
            {"holdSeconds", 0},
            {"changeSeconds", 1},
            {"pollSeconds", 1}};
        for (const auto& [key, value] : more) section.insert(key, value);
        auto zones = zonesFrom(section, dir.path());
        if (!zones) qFatal("%s", qPrintable(zones.error().text()));
        bridge.emplace(view, *optionsFrom(section), std::move(*zones));
        bridge->start();
    }

    [[nodiscard]] QString path() const { return dir.filePath("lan.inc"); }
    void write(const QByteArray& text) const {
        QFile file(path());
        if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size()) qFatal("write");
    }
    [[nodiscard]] QByteArray content() const {
        QFile file(path());
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    [[nodiscard]] bool has(const char* text) const { return content().contains(text); }

    void say(const QString& vlan, bool isFit, const QString& address,
             const QString& name = QStringLiteral("ntp.lan.test")) {
        time::ServiceState state;
        state.addresses = {{address, 24}};
        state.port = 123;
        state.accepting = true;
        state.advertise = isFit;
        state.dnsName = name;
        if (!isFit) state.reason = QStringLiteral("The time is lost.");
        host.bus.set(kService, vlan, state.encode());
    }
    [[nodiscard]] PublishedState published(const QString& vlan) const {
        return host.bus.decoded<PublishedState>(vlan).value_or(PublishedState());
    }
    [[nodiscard]] QString condition(const char* type) const { return host.status.condition({}, QLatin1String(type)); }
    [[nodiscard]] std::optional<qint64> metric(const char* name) const { return host.metrics.value(name, "lan"); }
    [[nodiscard]] Outcome stop() {
        const quint64 ticket = host.expect();
        bridge->stop(ticket);
        if (!QTest::qWaitFor([&] { return host.isCompleted(ticket); }, 5000)) return Outcome::Unknown;
        return host.completion(ticket).outcome;
    }

    QTemporaryDir dir;
    testing::FakeHost host{
        QJsonObject{{"id", "dns-bridge"},
                    {"publishes", QJsonArray{PublishedState::kTopic}},
                    {"subscribes", QJsonArray{time::ServiceState::kTopic, time::SyncState::kTopic}},
                    {"features",
                     QJsonObject{{"required", QJsonArray{IBus::kIid, IStatus::kIid, IMetrics::kIid, IEvents::kIid}}}}},
        {}};
    HostView view{host};
    std::optional<DnsBridge> bridge;
};

}  // namespace

class TestDnsWiring : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void nothingIsTouchedBeforeTheHoldEnds() {
        Bridge b({{"holdSeconds", 3600}});
        QTest::qWait(100);
        QCOMPARE(b.condition("Degraded"), QStringLiteral("False/NothingToPublish"));
        QVERIFY(!QFile::exists(b.path()));
        QCOMPARE(b.stop(), Outcome::Ok);
        QVERIFY(!QFile::exists(b.path()));
    }

    void allVlansOfATurnShareOneChange() {
        Bridge b;
        b.say("a", true, "10.1.0.1");
        b.say("b", true, "10.2.0.1");
        QTRY_VERIFY(b.published("a").published && b.published("b").published);
        QVERIFY(b.has("ntp.lan.test. 60 IN A 10.1.0.1\n") && b.has("ntp.b.lan.test. 60 IN A 10.2.0.1\n"));
        QCOMPARE(b.metric("dns_updates_total"), std::optional<qint64>(1));
        QCOMPARE(b.condition("Zone.lan"), QStringLiteral("True/InForce"));
        QCOMPARE(b.condition("Planned"), QStringLiteral("True/AllNames"));
        // Only its own address of the common name.
        for (const PublishedName& name : b.published("a").names)
            for (const PublishedRecord& record : name.records) QVERIFY(record.data != u"10.2.0.1");
    }

    void lostTimeIsWithdrawnAndReturns() {
        Bridge b;
        b.say("a", true, "10.1.0.1");
        QTRY_VERIFY(b.published("a").published);
        b.say("a", false, "10.1.0.1");
        QTRY_VERIFY(!b.has("10.1.0.1"));
        QTRY_VERIFY(!b.published("a").published);
        QCOMPARE(b.published("a").reason, QStringLiteral("The time is lost."));
        b.say("a", true, "10.1.0.1");
        QTRY_VERIFY(b.has("10.1.0.1"));
    }

    void onLossKeepLeavesTheNames() {
        Bridge b({{"onLoss", "keep"}});
        b.say("a", true, "10.1.0.1");
        QTRY_VERIFY(b.published("a").published);
        b.say("a", false, "10.1.0.1");
        QTest::qWait(1500);
        QVERIFY(b.has("10.1.0.1") && b.published("a").published);
        QCOMPARE(b.metric("dns_updates_total"), std::optional<qint64>(1));
    }

    void namesOfAnEarlierRunGoEvenIfNothingIsDeclared() {
        Bridge b({}, "; Written by fos1-host (dns-bridge) for router-a.\nold.lan.test. 60 IN A 10.9.0.1\n");
        QTRY_VERIFY(!b.has("10.9.0.1"));
    }

    void aVlanWithoutAZoneIsNamed() {
        Bridge b;
        b.say("a", true, "10.1.0.1", "ntp.elsewhere.test");
        QTRY_COMPARE(b.condition("Planned"), QStringLiteral("False/WithoutName"));
        QTRY_COMPARE(b.published("a").reason, QStringLiteral("No zone in host.yaml contains \"ntp.elsewhere.test\"."));
    }

    void whatOthersChangeIsRestored() {
        Bridge b;
        b.say("a", true, "10.1.0.1");
        QTRY_VERIFY(b.published("a").published && b.bridge->isSettled());
        b.write("; Written by fos1-host (dns-bridge) for router-a.\n");
        QTRY_VERIFY(b.has("10.1.0.1"));
        QTRY_COMPARE(b.metric("dns_drift_repairs_total"), std::optional<qint64>(1));
        QCOMPARE(b.host.events.reasons().count(QStringLiteral("NamesRestored")), 1);
    }

    void aFailureIsReported() {
        Bridge b({}, "somebody else's\n");
        b.say("a", true, "10.1.0.1");
        QTRY_COMPARE(b.condition("Zone.lan"), QStringLiteral("False/ForeignFile"));
        QCOMPARE(b.condition("Degraded"), QStringLiteral("True/ForeignFile"));
        QTRY_VERIFY(b.published("a").reason.contains("was not written by this plugin"));
        QCOMPARE(b.metric("dns_zone_up"), std::optional<qint64>(0));
        QVERIFY(QFile::remove(b.path()));
        QTRY_VERIFY_WITH_TIMEOUT(b.published("a").published, 10'000);
        QCOMPARE(b.condition("Degraded"), QStringLiteral("False/InForce"));
    }

    void aVlanThatIsRetractedIsWithdrawn() {
        Bridge b;
        b.say("a", true, "10.1.0.1");
        b.say("b", true, "10.2.0.1");
        QTRY_VERIFY(b.published("a").published && b.published("b").published);
        b.host.bus.absent(kService, "a", "gone");
        QTRY_VERIFY(!b.has("10.1.0.1"));
        QVERIFY(b.has("10.2.0.1"));
        QTRY_VERIFY(!b.host.bus.value(QString::fromLatin1(PublishedState::kTopic), "a"));
    }

    void theStop_data() {
        QTest::addColumn<QString>("onStop");
        QTest::newRow("withdraw") << "withdraw";
        QTest::newRow("keep") << "keep";
    }
    void theStop() {
        QFETCH(const QString, onStop);
        Bridge b({{"onStop", onStop}});
        b.say("a", true, "10.1.0.1");
        QTRY_VERIFY(b.published("a").published);
        QCOMPARE(b.stop(), Outcome::Ok);
        QCOMPARE(b.has("10.1.0.1"), onStop == u"keep");
    }

    void wrongConfigurations_data() {
        QTest::addColumn<QCborMap>("zone");
        QTest::addColumn<QString>("error");
        const auto row = [](const char* what, const QCborMap& more, const char* error) {
            QCborMap zone{{"name", "lan"}, {"zone", "lan.test"}, {"kind", "update"}, {"key", "k"}};
            for (const auto& [key, value] : more) zone.insert(key, value);
            QTest::newRow(what) << zone << error;
        };
        row("no key", {{"key", ""}}, "zones[0].key: is needed: updates are always signed (TSIG)");
        row("no such key", {{"key", "x"}}, "zones[0].key: keys has no key with the name x");
        row("zone", {{"zone", "lan..test"}}, "zones[0].zone: has an empty label");
        row("network", {{"network", "10.0.0.1/24"}},
            "zones[0].network: \"10.0.0.1/24\" is not a network such as 192.0.2.0/25");
        row("reverse", {{"zone", "x.2.0.192.in-addr.arpa"}},
            "zones[0].zone: \"x.2.0.192.in-addr.arpa\" does not tell of which addresses it holds the names; add "
            "network");
        row("server", {{"server", "10.0.0.300"}},
            "zones[0].server: \"10.0.0.300\" is not the address or name of a server");
        row("no file", {{"kind", "hosts"}}, "zones[0].file: is needed: the file that the server reads");
        row("no nameservers", {{"kind", "zonefile"}, {"file", "/x"}}, "zones[0].nameservers: is needed");
        row("no glue", {{"kind", "zonefile"}, {"file", "/x"}, {"nameservers", QCborArray{"ns.lan.test"}}},
            "zones[0].nameservers: ns.lan.test is within the zone and needs an address");
        row("reload", {{"kind", "hosts"}, {"file", "/x"}, {"reload", QCborArray{"nsd-control"}}},
            "zones[0].reload: \"nsd-control\" is not the path of a program");
        row("no socket", {{"kind", "unbound"}}, "zones[0].socket: is needed, or server with the certificates");
        row("no certificates", {{"kind", "unbound"}, {"server", "127.0.0.1"}}, "zones[0].certificates: is needed");
    }
    void wrongConfigurations() {
        QFETCH(const QCborMap, zone);
        QFETCH(const QString, error);
        const auto zones = zonesFrom(
            {{"keys", QCborArray{QCborMap{{"name", "k"}, {"file", "/k"}}}}, {"zones", QCborArray{zone}}}, "/nowhere");
        QVERIFY(!zones);
        QVERIFY2(zones.error().text().startsWith(error), qPrintable(zones.error().text()));
    }

    void namesOfRouters() {
        QCOMPARE(ownerFrom({{"owner", "Router-A"}}).value_or("?"), QByteArray("router-a"));
        QVERIFY(ownerFrom({}).has_value());
        QCOMPARE(ownerFrom({{"owner", "a b"}}).error().path, QStringLiteral("owner"));
        QVERIFY(!ownerFrom({{"owner", "a.b"}}));
    }

    void pages() {
        Bridge b;
        b.say("a", true, "10.1.0.1");
        QTRY_VERIFY(b.published("a").published);
        const PublishedReport& report = b.bridge->report();
        for (const QCborMap& page : {publishedPage(report.states(), report.book(), {}),
                                     publishedPage(report.states(), report.book(), "a"), zonesPage(report.book())}) {
            QVERIFY(page::check(page));
            const QByteArray text = page.toCborValue().toDiagnosticNotation().toUtf8();
            QVERIFY2(text.contains("lan"), text.constData());
        }
        QVERIFY(page::check(differencePage(report.book())));
        QVERIFY(publishedPage(report.states(), report.book(), "z").contains(QStringLiteral("error")));
    }

    void aLongDifferenceSaysWhatItLeavesOut() {
        ZoneTable table;
        table.domain = *DnsName::parse("lan.test");
        table.server = QStringLiteral("10.0.0.53");
        for (int i = 0; i < 4000; ++i) {
            NameState state;
            state.name = *DnsName::parse(QStringLiteral("n%1.lan.test").arg(i));
            state.wanted.insert(Record{RecordType::A, QByteArray("\x0a\0\0\1", 4)});
            table.names.push_back(std::make_shared<const NameState>(state));
        }
        PublishedBook book;
        book.record("lan", std::make_shared<const ZoneTable>(table), 0);
        table.domain = *DnsName::parse("dmz.test");
        book.record("dmz", std::make_shared<const ZoneTable>(table), 0);
        const QCborMap page = differencePage(book);
        QVERIFY(page::check(page));
        const QString text = page.toCborValue().toDiagnosticNotation();
        QCOMPARE(text.count("update add"), 3000);
        QVERIFY2(text.contains("changes of 1000 more names are not shown"), qPrintable(text.right(500)));
        QVERIFY2(text.contains("changes of 4000 more names are not shown"), qPrintable(text.right(500)));
    }
};

QTEST_GUILESS_MAIN(TestDnsWiring)
#include "tst_dns_wiring.moc"
