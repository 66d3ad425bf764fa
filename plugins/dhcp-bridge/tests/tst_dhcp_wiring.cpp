// SPDX-License-Identifier: GPL-2.0-or-later
// The wiring with a fake host and a scripted Kea: what is held, when it is written, what is reported, and the stop.
#include <QJsonArray>
#include <QTest>

#include "bridge_config.h"
#include "fos1/page.h"
#include "fos1/testing/fake_host.h"
#include "pages/dhcp_pages.h"
#include "support/scripted_kea.h"

using namespace fos1;
using namespace fos1::dhcp;
using namespace std::chrono_literals;

namespace {

const QByteArray kRoot =
    R"({ "subnet4": [ { "id": 1, "subnet": "10.1.0.0/24", "valid-lifetime": 800 }, { "id": 2, "subnet": "10.2.0.0/24" },
       { "id": 9, "subnet": "10.9.0.0/24" } ] })";

struct Bridge {
    explicit Bridge(const QCborMap& more = {}) {
        QCborMap section{{"servers", QCborArray{QCborMap{{"name", "kea"}, {"kind", "kea4"}, {"socket", kea.path()}}}},
                         {"holdSeconds", 0},
                         {"changeSeconds", 1},
                         {"pollSeconds", 1}};
        for (const auto& [key, value] : more) section.insert(key, value);
        auto servers = serversFrom(section);
        if (!servers) qFatal("%s", qPrintable(servers.error().text()));
        bridge.emplace(view, optionsFrom(section), std::move(*servers));
        bridge->start();
    }

    void say(const QString& vlan, bool isFit, const QString& address) {
        time::ServiceState state;
        state.addresses = {{address, 24}};
        state.port = 123;
        state.accepting = state.dhcp = true;
        state.advertise = isFit;
        if (!isFit) state.reason = QStringLiteral("The time is lost.");
        host.bus.set(QString::fromLatin1(time::ServiceState::kTopic), vlan, state.encode());
    }
    [[nodiscard]] ToldState told(const QString& vlan) const {
        return host.bus.decoded<ToldState>(vlan).value_or(ToldState());
    }
    [[nodiscard]] bool tells(const char* address) const { return root.contains(QByteArray("\"") + address + '"'); }
    [[nodiscard]] qint64 sets() const { return kea.commands().count(QStringLiteral("config-set")); }
    [[nodiscard]] QString condition(const char* type) const { return host.status.condition({}, QLatin1String(type)); }
    [[nodiscard]] Outcome stop() {
        const quint64 ticket = host.expect();
        bridge->stop(ticket);
        if (!QTest::qWaitFor([&] { return host.isCompleted(ticket); }, 5000)) return Outcome::Unknown;
        return host.completion(ticket).outcome;
    }

    QByteArray root = kRoot;
    bool isSilent = false;
    ScriptedKea kea{[this](const QString& command, const QByteArray& request) {
        if (isSilent) return QByteArray();
        if (command == u"config-get") return QByteArray(R"({"result": 0, "arguments": {"Dhcp4": )" + root + "}}");
        if (command == u"config-set") root = parseJson(request)->member("arguments").member("Dhcp4").text.toByteArray();
        return QByteArray(R"({"result": 0})");
    }};
    testing::FakeHost host{
        QJsonObject{{"id", "dhcp-bridge"},
                    {"publishes", QJsonArray{ToldState::kTopic}},
                    {"subscribes", QJsonArray{time::ServiceState::kTopic, time::ClientState::kTopic}},
                    {"features",
                     QJsonObject{{"required", QJsonArray{IBus::kIid, IStatus::kIid, IMetrics::kIid, IEvents::kIid}}}}},
        {}};
    HostView view{host};
    std::optional<DhcpBridge> bridge;
};

const QString kService = QString::fromLatin1(time::ServiceState::kTopic);

}  // namespace

class TestDhcpWiring : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void mistakesInTheConfigurationHaveAPath_data() {
        QTest::addColumn<QCborArray>("servers");
        QTest::addColumn<QString>("error");
        const auto row = [](const char* error, std::initializer_list<QCborMap> servers) {
            QCborArray all;
            for (QCborMap each : servers) {
                if (!each.contains(QStringLiteral("name"))) each.insert(QStringLiteral("name"), QStringLiteral("x"));
                if (!each.contains(QStringLiteral("kind"))) each.insert(QStringLiteral("kind"), QStringLiteral("kea4"));
                all.append(each);
            }
            QTest::newRow(error) << all << QString::fromLatin1(error);
        };
        const char* const url = "https://kea.lan:8000/";
        row("", {{{"url", url}, {"caFile", "/ca"}, {"user", "u"}, {"passwordFile", "/p"}}});
        row("", {{{"url", url}}, {{"url", url}, {"name", "y"}, {"kind", "kea6"}}});
        row("servers[1].name: x is already the name of servers[0]", {{{"socket", "/a"}}, {{"socket", "/b"}}});
        row("servers[1].socket: /a is already the socket of servers[0]",
            {{{"socket", "/a"}}, {{"socket", "/a"}, {"name", "y"}}});
        row("servers[1].url: https://kea.lan:8000/ is already the url of servers[0]",
            {{{"url", url}}, {{"url", url}, {"name", "y"}}});
        row("servers[0].user: has no effect without \"url\"", {{{"socket", "/a"}, {"user", "u"}}});
        row("servers[0].url: is not an http:// or https:// URL with a host", {{{"url", "http://"}}});
        row("servers[0].url: is not an http:// or https:// URL with a host", {{{"url", "ftp://kea/"}}});
        row("servers[0].url: must not contain a user or password; use \"user\" and \"passwordFile\"",
            {{{"url", "http://u:secret@kea/"}}});
        row("servers[0].url: must not contain a query or fragment", {{{"url", "http://kea/?a=b"}}});
        row("servers[0].user: \"user\" and \"passwordFile\" need each other", {{{"url", url}, {"user", "u"}}});
        row("servers[0].passwordFile: \"user\" and \"passwordFile\" need each other",
            {{{"url", url}, {"passwordFile", "/p"}}});
        row("servers[0].keyFile: \"certificateFile\" and \"keyFile\" need each other",
            {{{"url", url}, {"keyFile", "/k"}}});
        row("servers[0].caFile: has no effect without https:// in \"url\"",
            {{{"url", "http://kea/"}, {"caFile", "/ca"}}});
    }
    void mistakesInTheConfigurationHaveAPath() {
        QFETCH(const QCborArray, servers);
        QFETCH(const QString, error);
        const auto found = serversFrom({{"servers", servers}});
        QCOMPARE(found ? QString() : found.error().text(), error);
    }

    void nothingIsTouchedBeforeTheFirstPolicy() {
        Bridge b;
        QTest::qWait(100);
        QCOMPARE(b.condition("Degraded"), QStringLiteral("False/NothingToTell"));
        QVERIFY(b.kea.commands().isEmpty());
        QCOMPARE(b.stop(), Outcome::Ok);
        QVERIFY(b.kea.commands().isEmpty());
    }

    void allVlansOfATurnShareOneChange() {
        Bridge b;
        b.say("a", true, "10.1.0.1");
        b.say("b", true, "10.2.0.1");
        QTRY_VERIFY(b.told("a").told && b.told("b").told);
        QVERIFY(b.tells("10.1.0.1") && b.tells("10.2.0.1"));
        QCOMPARE(b.sets(), 1);
        QCOMPARE(b.condition("Server.kea"), QStringLiteral("True/InForce"));
        QCOMPARE(b.condition("Degraded"), QStringLiteral("False/InForce"));
        // The third subnet is nobody's.
        QCOMPARE(b.condition("Subnets.kea"), QStringLiteral("False/LeftAlone"));
        QVERIFY(b.host.status.message({}, "Subnets.kea").startsWith(u"10.9.0.0/24 (id 9): No VLAN is declared"));
        const ToldSubnet subnet = b.told("a").subnets.at(0);
        QCOMPARE(subnet.addresses, QStringList("10.1.0.1"));
        QVERIFY(subnet.since > 0 && subnet.clientsUntil == 0);
        QCOMPARE(b.host.metrics.value("dhcp_writes_total", "kea"), std::optional<qint64>(1));
    }

    void lostTimeIsWithdrawnAndReturns() {
        Bridge b;
        b.say("a", true, "10.1.0.1");
        QTRY_VERIFY(b.told("a").told);
        b.say("a", false, "10.1.0.1");
        QTRY_VERIFY(!b.tells("10.1.0.1"));
        QTRY_VERIFY(!b.told("a").told);
        QCOMPARE(b.told("a").reason, QStringLiteral("The time is lost."));
        const ToldSubnet subnet = b.told("a").subnets.at(0);
        // T2 of a lease of 800 s.
        QVERIFY(std::abs(subnet.clientsUntil - subnet.since - 700) <= 1);
        b.say("a", true, "10.1.0.1");
        QTRY_VERIFY(b.tells("10.1.0.1"));
        QTRY_VERIFY(b.told("a").told);
        QCOMPARE(b.told("a").subnets.at(0).clientsUntil, 0);
    }

    void onLossKeepLeavesTheOption() {
        Bridge b({{"onLoss", "keep"}});
        b.say("a", true, "10.1.0.1");
        QTRY_VERIFY(b.told("a").told);
        b.say("a", false, "10.1.0.1");
        QTRY_COMPARE(b.told("a").reason.isEmpty() && b.told("a").subnets.at(0).reason == u"The time is lost.", true);
        QVERIFY(b.tells("10.1.0.1") && b.told("a").told);
        QCOMPARE(b.sets(), 1);
    }

    void whatOthersChangeIsRestored() {
        Bridge b;
        b.say("a", true, "10.1.0.1");
        QTRY_VERIFY(b.told("a").told && b.bridge->isSettled());
        b.root = kRoot;
        QTRY_VERIFY(b.tells("10.1.0.1"));
        QTRY_COMPARE(b.host.metrics.value("dhcp_drift_repairs_total", "kea"), std::optional<qint64>(1));
        QCOMPARE(b.host.events.reasons().count(QStringLiteral("OptionsRestored")), 1);
    }

    void aPublisherThatIsGoneIsWaitedFor_data() {
        QTest::addColumn<QString>("onLoss");
        QTest::newRow("withdraw") << "withdraw";
        QTest::newRow("keep") << "keep";
    }
    void aPublisherThatIsGoneIsWaitedFor() {
        QFETCH(const QString, onLoss);
        Bridge b({{"onLoss", onLoss}, {"holdSeconds", 1}});
        b.say("a", true, "10.1.0.1");
        QTRY_VERIFY(b.told("a").told);
        b.host.bus.publisherGone(kService, "a", "it crashed");
        QTest::qWait(300);
        QVERIFY(b.tells("10.1.0.1"));
        if (onLoss == u"keep") {
            QTest::qWait(1500);
            QVERIFY(b.tells("10.1.0.1"));
        } else {
            QTRY_VERIFY(!b.tells("10.1.0.1"));
        }
    }

    void aVlanThatIsRetractedIsWithdrawn() {
        Bridge b;
        b.say("a", true, "10.1.0.1");
        b.say("b", true, "10.2.0.1");
        QTRY_VERIFY(b.told("a").told && b.told("b").told);
        b.host.bus.absent(kService, "a", "gone");
        QTRY_VERIFY(!b.tells("10.1.0.1"));
        QVERIFY(b.tells("10.2.0.1"));
        QTRY_VERIFY(!b.host.bus.value(QString::fromLatin1(ToldState::kTopic), "a"));
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
        QTRY_VERIFY(b.told("a").told);
        QCOMPARE(b.stop(), Outcome::Ok);
        QCOMPARE(b.tells("10.1.0.1"), onStop == u"keep");
    }

    void aSilentServerDoesNotHoldUpTheStop() {
        Bridge b;
        b.say("a", true, "10.1.0.1");
        QTRY_VERIFY(b.told("a").told);
        b.isSilent = true;
        QCOMPARE(b.stop(), Outcome::Failed);
        QCOMPARE(b.host.completion(1).message,
                 QStringLiteral("Options may still be in a DHCP server: kea: no answer in time"));
    }

    void pages() {
        Bridge b;
        b.say("a", true, "10.1.0.1");
        QTRY_VERIFY(b.told("a").told);
        const ToldReport& report = b.bridge->report();
        for (const QString& vlan : {QString(), QStringLiteral("a")}) {
            const QCborMap page = toldPage(report.states(), report.book().rows(), vlan, 0);
            QVERIFY(page::check(page));
            const QByteArray text = page.toCborValue().toDiagnosticNotation().toUtf8();
            QVERIFY2(text.contains("10.1.0.1"), text.constData());
            QCOMPARE(text.contains("10.9.0.0/24"), vlan.isEmpty());
        }
        QVERIFY(toldPage(report.states(), report.book().rows(), "z", 0).contains(QStringLiteral("error")));
    }
};

QTEST_GUILESS_MAIN(TestDhcpWiring)
#include "tst_dhcp_wiring.moc"
