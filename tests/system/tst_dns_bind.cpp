// SPDX-License-Identifier: GPL-2.0-or-later
// Clients find the router's time service by its name: a real host and a real named, which takes updates that are signed
// with the host's key. The names are there while the time is fit, and only then, whatever happens to the host, to the
// server, or to the zone.
#include <QFile>
#include <QTest>
#include <csignal>

#include "host_under_test.h"
#include "isolation.h"
#include "lan_daemons.h"

using namespace fos1;
using fos1::system::HostUnderTest;

namespace {

const QByteArray kKey =
    "key \"fos1\" { algorithm hmac-sha256; secret \"c2VjcmV0LW9mLXRoZS1sYWItc2VjcmV0LW9mLXRoZQ==\"; };\n";

const QByteArray kNamed =
    kKey +
    "zone \"lan.test\" { type primary; file \"lan.zone\"; update-policy { grant fos1 zonesub ANY; "
    "}; };\n"
    "zone \"20.10.in-addr.arpa\" { type primary; file \"reverse4.zone\"; allow-update { key fos1; "
    "}; };\n"
    "zone \"0.2.d.f.ip6.arpa\" { type primary; file \"reverse6.zone\"; allow-update { key "
    "fos1; }; };\n";

const QByteArray kStart = "$TTL 60\n@ SOA ns.lan.test. hostmaster.lan.test. 1 60 60 60 60\n@ NS ns.lan.test.\n";
// An administrator's own: the name of a service in VLAN 40, and others that nobody may touch.
const QByteArray kLanZone =
    kStart + "ns A 10.20.0.1\nwww A 10.20.0.80\nntp.vlan-40 A 10.40.0.99\nntp.vlan-40 MX 1 www\n";

const QByteArray kVlans =
    "apiVersion: networking.fos1.io/v1\nkind: VLAN\nmetadata: {name: vlan-20}\nspec: {id: 20, interface: lan}\n"
    "---\napiVersion: networking.fos1.io/v1\nkind: VLAN\nmetadata: {name: vlan-30}\nspec: {id: 30, interface: lan}\n"
    "---\napiVersion: networking.fos1.io/v1\nkind: VLAN\nmetadata: {name: vlan-40}\nspec: {id: 40, interface: lan}\n";

QByteArray service(const QByteArray& name) {
    return "apiVersion: ntp.fos1.io/v1alpha1\nkind: NTPService\nmetadata: {name: main-ntp}\nspec:\n  enabled: true\n"
           "  sources:\n    servers: [{address: 10.1.0.1, iburst: true, minpoll: -2, maxpoll: -2}]\n"
           "  server: {}\n  advertise: {holdover: {duration: 2}, dns: {name: " +
           name +
           "}}\n"
           "  vlanConfig:\n"
           "    - {vlanRef: vlan-20, enabled: true}\n"
           "    - {vlanRef: vlan-30, enabled: false}\n"
           "    - {vlanRef: vlan-40, enabled: true}\n";
}

const QString kServer = QStringLiteral("10.20.0.1");
const QString kMark = QStringLiteral("heritage=fos1-host");

}  // namespace

class TestDnsBind : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<lab::Daemon> m_upstream;
    std::unique_ptr<lab::Daemon> m_named;
    std::unique_ptr<HostUnderTest> m_host;

    void startUpstream() { m_upstream = m_lab->startChronyd("up", "upstream", "local stratum 1\nallow\n"); }
    void startNamed() {
        m_named = lab::startNamed(*m_lab, "rt", "named", "listen-on { 10.20.0.1; }; listen-on-v6 { none; };\n", kNamed);
    }

    /// The answer's data, in order, as a client of VLAN 20 gets it.
    [[nodiscard]] QStringList ask(const QString& name, const QString& type) const {
        const auto dig =
            m_lab->runIn("cl20", "dig", {"@" + kServer, "+short", "+norecurse", "+time=1", "+tries=2", name, type});
        QStringList lines = QString::fromLatin1(dig.output).split(u'\n', Qt::SkipEmptyParts);
        lines.sort();
        return lines;
    }
    [[nodiscard]] QString serial() const { return ask("lan.test", "SOA").value(0).section(u' ', 2, 2); }
    /// As an administrator would, with the same key.
    [[nodiscard]] bool update(const QByteArray& lines) const {
        if (!lab::writeFile(m_lab->path("update"), "server 10.20.0.1\nzone lan.test\n" + lines + "send\n"))
            return false;
        return m_lab->runIn("rt", "nsupdate", {"-k", m_lab->path("named/admin.key"), m_lab->path("update")}).exitCode ==
               0;
    }

    [[nodiscard]] QJsonObject topic(const QString& vlan) const {
        const QJsonArray values = m_host->call("topic.list", {{"topic", "dns.ntp/v1"}})[u"result"][u"values"].toArray();
        for (const QJsonValue& value : values)
            if (value[u"key"].toString() == vlan) return value[u"value"].toObject();
        return {};
    }
    [[nodiscard]] bool isPublished(const QString& vlan) const { return topic(vlan)[u"published"].toBool(); }
    [[nodiscard]] double metric(const QByteArray& series) const {
        for (const QByteArray& line : m_host->http("/metrics").split('\n'))
            if (line.startsWith(series + ' ')) return line.mid(series.size() + 1).toDouble();
        return -1;
    }
    [[nodiscard]] QJsonObject condition(const QString& type) const {
        return m_host->pluginCondition("dns-bridge", type);
    }
    /// For a failure: what the bridge shows.
    [[nodiscard]] QString state() const {
        for (const QStringList& command : {QStringList{"dns", "show"}, {"plugin", "show", "dns-bridge"}})
            qWarning().noquote() << m_host->ctl(command).output << m_host->ctl(command).errors;
        qWarning().noquote() << m_host->log().right(3000);
        return QStringLiteral("see above");
    }
    [[nodiscard]] bool isEmpty() const {
        return ask("ntp.lan.test", "A").isEmpty() && ask("ntp.lan.test", "TXT").isEmpty() &&
               ask("ntp.vlan-20.lan.test", "A").isEmpty() && ask("_ntp._udp.lan.test", "SRV").isEmpty() &&
               ask("1.0.20.10.in-addr.arpa", "PTR").isEmpty();
    }

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        for (const int id : {20, 30, 40}) m_lab->addVlan(id);
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        startUpstream();
        QDir().mkpath(m_lab->path("named"));
        QVERIFY(lab::writeFile(m_lab->path("named/lan.zone"), kLanZone));
        QVERIFY(lab::writeFile(m_lab->path("named/reverse4.zone"), kStart));
        QVERIFY(lab::writeFile(m_lab->path("named/reverse6.zone"), kStart));
        for (const QString& file : {QStringLiteral("named/admin.key"), QStringLiteral("fos1.key")}) {
            QVERIFY(lab::writeFile(m_lab->path(file), kKey));
            QVERIFY(QFile::setPermissions(m_lab->path(file), QFile::ReadOwner | QFile::WriteOwner));
        }
        startNamed();
        QTRY_VERIFY2_WITH_TIMEOUT(!ask("ns.lan.test", "A").isEmpty(), m_named->log().constData(), 10'000);
        m_host = std::make_unique<HostUnderTest>(*m_lab, "host");
        const auto zone = [](const QByteArray& name, const QByteArray& domain) {
            return "{name: " + name + ", kind: update, zone: " + domain + ", server: 10.20.0.1, key: lab}";
        };
        m_host->config.replace(
            "plugins:\n",
            "plugins:\n  vlan-inventory: {}\n"
            "  dns-bridge: {owner: router-a, changeSeconds: 1, pollSeconds: 1, keys: [{name: lab, file: " +
                m_lab->path("fos1.key").toUtf8() + "}], zones: [" + zone("lan", "lan.test") + ", " +
                zone("reverse4", "20.10.in-addr.arpa") + ", " + zone("reverse6", "0.2.d.f.ip6.arpa") + "]}\n");
        QVERIFY(lab::writeFile(m_host->manifest("vlans.yaml"), kVlans));
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), service("ntp.lan.test")));
        QVERIFY(m_host->start());
        QTRY_VERIFY2_WITH_TIMEOUT(isPublished("vlan-20"), qPrintable(state()), 20'000);
    }

    void clientsFindTheRouterByName() {
        QCOMPARE(ask("ntp.lan.test", "A"), QStringList({"10.20.0.1", "10.40.0.1"}));
        QCOMPARE(ask("ntp.vlan-20.lan.test", "A"), QStringList("10.20.0.1"));
        QCOMPARE(ask("ntp.vlan-20.lan.test", "AAAA"), QStringList("fd20::1"));
        QCOMPARE(ask("_ntp._udp.vlan-20.lan.test", "SRV").value(0).section(u' ', 1), "10 123 ntp.vlan-20.lan.test.");
        QCOMPARE(ask("_ntp._udp.lan.test", "SRV").value(0).section(u' ', 2), "123 ntp.lan.test.");
        QCOMPARE(ask("1.0.20.10.in-addr.arpa", "PTR"), QStringList("ntp.lan.test."));
        const QString mark = ask("ntp.vlan-20.lan.test", "TXT").value(0);
        QCOMPARE(mark, QStringLiteral("\"heritage=fos1-host\" \"owner=router-a\" \"service=ntp\" \"A=10.20.0.1\" "
                                      "\"AAAA=fd20::1\""));
        const QJsonObject ten = topic("vlan-20");
        QVERIFY(ten[u"names"].toArray().size() >= 5);
        QCOMPARE(condition("Zone.lan")[u"status"].toString(), QStringLiteral("True"));
        QCOMPARE(condition("Planned")[u"status"].toString(), QStringLiteral("True"));
        QCOMPARE(metric("dns_zone_up{zone=\"reverse6\"}"), 1.0);
        const auto difference = m_host->ctl({"dns", "diff"});
        QVERIFY2(difference.output.contains("; ntp.vlan-40.lan.test. is left alone"), difference.output.constData());
        QVERIFY(m_host->ctl({"dns", "zones"}).output.contains("20.10.in-addr.arpa"));
        for (const QStringList& command : {QStringList{"dns", "show"}, {"dns", "show", "vlan-20"}}) {
            const auto page = m_host->ctl(command);
            QVERIFY2(page.exitCode == 0 && page.output.contains("ntp.vlan-20.lan.test"),
                     (page.output + page.errors).constData());
        }
    }

    void theDiffSaysWhichNamesWouldChange() {
        const auto diff = m_host->ctl({"diff", "-f", "-"}, service("time.lan.test"));
        QVERIFY2(diff.output.contains("- lan ntp.vlan-20.lan.test A 10.20.0.1") &&
                     diff.output.contains("+ lan time.vlan-20.lan.test A 10.20.0.1"),
                 diff.output.constData());
        QVERIFY2(!m_host->ctl({"diff", "-f", "-"}, service("ntp.lan.test")).output.contains("in DNS"), "unchanged");
        const auto lost = m_host->ctl({"diff", "-f", "-"}, service("ntp.elsewhere.test"));
        QVERIFY2(lost.output.contains("No zone in host.yaml contains \"ntp.elsewhere.test\""), lost.output.constData());
        QVERIFY(!ask("ntp.lan.test", "A").isEmpty() && ask("time.lan.test", "A").isEmpty());
    }

    void whatOthersOwnStays() {
        QCOMPARE(ask("ntp.vlan-40.lan.test", "A"), QStringList("10.40.0.99"));
        QVERIFY(ask("ntp.vlan-40.lan.test", "TXT").isEmpty());
        // A service would lead clients there. For the time of the hold after the start, everything stays.
        QTRY_VERIFY_WITH_TIMEOUT(ask("_ntp._udp.vlan-40.lan.test", "SRV").isEmpty(), 20'000);
        QCOMPARE(condition("Names.lan")[u"reason"].toString(), QStringLiteral("LeftAlone"));
        QVERIFY(condition("Names.lan")[u"message"].toString().startsWith(
            u"ntp.vlan-40.lan.test: Somebody else owns this name"));
        QCOMPARE(metric("dns_foreign_names{zone=\"lan\"}"), 1.0);
        // The common name still leads clients of that VLAN here.
        QVERIFY(isPublished("vlan-40"));
        QVERIFY(!isPublished("vlan-30") && !topic("vlan-30")[u"reason"].toString().isEmpty());
    }

    void nothingIsSentWithoutAChange() {
        QTRY_VERIFY_WITH_TIMEOUT(topic("vlan-20")[u"names"][0][u"verified_unix_s"].toInteger() > 0, 5000);
        const QString before = serial();
        const double updates = metric("dns_updates_total{zone=\"lan\"}");
        QTest::qWait(3000);  // three polls
        QCOMPARE(serial(), before);
        QCOMPARE(metric("dns_updates_total{zone=\"lan\"}"), updates);
    }

    void clientsSynchronizeByName() {
        QDir().mkpath(m_lab->path("etc"));
        const auto client = [this](const QByteArray& source) {
            return m_lab->runIn(
                "cl20", "sh",
                {"-c", "printf 'nameserver 10.20.0.1\n' > " + m_lab->path("etc/resolv.conf") + " && mount --bind " +
                           m_lab->path("etc/resolv.conf") + " /etc/resolv.conf && exec chronyd -Q -t 5 '" +
                           QString::fromLatin1(source) + " iburst maxsamples 1'"},
                15'000);
        };
        const auto pool = client("pool ntp.vlan-20.lan.test");
        QVERIFY2(pool.exitCode == 0 && pool.errors.contains("System clock wrong by"), pool.errors.constData());
        // A client that knows SRV (RFC 2782): chronyd gets what the record says. Asked by another program than dig.
        const auto asked = m_lab->runIn("cl20", "kdig", {"@" + kServer, "+short", "SRV", "_ntp._udp.vlan-20.lan.test"});
        const QByteArrayList srv = asked.output.trimmed().split(' ');
        QVERIFY2(srv.size() == 4, (asked.output + asked.errors).constData());
        const auto server = client("server " + srv[3] + " port " + srv[2]);
        QVERIFY2(server.exitCode == 0 && server.errors.contains("System clock wrong by"), server.errors.constData());
    }

    void whatOthersChangeIsRestored() {
        const double repairs = metric("dns_drift_repairs_total{zone=\"lan\"}");
        QVERIFY(
            update("update delete ntp.vlan-20.lan.test A 10.20.0.1\nupdate add ntp.vlan-20.lan.test 60 A 10.9.9.9\n"));
        QTRY_VERIFY_WITH_TIMEOUT(ask("ntp.vlan-20.lan.test", "A").contains("10.20.0.1"), 10'000);
        QTRY_COMPARE(metric("dns_drift_repairs_total{zone=\"lan\"}"), repairs + 1);
        // An address that others added there is theirs.
        QCOMPARE(ask("ntp.vlan-20.lan.test", "A"), QStringList({"10.20.0.1", "10.9.9.9"}));
        QVERIFY(update("update delete ntp.vlan-20.lan.test A 10.9.9.9\n"));
        QVERIFY(update("update delete ntp.vlan-20.lan.test\n"));
        QTRY_COMPARE_WITH_TIMEOUT(ask("ntp.vlan-20.lan.test", "AAAA"), QStringList("fd20::1"), 10'000);
        QTRY_COMPARE(ask("ntp.vlan-20.lan.test", "A"), QStringList("10.20.0.1"));
    }

    void aNameThatIsFreeAgainIsClaimed() {
        QVERIFY(update("update delete ntp.vlan-40.lan.test\n"));
        QTRY_COMPARE_WITH_TIMEOUT(ask("ntp.vlan-40.lan.test", "A"), QStringList("10.40.0.1"), 10'000);
        QTRY_COMPARE_WITH_TIMEOUT(ask("_ntp._udp.vlan-40.lan.test", "SRV").size(), 1, 5000);
        QTRY_COMPARE_WITH_TIMEOUT(condition("Names.lan")[u"status"].toString(), QStringLiteral("True"), 5000);
    }

    void namesMoveWithTheAddress() {
        QVERIFY(m_lab->runIn("rt", "ip", {"addr", "del", "10.40.0.1/24", "dev", "lan.40"}).exitCode == 0);
        QVERIFY(m_lab->runIn("rt", "ip", {"addr", "add", "10.40.0.5/24", "dev", "lan.40"}).exitCode == 0);
        QTRY_COMPARE_WITH_TIMEOUT(ask("ntp.vlan-40.lan.test", "A"), QStringList("10.40.0.5"), 20'000);
        QTRY_COMPARE_WITH_TIMEOUT(ask("ntp.lan.test", "A"), QStringList({"10.20.0.1", "10.40.0.5"}), 5000);
    }

    void aServerThatWasAwayIsRightAgain() {
        m_named->signal(SIGKILL);
        m_named->waitForEnd(5000);
        QTRY_VERIFY_WITH_TIMEOUT(condition("Zone.lan")[u"status"].toString() == u"False", 15'000);
        const QString reason = condition("Zone.lan")[u"reason"].toString();
        QVERIFY2(reason == u"NoAnswer" || reason == u"Unreachable", qPrintable(reason));
        QVERIFY(m_host->ctl({"dns", "zones"}).output.contains("could not be checked or changed"));
        // What was changed there meanwhile, such as by a backup.
        for (const char* file : {"named/lan.zone.jnl", "named/lan.zone"}) QFile::remove(m_lab->path(file));
        QVERIFY(lab::writeFile(m_lab->path("named/lan.zone"), kLanZone));
        startNamed();
        QTRY_COMPARE_WITH_TIMEOUT(ask("ntp.vlan-20.lan.test", "A"), QStringList("10.20.0.1"), 20'000);
        QTRY_COMPARE_WITH_TIMEOUT(condition("Zone.lan")[u"status"].toString(), QStringLiteral("True"), 5000);
    }

    void unfitTimeHasNoName() {
        m_upstream->signal(SIGKILL);
        m_upstream->waitForEnd(5000);
        QTRY_VERIFY_WITH_TIMEOUT(isEmpty(), 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(!isPublished("vlan-20"), 5000);
        QVERIFY(!topic("vlan-20")[u"reason"].toString().isEmpty());
        QCOMPARE(ask("www.lan.test", "A"), QStringList("10.20.0.80"));
        startUpstream();
        QTRY_VERIFY_WITH_TIMEOUT(isPublished("vlan-20"), 60'000);
        QCOMPARE(ask("ntp.lan.test", "A"), QStringList({"10.20.0.1", "10.40.0.5"}));
    }

    void aKilledHostThatReturnsChangesNothing() {
        QTRY_VERIFY_WITH_TIMEOUT(topic("vlan-20")[u"names"][0][u"verified_unix_s"].toInteger() > 0, 5000);
        m_host->process().signal(SIGKILL);
        m_host->process().waitForEnd(5000);
        const QString before = serial();
        QVERIFY(m_host->start());
        QTRY_VERIFY_WITH_TIMEOUT(isPublished("vlan-20"), 20'000);
        QCOMPARE(serial(), before);
        QCOMPARE(metric("dns_updates_total{zone=\"lan\"}"), 0.0);
    }

    /// Renamed, and a VLAN is gone, while nobody was there to see it.
    void namesOfAnEarlierRunAreRemoved() {
        m_host->process().signal(SIGKILL);
        m_host->process().waitForEnd(5000);
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), service("time.lan.test")));
        QVERIFY(lab::writeFile(m_host->manifest("vlans.yaml"), kVlans.left(kVlans.indexOf("---"))));
        QVERIFY(m_host->start());
        QTRY_COMPARE_WITH_TIMEOUT(ask("time.vlan-20.lan.test", "A"), QStringList("10.20.0.1"), 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(ask("ntp.lan.test", "TXT").isEmpty() && ask("ntp.vlan-20.lan.test", "A").isEmpty() &&
                                     ask("ntp.vlan-40.lan.test", "TXT").isEmpty(),
                                 20'000);
        QTRY_COMPARE_WITH_TIMEOUT(ask("1.0.20.10.in-addr.arpa", "PTR"), QStringList("time.lan.test."), 5000);
        QCOMPARE(ask("www.lan.test", "A"), QStringList("10.20.0.80"));
    }

    void aStopWithdraws() {
        QVERIFY(!ask("time.lan.test", "A").isEmpty());
        QCOMPARE(m_host->stop(), 0);
        QVERIFY(isEmpty() && ask("time.lan.test", "TXT").isEmpty() && ask("time.vlan-20.lan.test", "AAAA").isEmpty());
        QCOMPARE(ask("www.lan.test", "A"), QStringList("10.20.0.80"));
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestDnsBind test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_dns_bind.moc"
