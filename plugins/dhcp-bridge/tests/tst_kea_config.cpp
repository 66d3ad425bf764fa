// SPDX-License-Identifier: GPL-2.0-or-later
// Kea's configuration: which options are whose, and that an edit changes nothing else.
#include <QTest>
#include <deque>

#include "kea/kea_config.h"
#include "kea/kea_reply.h"

using namespace fos1;
using namespace fos1::dhcp;

namespace {

const QByteArray kMark = R"("user-context":{"fos1-host":"dhcp-bridge"})";

/// As Kea returns it, with members that nobody here knows.
const QByteArray kConfig = R"({ "unknown": [ 1.50, { "x": null } ], "valid-lifetime": 4000,
  "client-classes": [ { "name": "other", "option-data": [ { "code": 6, "data": "10.0.0.1" } ] } ],
  "shared-networks": [ { "name": "net", "interface": "lan.7", "subnet4": [
    { "id": 7, "new-member": 1e3, "subnet": "10.7.0.0/24", "option-data": [  ] } ] } ],
  "subnet4": [
    { "id": 30, "interface": "lan.1", "max-valid-lifetime": 800, "option-data": [ { "code": 3, "data": "10.1.0.1", "space": "dhcp4" } ],
      "pools": [ { "pool": "10.1.0.9-10.1.0.20", "option-data": [ { "name": "ntp-servers", "data": "10.1.0.8" } ] } ],
      "subnet": "10.1.0.0/24" },
    { "id": 1, "subnet": "10.2.0.0/24" } ] })";

const QByteArray kPools = R"({ "subnet4": [ { "subnet": "10.1.0.0/24", "pools": [
  { "pool": "10.1.0.10 - 10.1.0.50" }, { "pool": "10.1.0.128/25", "option-data": [ { "code": 3, "data": "x" } ] },
  { "pool": "10.1.0.60-10.1.0.70", "option-data": [ { "code": 42, "data": "10.9.9.9" } ] }, { "pool": "?" } ] } ] })";

/// A class that Kea evaluates only where it is requested or assigned; each word in capitals is a place for that.
const QByteArray kOnRequest = R"({
  "client-classes": [ { "name": "c", "WORD": true, "option-data": [ { "code": 42, "data": "10.9.9.9" } ] } ],
  "reservations": [ { "hostname": "y", GLOBAL: [ "c" ] } ],
  "shared-networks": [ { "name": "n", NETWORK: [ "c" ], "subnet4": [ { "subnet": "10.1.0.0/24", SUBNET: [ "c" ],
    ANOTHER: [ "d" ], "pools": [ { "pool": "p", POOL: [ "c" ] } ],
    "reservations": [ { "hostname": "x", HOST: [ "c" ] } ] } ] } ] })";

KeaConfig read(const QByteArray& text, const KeaFamily& family = kKea4) {
    static std::deque<QByteArray> kept;  // a configuration points into its text
    const auto root = parseJson(kept.emplace_back(text));
    if (!root) qFatal("%s", qPrintable(root.error().text()));
    auto config = KeaConfig::read(*root, family);
    if (!config) qFatal("%s", qPrintable(config.error().text()));
    return *config;
}

SubnetPlan tell(const QStringList& addresses) {
    SubnetPlan plan;
    plan.ownership = Ownership::Ours;
    for (const QString& each : addresses) plan.addresses.push_back(*net::IpAddress::parse(each));
    return plan;
}

QByteArray entry(const QByteArray& data) {
    return "{\"code\":42,\"csv-format\":true,\"data\":\"" + data + "\",\"name\":\"ntp-servers\",\"space\":\"dhcp4\"," +
           kMark + '}';
}

QByteArray subnetWith(const QByteArray& options) {
    return R"({ "subnet4": [ { "subnet": "10.1.0.0/24", "option-data": )" + options + " } ] }";
}

}  // namespace

class TestKeaConfig : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void subnetsAsTheyAre() {
        const KeaConfig config = read(kConfig);
        const auto& subnets = config.subnets();
        QCOMPARE(subnets.size(), std::size_t(3));
        QCOMPARE(subnets[0].name(), QStringLiteral("10.1.0.0/24 (id 30)"));
        QCOMPARE(subnets[0].interface, QStringLiteral("lan.1"));
        QCOMPARE(subnets[0].rebind, std::chrono::seconds(700));
        QCOMPARE(subnets[0].foreign, (std::vector<ForeignOption>{{"pool 10.1.0.9-10.1.0.20", "10.1.0.8", false}}));
        QCOMPARE(subnets[1].rebind, std::chrono::seconds(3500));
        QVERIFY(subnets[1].foreign.empty() && !subnets[1].hasOurs);
        QCOMPARE(subnets[2].name(), QStringLiteral("10.7.0.0/24 (id 7)"));
        QCOMPARE(subnets[2].interface, QStringLiteral("lan.7"));
        QCOMPARE(subnets[2].sharedNetwork, QStringLiteral("net"));
    }

    void onlyOurOptionsChange() {
        const QByteArray edited = read(kConfig).edited({tell({"10.1.0.1"}), tell({"10.2.0.1"}), tell({"10.7.0.1"})});
        QByteArray expected = kConfig;
        expected.replace(R"("space": "dhcp4" } ])", R"("space": "dhcp4" }, )" + entry("10.1.0.1") + " ]");
        expected.replace(R"({ "id": 1,)", "{ \"option-data\": [ " + entry("10.2.0.1") + R"( ], "id": 1,)");
        expected.replace("[  ] }", "[ " + entry("10.7.0.1") + " ] }");
        QCOMPARE(edited, expected);
        // The same once more is no change.
        const KeaConfig again = read(edited);
        QVERIFY(again.edited({tell({"10.1.0.1"}), tell({"10.2.0.1"}), tell({"10.7.0.1"})}).isNull());
        QVERIFY(again.subnets()[0].hasOurs);
        QCOMPARE(again.subnets()[0].ours, std::vector{*net::IpAddress::parse("10.1.0.1")});
        // What withdraws them needs no record of them.
        const KeaConfig withdrawn = read(again.edited({tell({}), tell({}), tell({})}));
        QVERIFY(!withdrawn.subnets()[0].hasOurs);
        QVERIFY(withdrawn.edited({tell({}), tell({}), tell({})}).isNull());
    }

    void whoseOption_data() {
        QTest::addColumn<QByteArray>("entry");
        QTest::addColumn<OptionOwner>("owner");
        const auto row = [](const char* text, OptionOwner owner) { QTest::newRow(text) << QByteArray(text) << owner; };
        row(R"({"code": 42, "data": "10.0.0.1"})", OptionOwner::Foreign);
        row(R"({"name": "ntp-servers", "data": "10.0.0.1"})", OptionOwner::Foreign);
        row(R"({"code": 42, "space": "dhcp4", "user-context": {"comment": "mine"}})", OptionOwner::Foreign);
        row(R"({"code": 42, "user-context": {"fos1-host": "dhcp-bridge", "comment": "x"}})", OptionOwner::Ours);
        row(R"({"code": 42, "user-context": {"fos1-host": 1}})", OptionOwner::Foreign);
        row(R"({"code": 42, "space": "vendor-1"})", OptionOwner::Other);
        row(R"({"code": 4, "data": "10.0.0.1"})", OptionOwner::Other);
        row(R"({"code": 4, "user-context": {"fos1-host": "dhcp-bridge"}})", OptionOwner::Other);
        row(R"({})", OptionOwner::Other);
    }
    void whoseOption() {
        QFETCH(const QByteArray, entry);
        QFETCH(const OptionOwner, owner);
        QCOMPARE(ownerOf(*parseJson(entry), kKea4), owner);
    }

    void whereAnAdministratorDecides_data() {
        QTest::addColumn<QByteArray>("config");
        QTest::addColumn<QString>("where");
        QTest::addColumn<bool>("wouldBeReplaced");
        const QByteArray option = R"("option-data": [ { "code": 42, "data": "10.9.9.9" } ])";
        const QByteArray subnet = R"("subnet": "10.1.0.0/24")";
        const auto row = [](const char* where, const QByteArray& config, bool wouldBeReplaced) {
            const QString name = QString::fromLatin1(where);
            QTest::newRow(where) << config << name.left(name.indexOf(QStringLiteral(" with"))) << wouldBeReplaced;
        };
        row("global option", "{" + option + R"(, "subnet4": [{)" + subnet + "}]}", true);
        row("client class c",
            R"({"client-classes": [{"name": "c", )" + option + R"(}], "subnet4": [{)" + subnet + "}]}", true);
        row("global option with a copied mark",
            R"({"option-data": [{"code": 42, "data": "10.9.9.9", )" + kMark + R"(}], "subnet4": [{)" + subnet + "}]}",
            true);
        row("shared network n",
            R"({"shared-networks": [{"name": "n", )" + option + R"(, "subnet4": [{)" + subnet + "}]}]}", true);
        row("the subnet", R"({"subnet4": [{)" + subnet + ", " + option + "}]}", true);
        row("pool p", R"({"subnet4": [{)" + subnet + R"(, "pools": [{"pool": "p", )" + option + "}]}]}", false);
        row("reservation 10.1.0.5",
            R"({"subnet4": [{)" + subnet + R"(, "reservations": [{"ip-address": "10.1.0.5", )" + option + "}]}]}",
            false);
        row("global reservation h",
            R"({"reservations": [{"hostname": "h", )" + option + R"(}], "subnet4": [{)" + subnet + "}]}", false);
    }
    void whereAnAdministratorDecides() {
        QFETCH(const QByteArray, config);
        QFETCH(const QString, where);
        QFETCH(const bool, wouldBeReplaced);
        const std::vector<ForeignOption> expected{{where, QStringLiteral("10.9.9.9"), wouldBeReplaced}};
        QCOMPARE(read(config).subnets().at(0).foreign, expected);
    }

    void optionsOfPools() {
        const QByteArray& text = kPools;
        const KeaConfig config = read(text);
        const auto& pools = config.subnets()[0].pools;
        QCOMPARE(pools.size(), std::size_t(4));
        QCOMPARE(pools[0].range->text(), QStringLiteral("10.1.0.10-10.1.0.50"));
        QCOMPARE(pools[1].range->text(), QStringLiteral("10.1.0.128-10.1.0.255"));
        QVERIFY(!pools[0].isForeign && !pools[1].isForeign && pools[2].isForeign && !pools[3].range);
        SubnetPlan plan = tell({});
        plan.pools = {tell({"192.0.2.1"}).addresses, tell({"192.0.2.2"}).addresses, {}, {}};
        const QByteArray edited = config.edited({plan});
        QByteArray expected = text;
        expected.replace("{ \"pool\": \"10.1.0.10 ",
                         "{ \"option-data\": [ " + entry("192.0.2.1") + " ], \"pool\": \"10.1.0.10 ");
        expected.replace("\"x\" } ]", "\"x\" }, " + entry("192.0.2.2") + " ]");
        QCOMPARE(edited, expected);
        const KeaConfig again = read(edited);
        QVERIFY(again.edited({plan}).isNull());
        // They are recognized, and go with the plan.
        QCOMPARE(again.subnets()[0].foreign.size(), std::size_t(1));
        QCOMPARE(again.edited({tell({})}), QByteArray(edited)
                                               .replace(", " + entry("192.0.2.2"), QByteArray())
                                               .replace(entry("192.0.2.1"), QByteArray())
                                               .replace("[  ]", "[ ]"));
        SubnetPlan keep = tell({});
        keep.keeps = true;
        QVERIFY(again.edited({keep}).isNull());
    }

    void oursIsPutRight_data() {
        QTest::addColumn<QByteArray>("options");
        const QByteArray ours = entry("10.1.0.1");
        QTest::newRow("another address") << "[ " + entry("10.9.9.9") + " ]";
        QTest::newRow("twice") << "[ " + ours + ", " + ours + " ]";
        QByteArray forced = ours;
        QTest::newRow("sent to all") << "[ " + forced.replace("{\"code\"", "{\"always-send\":true,\"code\"") + " ]";
        QByteArray raw = ours;
        QTest::newRow("as bytes") << "[ " + raw.replace("true", "false").replace("10.1.0.1", "0A010001") + " ]";
        QTest::newRow("gone") << QByteArray("[ ]");
    }
    void oursIsPutRight() {
        QFETCH(const QByteArray, options);
        QCOMPARE(read(subnetWith(options)).edited({tell({"10.1.0.1"})}), subnetWith("[ " + entry("10.1.0.1") + " ]"));
        SubnetPlan keep = tell({});
        keep.keeps = true;
        QVERIFY(read(subnetWith(options)).edited({keep}).isNull());
    }

    /// RFC 5908, and what Kea's other versions call it.
    void option56() {
        const QByteArray text = R"({ "subnet6": [ { "subnet": "2001:db8:10::/64", "option-data": [ ] } ] })";
        const QByteArray edited = read(text, kKea6).edited({tell({"2001:db8:10::1", "2001:db8:10::2"})});
        QVERIFY(edited.contains(R"("data":"0001001020010DB8001000000000000000000001")"));
        QVERIFY(edited.contains(R"("code":56,"csv-format":false)"));
        const KeaConfig again = read(edited, kKea6);
        QCOMPARE(again.subnets()[0].ours, std::vector{*net::IpAddress::parse("2001:db8:10::1")});
        QVERIFY(again.edited({tell({"2001:db8:10::1", "2001:db8:10::2"})}).isNull());
    }

    void option56AsSuboption() {
        const QByteArray text = R"({ "subnet6": [ { "subnet": "fd01::/64", "option-data": [ ] } ] })";
        const auto plans = std::vector{tell({"fd01::1", "fd01::2"})};
        const QByteArray edited = read(text, kKea6).edited(plans, Option56Form::Suboptions);
        QVERIFY2(edited.contains(R"("code":56,"name":"ntp-server","space":"dhcp6")"), edited.constData());
        QVERIFY2(edited.contains(R"("code":1,"csv-format":true,"data":"fd01::1","name":"ntp-server-address",)"
                                 R"("space":"v6-ntp-server-suboptions")"),
                 edited.constData());
        QVERIFY(!edited.contains("fd01::2"));
        const KeaConfig again = read(edited, kKea6);
        QCOMPARE(again.form(), Option56Form::Suboptions);
        QCOMPARE(again.subnets()[0].ours, std::vector{*net::IpAddress::parse("fd01::1")});
        QVERIFY(again.edited(plans, Option56Form::Suboptions).isNull());
        QCOMPARE(again.edited({tell({})}, Option56Form::Suboptions), text);
        // One form takes the place of the other.
        const QByteArray bytes = again.edited(plans, Option56Form::Bytes);
        QCOMPARE(bytes, read(text, kKea6).edited(plans, Option56Form::Bytes));
    }

    void option31OnRequest() {
        const QByteArray text = R"({ "subnet6": [ { "subnet": "fd01::/64", "option-data": [ ] } ] })";
        const auto plans = std::vector{tell({"fd01::1", "fd01::2"})};
        const QByteArray edited = KeaConfig::read(*parseJson(text), kKea6, Sntp::Told)->edited(plans);
        QVERIFY2(edited.contains(R"("code":31,"csv-format":true,"data":"fd01::1, fd01::2","name":"sntp-servers")"),
                 edited.constData());
        QVERIFY(edited.contains(R"("code":56)"));
        QVERIFY(KeaConfig::read(*parseJson(edited), kKea6, Sntp::Told)->edited(plans).isNull());
        // Once it is no longer requested, it goes.
        QCOMPARE(read(edited, kKea6).edited(plans), read(text, kKea6).edited(plans));
    }

    /// An administrator's option 31 concerns only ours.
    void option31ThatAnAdministratorSet() {
        const QByteArray text = R"({ "option-data": [ { "code": 31, "data": "fd09::9" } ],
            "subnet6": [ { "subnet": "fd01::/64", "option-data": [ ] } ] })";
        const auto config = KeaConfig::read(*parseJson(text), kKea6, Sntp::Told);
        QVERIFY(config);
        QCOMPARE(config->subnets()[0].foreign,
                 (std::vector<ForeignOption>{{"global option, option 31", "fd09::9", false}}));
        QCOMPARE(config->edited({tell({"fd01::1"})}).count("\"code\":31"), 0);
        QCOMPARE(config->edited({tell({"fd01::1"})}).count("\"code\":56"), 1);
        QVERIFY(read(text, kKea6).subnets()[0].foreign.empty());
    }

    void anAdministratorsSuboptionsAreHis() {
        const KeaConfig config = read(R"({ "option-data": [ { "code": 56, "name": "ntp-server", "data": "" },
            { "code": 3, "space": "v6-ntp-server-suboptions", "data": "ntp.example." } ],
            "subnet6": [ { "subnet": "fd01::/64", "pd-pools": [ { "prefix": "fd02::",
              "option-data": [ { "code": 56, "data": "00010010" } ] } ] } ] })",
                                      kKea6);
        const std::vector<ForeignOption> expected{{"global option", "ntp.example.", true},
                                                  {"prefix pool fd02::", "00010010", false}};
        QCOMPARE(config.subnets()[0].foreign, expected);
    }

    /// Classes that Kea evaluates only where they are requested or assigned.
    void classesOnRequest_data() {
        QTest::addColumn<QByteArray>("place");
        QTest::addColumn<QByteArray>("member");
        QTest::addColumn<bool>("isRequested");
        const auto row = [](const char* name, const QByteArray& place, const QByteArray& member, bool isRequested) {
            QTest::newRow(name) << place << member << isRequested;
        };
        row("nowhere", "NETWORK", "x", false);
        row("another one", "ANOTHER", "require-client-classes", false);
        row("subnet", "SUBNET", "require-client-classes", true);
        row("pool", "POOL", "require-client-classes", true);
        row("shared network", "NETWORK", "require-client-classes", true);
        row("newer", "SUBNET", "evaluate-additional-classes", true);
        row("reservation", "HOST", "client-classes", true);
        row("global reservation", "GLOBAL", "client-classes", true);
    }
    void classesOnRequest() {
        QFETCH(const QByteArray, place);
        QFETCH(const QByteArray, member);
        QFETCH(const bool, isRequested);
        std::vector<ForeignOption> expected;
        if (isRequested) expected.push_back({"client class c", "10.9.9.9", true});
        for (const char* word : {"only-if-required", "only-in-additional-list"}) {
            QByteArray text = kOnRequest;
            text.replace("WORD", word).replace(place, '"' + member + '"');
            for (const char* unused : {"GLOBAL", "NETWORK", "SUBNET", "ANOTHER", "POOL", "HOST"})
                text.replace(unused, "\"unused\"");
            QCOMPARE(read(text).subnets().at(0).foreign, expected);
        }
    }

    void whatIsWrongHasAPath_data() {
        QTest::addColumn<QByteArray>("config");
        QTest::addColumn<QString>("error");
        const auto row = [](const QByteArray& config, const QString& error) {
            QTest::newRow(qPrintable(error)) << config << error;
        };
        row("[]", "Dhcp4: is not an object");
        row(R"({"subnet4": {}})", "Dhcp4.subnet4: is not a list");
        row(R"({"subnet4": [{"subnet": "10.0.0.0/8"}, 3]})", "Dhcp4.subnet4[1]: is not an object");
        row(R"({"subnet4": [{"subnet": 3}]})", "Dhcp4.subnet4[0].subnet: is not text");
        row(R"({"subnet4": [{"subnet": "x", "option-data": 1}]})", "Dhcp4.subnet4[0].option-data: is not a list");
        row(R"({"shared-networks": [{"subnet4": "x"}]})", "Dhcp4.shared-networks[0].subnet4: is not a list");
        row(R"({"client-classes": [{"option-data": {}}]})", "Dhcp4.client-classes[0].option-data: is not a list");
    }
    void whatIsWrongHasAPath() {
        QFETCH(const QByteArray, config);
        QFETCH(const QString, error);
        const auto read = KeaConfig::read(*parseJson(config), kKea4);
        QVERIFY(!read);
        QCOMPARE(read.error().text(), error);
    }

    void oddValuesAreRead() {
        const KeaConfig config = read(
            R"({"subnet4": [{"subnet": "10.1.0.0/24", "id": "x", "valid-lifetime": -5, "interface": 3},
                            {"subnet": "10.1.0.0/24"}, {"subnet": "fd00::/8", "rebind-timer": 1e300}]})");
        QCOMPARE(config.subnets().size(), std::size_t(3));
        QCOMPARE(config.subnets()[0].id, qint64(0));
        QVERIFY(!config.subnets()[2].prefix);
        QVERIFY(!config.edited({tell({"10.1.0.1"}), tell({"10.1.0.1"}), tell({})}).isNull());
    }

    void replies_data() {
        QTest::addColumn<QByteArray>("raw");
        QTest::addColumn<QString>("error");
        const auto row = [](const QByteArray& raw, const char* error) {
            QTest::addRow("%s %s", raw.constData(), error) << raw << QString::fromLatin1(error);
        };
        row(R"({"result": 0})", "");
        row(R"([{"result": 0, "text": "fine"}])", "");
        row(R"({"result": 1, "text": "no such subnet"})", "config-set: no such subnet");
        row(R"({"result": 2})", "config-set: the command is not supported");
        row(R"({"result": 3})", "config-set: it found nothing");
        row(R"({"result": 9})", "config-set: result 9");
        row("", "the server closed the connection without an answer");
        row(R"({"result": 0)", "in the answer, the JSON text ends early, after 12 bytes");
        row(R"({"result": "0"})", "the answer has no whole number as \"result\"");
        row(R"({"result": 0.5})", "the answer has no whole number as \"result\"");
        row(R"({})", "the answer has no whole number as \"result\"");
        row(R"([])", "the answer has no whole number as \"result\"");
        row(R"("result")", "the answer has no whole number as \"result\"");
        row(R"({"result": 1, "text": 5})", "\"text\" of the answer is not text");
    }
    void replies() {
        QFETCH(const QByteArray, raw);
        QFETCH(const QString, error);
        const auto reply = readSuccess(raw, QStringLiteral("config-set"));
        QCOMPARE(reply ? QString() : reply.error().text(), error);
    }
};

QTEST_GUILESS_MAIN(TestKeaConfig)
#include "tst_kea_config.moc"
