// SPDX-License-Identifier: GPL-2.0-or-later
// What is called fit is served, and right: sources that are ahead of a clock that nobody sets, a port that others have,
// addresses that are not listened to, neighbors that only repeat their own clock, first answers that lie. Real chronyd,
// real packets; each case with a host of its own.
#include <QTest>
#include <csignal>

#include "host_under_test.h"
#include "isolation.h"
#include "ntp_responder.h"
#include "probe.h"

using namespace fos1;
using namespace std::chrono_literals;
using fos1::lab::NtpClaim;
using fos1::lab::NtpResponder;
using fos1::system::HostUnderTest;

namespace {

constexpr int kPatience = 30'000;

QByteArray server(const char* address) {
    return QByteArray("      - {address: ") + address + ", iburst: true, minpoll: -2, maxpoll: -2}\n";
}

QByteArray service(const QByteArray& servers, const QByteArray& rest) {
    return "apiVersion: ntp.fos1.io/v1alpha1\n"
           "kind: NTPService\n"
           "metadata: {name: main-ntp}\n"
           "spec:\n"
           "  enabled: true\n"
           "  sources:\n"
           "    servers:\n" +
           servers + rest;
}

QByteArray vlan(const char* name, int id, const char* address) {
    return QByteArray(
               "---\n"
               "apiVersion: networking.fos1.io/v1\n"
               "kind: VLAN\n"
               "metadata: {name: ") +
           name + "}\nspec: {id: " + QByteArray::number(id) + ", interface: lan." + QByteArray::number(id) +
           ", address: " + address + "}\n";
}

const QByteArray kOneVlan =
    "  server: {}\n"
    "  vlanConfig: [{vlanRef: vlan-10, enabled: true}]\n";

}  // namespace

class TestTruth : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<HostUnderTest> m_host;
    int m_hosts = 0;

    void start(const QByteArray& manifest) {
        m_host = std::make_unique<HostUnderTest>(*m_lab, QStringLiteral("host-%1").arg(++m_hosts));
        m_host->config.replace("plugins:\n", "plugins:\n  vlan-inventory: {}\n");
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), manifest));
        QVERIFY(m_host->start());
    }
    [[nodiscard]] QJsonObject sync() const { return m_host->syncState("main-ntp")[u"value"].toObject(); }
    [[nodiscard]] bool isFit() const { return sync()[u"fit_to_advertise"].toBool(); }
    [[nodiscard]] QString why() const { return sync()[u"reason"].toString(); }
    [[nodiscard]] QJsonObject condition(const char* type) const {
        return HostUnderTest::condition(m_host->service("main-ntp")[u"status"][u"conditions"].toArray(),
                                        QLatin1String(type));
    }
    /// "True/Answered".
    [[nodiscard]] QString verdict(const char* type) const {
        return condition(type)[u"status"].toString() + u'/' + condition(type)[u"reason"].toString();
    }
    [[nodiscard]] QString message(const char* type) const { return condition(type)[u"message"].toString(); }
    [[nodiscard]] QJsonObject served(const QString& vlan) const {
        const QJsonArray values =
            m_host->call("topic.list", {{"topic", "time.service/v1"}})[u"result"][u"values"].toArray();
        for (const QJsonValue& each : values)
            if (each[u"key"].toString() == vlan) return each[u"value"].toObject();
        return {};
    }
    [[nodiscard]] QString state() const {
        return why() + u'\n' + verdict("Serving") + u' ' + message("Serving") + u'\n' +
               served("vlan-10")[u"reason"].toString() + u'\n' + QString::fromUtf8(m_host->log());
    }
    [[nodiscard]] std::optional<lab::TimeAnswer> client() const { return lab::Probe(*m_lab, "cl").time("10.2.0.1"); }

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        m_lab->addUpstream(2);
        m_lab->addUpstream(3);
        m_lab->addVlan(20);
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
    }
    void cleanup() { m_host.reset(); }

    /// chronyd 4.3 under -x loses a step that it cannot make, and reports that all is well.
    void aSourceThatIsAheadIsServedAndNotOnlyReported() {
        const NtpResponder ahead(*m_lab, "up", NtpClaim{30s});
        start(service(server("10.1.0.1"),
                      "  server: {makestep: {threshold: 1, limit: 3}}\n"
                      "  vlanConfig: [{vlanRef: vlan-10, enabled: true}]\n") +
              vlan("vlan-10", 10, "10.2.0.1/24"));
        QTRY_VERIFY_WITH_TIMEOUT(isFit(), kPatience);
        const auto answer = client();
        QVERIFY(answer && answer->leap == 0);
        QVERIFY(std::chrono::abs(answer->offset - 30s) < 100ms);
        QTRY_COMPARE(verdict("OffsetWithinLimits"), QStringLiteral("True/WithinLimits"));
        QVERIFY(std::abs(sync()[u"served_offset_ns"].toDouble()) < 1e8);
        QTRY_VERIFY2(sync()[u"error_bound_ns"].toDouble() < 1e8, qPrintable(why()));
        // The machine's clock has figures of its own.
        QCOMPARE(verdict("SystemClockWithinLimits"), QStringLiteral("False/Critical"));
        QVERIFY2(message("SystemClockWithinLimits").contains("does not set it (plugins.ntp.clockControl is false)"),
                 qPrintable(message("SystemClockWithinLimits")));
        QVERIFY(sync()[u"clock_error_bound_ns"].toDouble() > 29e9);
        QVERIFY(message("FullyImplemented").contains("spec.server.makestep"));
        const QByteArray shown = m_host->ctl({"ntp", "status"}).output;
        QVERIFY2(shown.contains("this service does not set it"), shown.constData());
    }

    void aPortThatAnotherProgramHas() {
        const NtpResponder upstream(*m_lab, "up", NtpClaim());
        auto holder = std::make_unique<NtpResponder>(*m_lab, "rt", NtpClaim{2s});
        QVERIFY2(holder->problem().isEmpty(), qPrintable(holder->problem()));
        start(service(server("10.1.0.1"), kOneVlan) + vlan("vlan-10", 10, "10.2.0.1/24"));
        QTRY_COMPARE_WITH_TIMEOUT(verdict("Serving"), QStringLiteral("False/PortHeld"), kPatience);
        const QString us = QStringLiteral("tst_truth (pid %1)").arg(QCoreApplication::applicationPid());
        QVERIFY2(message("Serving").contains(us), qPrintable(message("Serving")));
        QTRY_VERIFY_WITH_TIMEOUT(sync()[u"synchronised"].toBool(), kPatience);
        QTRY_VERIFY(why().contains(us));
        QVERIFY(!isFit());
        QCOMPARE(verdict("Ready"), QStringLiteral("False/NobodyServed"));
        QTRY_VERIFY(m_host->http("/readyz").contains("is not ready (NobodyServed): "));
        QTRY_VERIFY(served("vlan-10")[u"reason"].toString().contains("10.2.0.1"));
        QVERIFY(!served("vlan-10")[u"accepting"].toBool());
        QVERIFY(!served("vlan-10")[u"advertise"].toBool());
        QTRY_COMPARE_WITH_TIMEOUT(verdict("DaemonHealthy"), QStringLiteral("False/ErrorLogged"), kPatience);
        // It goes, and chronyd gets its port.
        holder.reset();
        QTRY_COMPARE_WITH_TIMEOUT(verdict("Serving"), QStringLiteral("True/Answered"), 60'000);
        QTRY_VERIFY_WITH_TIMEOUT(served("vlan-10")[u"advertise"].toBool(), kPatience);
        const auto answer = client();
        QVERIFY(answer && std::chrono::abs(answer->offset) < 100ms);
        QCOMPARE(verdict("Ready"), QStringLiteral("True/Running"));
    }

    /// Both may bind, and clients get the answers of the other.
    void aSecondChronyd() {
        const NtpResponder upstream(*m_lab, "up", NtpClaim());
        start(service(server("10.1.0.1"), kOneVlan) + vlan("vlan-10", 10, "10.2.0.1/24"));
        QTRY_VERIFY2_WITH_TIMEOUT(served("vlan-10")[u"advertise"].toBool(), qPrintable(state()), kPatience);
        QCOMPARE(verdict("Serving"), QStringLiteral("True/Answered"));
        // With a wildcard for both, the kernel decides which of them gets the requests.
        auto second =
            m_lab->startChronyd("rt", "second", "local stratum 3\nallow\nbindaddress 10.2.0.1\nbindaddress fd02::1\n");
        QTRY_COMPARE_WITH_TIMEOUT(verdict("Serving"), QStringLiteral("False/PortHeld"), 60'000);
        QVERIFY2(message("Serving").contains(QStringLiteral("chronyd (pid %1)").arg(second->pid())),
                 qPrintable(message("Serving")));
        QTRY_VERIFY(!served("vlan-10")[u"advertise"].toBool() && !isFit());
        second.reset();
        QTRY_COMPARE_WITH_TIMEOUT(verdict("Serving"), QStringLiteral("True/Answered"), 60'000);
        QTRY_VERIFY_WITH_TIMEOUT(served("vlan-10")[u"advertise"].toBool(), kPatience);
    }

    void anAddressThatIsNotListenedTo() {
        const NtpResponder upstream(*m_lab, "up", NtpClaim());
        start(service(server("10.1.0.1"),
                      "  server: {bindAddresses: [10.2.0.1, 'fd02::1']}\n"
                      "  vlanConfig: [{vlanRef: vlan-10, enabled: true}, {vlanRef: vlan-20, enabled: true}]\n") +
              vlan("vlan-10", 10, "10.2.0.1/24") + vlan("vlan-20", 20, "10.20.0.1/24"));
        QTRY_VERIFY_WITH_TIMEOUT(served("vlan-10")[u"advertise"].toBool(), kPatience);
        QVERIFY(!lab::Probe(*m_lab, "cl20").time("10.20.0.1"));
        QVERIFY(!served("vlan-20")[u"advertise"].toBool());
        QVERIFY(!served("vlan-20")[u"accepting"].toBool());
        QVERIFY2(served("vlan-20")[u"reason"].toString().contains("10.20.0.1 is not among spec.server.bindAddresses"),
                 qPrintable(served("vlan-20")[u"reason"].toString()));
    }

    void noPortIsNoService() {
        const NtpResponder upstream(*m_lab, "up", NtpClaim());
        start(service(server("10.1.0.1"), "  server: {port: 0}\n"));
        QTRY_VERIFY_WITH_TIMEOUT(sync()[u"synchronised"].toBool(), kPatience);
        QTRY_COMPARE(verdict("Serving"), QStringLiteral("False/PortIsZero"));
        QVERIFY(!isFit());
    }

    /// Two routers that name each other, and no upstream.
    void aNeighborsLocalClockIsNoTruth() {
        const auto neighbor = m_lab->startChronyd("up", "neighbor", "local stratum 10\nallow\n");
        start(service(server("10.1.0.1"),
                      "  server: {local: {enabled: true, stratum: 10}}\n"
                      "  vlanConfig: [{vlanRef: vlan-10, enabled: true}]\n") +
              vlan("vlan-10", 10, "10.2.0.1/24"));
        QTRY_VERIFY_WITH_TIMEOUT(why().contains("free-running local clock"), kPatience);
        QVERIFY(!isFit() && !sync()[u"synchronised"].toBool());
        QTRY_COMPARE(verdict("Synchronized"), QStringLiteral("False/NoTrueReference"));
        QVERIFY(m_host->http("/metrics").contains("\nntp_sync 0"));
        QVERIFY(!served("vlan-10")[u"advertise"].toBool());
        const QByteArray shown = m_host->ctl({"ntp", "why"}).output;
        QVERIFY2(shown.contains("free-running"), shown.constData());
    }

    /// Three servers name each other, and the upstream of one of them is gone: no refid shows the loop, but the strata
    /// count up.
    void aLoopOfThreeIsFoundByItsStrata() {
        for (const char* address : {"10.1.0.3/24", "10.1.0.4/24"})
            QVERIFY(m_lab->runIn("up", "ip", {"address", "add", address, "dev", "v-up"}).exitCode == 0);
        const auto follower = [](const QByteArray& own, const QByteArray& sources) {
            return "bindaddress " + own + "\nbindacqaddress " + own + "\nallow\n" + sources;
        };
        const QByteArray often = " iburst minpoll 0 maxpoll 0\n";
        auto upstream = m_lab->startChronyd("up", "upstream", "bindaddress 10.1.0.4\nlocal stratum 1\nallow\n");
        const auto second = m_lab->startChronyd(
            "up", "second", follower("10.1.0.3", "server 10.1.0.4" + often + "server 10.1.0.2" + often));
        const auto third = m_lab->startChronyd("up", "third", follower("10.1.0.1", "server 10.1.0.3" + often));
        start(service("      - {address: 10.1.0.1, iburst: true, minpoll: 0, maxpoll: 0}\n",
                      kOneVlan + "  security: {access: [{network: 10.1.0.0/24, permission: allow}]}\n") +
              vlan("vlan-10", 10, "10.2.0.1/24"));
        QTRY_VERIFY_WITH_TIMEOUT(isFit(), kPatience);
        upstream.reset();
        QTRY_VERIFY2_WITH_TIMEOUT(why().contains("counted its stratum up"), qPrintable(why()), 2 * kPatience);
        QVERIFY(!isFit());
    }

    /// The first that answers is not the majority.
    void oneAnswerIsNoQuorum() {
        const NtpResponder liar(*m_lab, "up", NtpClaim{2s});
        NtpResponder honest(*m_lab, "up2", NtpClaim{0s, 1, 0, true});
        NtpResponder other(*m_lab, "up3", NtpClaim{0s, 1, 0, true});
        start(service(server("10.1.0.1") + server("10.1.2.1") + server("10.1.3.1"),
                      kOneVlan + "  monitoring: {sourcesMinimum: 3}\n") +
              vlan("vlan-10", 10, "10.2.0.1/24"));
        QTRY_VERIFY_WITH_TIMEOUT(sync()[u"synchronised"].toBool(), kPatience);
        QVERIFY(!isFit());
        QVERIFY2(why().contains("until 3 sources have been compared"), qPrintable(why()));
        honest.claim({});
        other.claim({});
        QTRY_VERIFY_WITH_TIMEOUT(isFit(), kPatience);
        QVERIFY(sync()[u"source"][u"address"].toString() != u"10.1.0.1");
        QVERIFY(std::abs(sync()[u"served_offset_ns"].toDouble()) < 1e9);
    }

    /// The sample promises that plain sources are followed when the authenticated one is gone.
    void plainSourcesStandInForAnAuthenticatedOne() {
        const NtpResponder plain(*m_lab, "up2", NtpClaim());
        const NtpResponder another(*m_lab, "up3", NtpClaim());
        start(
            service("      - {address: 10.1.0.1, nts: true, iburst: true}\n" + server("10.1.2.1") + server("10.1.3.1"),
                    kOneVlan) +
            vlan("vlan-10", 10, "10.2.0.1/24"));
        QTRY_VERIFY_WITH_TIMEOUT(isFit(), kPatience);
        // With chrony's own weighing they are not, and the one that blocks is named.
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"),
                               service("      - {address: 10.1.0.1, nts: true, iburst: true}\n" + server("10.1.2.1"),
                                       "  server: {}\n  security: {authselect: mix}\n")));
        QTRY_VERIFY_WITH_TIMEOUT(!isFit(), kPatience);
        QTRY_VERIFY2_WITH_TIMEOUT(
            QString::fromUtf8(m_host->ctl({"ntp", "why"}).output).contains("10.1.0.1 is required (it is authenticated"),
            m_host->ctl({"ntp", "why"}).output.constData(), kPatience);
    }

    void whatCannotBeSentIsExplained() {
        const NtpResponder upstream(*m_lab, "up", NtpClaim());
        start(service(server("10.1.0.1") + server("203.0.113.5") + server("'2001:db8::5'") + server("224.0.1.1"),
                      "  server: {}\n"));
        QTRY_VERIFY_WITH_TIMEOUT(sync()[u"synchronised"].toBool(), kPatience);
        QTRY_COMPARE(
            QString::fromUtf8(m_host->ctl({"ntp", "why"}).output).count("Requests cannot be sent: there is no route"),
            2);
        QVERIFY(message("FullyImplemented").contains("224.0.1.1) is a multicast address"));
        const auto refused =
            m_host->ctl({"diff", "-f", "-"}, service(server("224.0.1.1") + server("127.127.1.1"), "  server: {}\n"));
        QVERIFY2(refused.exitCode != 0 &&
                     refused.errors.contains("spec.sources.servers[0].address: 224.0.1.1 is a multicast") &&
                     refused.errors.contains("spec.sources.servers[1].address: 127.127.1.1 is ntpd's name"),
                 (refused.output + refused.errors).constData());
    }

    /// The router is up before its uplink, and its sources are polled each 64 s.
    void aLateNetworkIsUsedWithinSeconds() {
        const NtpResponder upstream(*m_lab, "up", NtpClaim());
        const auto link = [this](const QString& state) {
            return m_lab->runIn("rt", "ip", {"link", "set", "wan", state}).exitCode == 0;
        };
        QVERIFY(link("down"));
        start(service("      - {address: 10.1.0.1, iburst: true}\n", kOneVlan) + vlan("vlan-10", 10, "10.2.0.1/24"));
        QTRY_VERIFY_WITH_TIMEOUT(
            QString::fromUtf8(m_host->ctl({"ntp", "why"}).output).contains("Requests cannot be sent"), kPatience);
        QTest::qWait(
            12'000);  // until the requests of iburst are spent, which nothing shows; the next one is due after 64 s
        QVERIFY(link("up"));
        QTRY_VERIFY_WITH_TIMEOUT(sync()[u"synchronised"].toBool(), kPatience);
    }

    void afterAStopNothingIsSaidToRun() {
        const NtpResponder upstream(*m_lab, "up", NtpClaim());
        start(service(server("10.1.0.1"), kOneVlan) + vlan("vlan-10", 10, "10.2.0.1/24"));
        QTRY_COMPARE_WITH_TIMEOUT(verdict("Ready"), QStringLiteral("True/Running"), kPatience);
        QCOMPARE(m_host->ctl({"plugin", "stop", "ntp"}).exitCode, 0);
        QTRY_COMPARE(verdict("Ready"), QStringLiteral("False/NotRunning"));
        QCOMPARE(verdict("Reconciled"), QStringLiteral("Unknown/PluginStopped"));
        QCOMPARE(m_host->service("main-ntp")[u"status"][u"running"].toBool(), false);
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestTruth test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_truth.moc"
