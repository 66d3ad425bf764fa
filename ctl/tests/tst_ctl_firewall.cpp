// SPDX-License-Identifier: GPL-2.0-or-later
// `fos1ctl firewall …` as a process against a fake daemon.
#include <QJsonArray>

#include "ctl_process.h"
#include "fake_daemon.h"

namespace {

QJsonObject entry(const QString& key, const QString& presence, const QJsonObject& value) {
    return {{"topic", "firewall.ntp/v1"}, {"key", key}, {"presence", presence}, {"value", value}};
}

QJsonObject vlan(const QString& link, bool isEnforced, const QString& policy, const QString& reason) {
    return {{"interface", link},     {"enforced", isEnforced}, {"policy", policy},
            {"reason", reason},      {"admitted_packets", 12}, {"admitted_bytes", 912},
            {"refused_packets", 3},  {"refused_bytes", 87},    {"redirected_packets", isEnforced ? 1 : 0},
            {"redirected_bytes", 76}};
}

}  // namespace

class TestCtlFirewall : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void init() {
        m_daemon = std::make_unique<FakeDaemon>();
        qputenv("FOS1_SOCKET", m_daemon->socket().toLocal8Bit());
        const QJsonArray values{
            entry("vlan-10", "Value", vlan("lan.10", true, "open for client requests on udp/123", {})),
            entry("vlan-20", "Value", vlan({}, false, "closed", "The VLAN has no link.")),
            entry("vlan-30", "Absent", {})};
        m_daemon->answer(QStringLiteral("topic.list"), {{QStringLiteral("values"), values}});
    }

    void showsEveryVlan() {
        const Outcome outcome = run(words("firewall show"));
        QCOMPARE(outcome.err, QString());
        QCOMPARE(
            outcome.out,
            QStringLiteral("VLAN      LINK     ENFORCED                    LET IN   DROPPED   REDIRECTED   POLICY\n"
                           "vlan-10   lan.10   yes                         12       3         1            open for "
                           "client requests on udp/123\n"
                           "vlan-20   -        NO: The VLAN has no link.   12       3         0            closed\n"));
    }

    void showsOneVlan() {
        QCOMPARE(run(words("firewall show vlan-10")).out,
                 QStringLiteral("vlan-10:\n"
                                "  Link         lan.10\n"
                                "  Enforced     yes\n"
                                "  Policy       open for client requests on udp/123\n"
                                "  Let in       12 packets, 912 bytes\n"
                                "  Dropped      3 packets, 87 bytes\n"
                                "  Redirected   1 exchanges\n"));
        const QString json = run(words("firewall show vlan-20 -o json")).out;
        QVERIFY(json.contains(QStringLiteral("\"enforced\": false")) && !json.contains(QStringLiteral("vlan-10")));
    }

    void saysWhatIsMissing() {
        const Outcome gone = run(words("firewall show vlan-30"));
        QCOMPARE(gone.exitCode, 1);
        QVERIFY(gone.err.contains(QStringLiteral("nothing is known of VLAN vlan-30")));
        m_daemon->answer(QStringLiteral("topic.list"), {{QStringLiteral("values"), QJsonArray()}});
        const Outcome none = run(words("firewall show"));
        QCOMPARE(none.exitCode, 1);
        QVERIFY(none.err.contains(QStringLiteral("firewall-bridge")));
    }

    void doesNotRemoveWhatWouldComeBack() {
        m_daemon->answer(QStringLiteral("plugin.get"), {{"id", "firewall-bridge"}, {"state", "Running"}});
        const Outcome outcome = run(words("firewall remove"));
        QCOMPARE(outcome.exitCode, 1);
        QCOMPARE(outcome.out, QString());
        QVERIFY(outcome.err.contains(QStringLiteral("fos1ctl plugin stop firewall-bridge")));
    }

   private:
    std::unique_ptr<FakeDaemon> m_daemon;
};

QTEST_GUILESS_MAIN(TestCtlFirewall)
#include "tst_ctl_firewall.moc"
