// SPDX-License-Identifier: GPL-2.0-or-later
// Which file of our own tells the clients of which range, by which tag, and who is left to the administrator.
#include <QTest>

#include "core/offer_rules.h"
#include "dnsmasq/dnsmasq_subnets.h"

using namespace fos1;
using namespace fos1::dhcp;

namespace {

VlanOffer offer(const QString& interface, const std::vector<time::ServedAddress>& addresses) {
    time::ServiceState state;
    state.interface = interface;
    state.addresses = addresses;
    state.port = 123;
    state.accepting = state.advertise = state.dhcp = true;
    return offerOf(state, OnLoss::Withdraw);
}

Offers offers() {
    Offers offers;
    offers.vlans["a"] = offer("lan.1", {{"10.1.0.1", 24}, {"fd01::1", 64}});
    offers.vlans["b"] = offer("lan.2", {{"10.2.0.1", 24}, {"fd02::1", 64}});
    // Its clients come through a relay.
    offers.vlans["far"] = offer({}, {{"10.9.0.1", 32}});
    return offers;
}

DnsmasqPlan planOf(const QString& text, const Offers& offers, const DnsmasqOptionFiles& present = {},
                   Sntp sntp = Sntp::Omitted) {
    DnsmasqConfig config;
    readConfiguration(text, QStringLiteral("conf"), config);
    return planDnsmasq(config, offers, sntp, present);
}

/// "fos1-ntp-v4-lan.1: tag:lan.1,option:ntp-server,10.1.0.1; …"
QString textOf(const DnsmasqOptionFiles& files) {
    QStringList all;
    for (const auto& [name, content] : files) {
        QStringList lines = QString::fromUtf8(content).split(u'\n', Qt::SkipEmptyParts);
        lines.removeFirst();
        all.append(name + QStringLiteral(": ") + lines.join(u'|'));
    }
    return all.join(QStringLiteral("; "));
}

}  // namespace

class TestDnsmasqSubnets : public QObject {
    Q_OBJECT

   private Q_SLOTS:
    static void files_data() {
        QTest::addColumn<QString>("config");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* name, const char* config, const char* expected) {
            QTest::newRow(name) << QString::fromLatin1(config) << QString::fromLatin1(expected);
        };
        row("by interface", "dhcp-range=10.1.0.50,10.1.0.99\n",
            "fos1-ntp-v4-lan.1: tag:lan.1,option:ntp-server,10.1.0.1");
        row("by the range's tag", "dhcp-range=set:red,10.1.0.50,10.1.0.99\n",
            "fos1-ntp-v4-red: tag:red,option:ntp-server,10.1.0.1");
        row("two ranges of a subnet", "dhcp-range=10.1.0.50,10.1.0.59\ndhcp-range=10.1.0.80,10.1.0.99\n",
            "fos1-ntp-v4-lan.1: tag:lan.1,option:ntp-server,10.1.0.1");
        row("one tag for two subnets", "dhcp-range=set:x,10.1.0.50,10.1.0.59\ndhcp-range=set:x,10.2.0.80,10.2.0.99\n",
            "fos1-ntp-v4-lan.1: tag:lan.1,option:ntp-server,10.1.0.1; "
            "fos1-ntp-v4-lan.2: tag:lan.2,option:ntp-server,10.2.0.1");
        row("a range of nobody's", "dhcp-range=10.7.0.50,10.7.0.99\n", "");
        row("IPv6", "dhcp-range=fd01::100,fd01::200\n", "fos1-ntp-v6-lan.1: tag:lan.1,option6:ntp-server,[fd01::1]");
        row("IPv6 by constructor", "dhcp-range=::100,::200,constructor:lan*\n",
            "fos1-ntp-v6-lan.1: tag:lan.1,option6:ntp-server,[fd01::1]; "
            "fos1-ntp-v6-lan.2: tag:lan.2,option6:ntp-server,[fd02::1]");
        row("an administrator's for all", "dhcp-range=10.1.0.50,10.1.0.99\ndhcp-option=42,10.1.0.9\n", "");
        row("an administrator's for the interface",
            "dhcp-range=set:red,10.1.0.50,10.1.0.99\ndhcp-option=tag:lan.1,42,10.1.0.9\ndhcp-range=10.2.0.50,10.2.0."
            "99\n",
            "fos1-ntp-v4-lan.2: tag:lan.2,option:ntp-server,10.2.0.1");
        row("an administrator's for the range",
            "dhcp-range=set:red,10.1.0.50,10.1.0.99\ndhcp-option=tag:red,option:ntp-server,10.1.0.9\n", "");
        row("an administrator's for a class",
            "dhcp-range=10.1.0.50,10.1.0.99\ndhcp-option=tag:phones,option:ntp-server,10.1.0.9\n",
            "fos1-ntp-v4-lan.1: tag:lan.1,tag:!phones,option:ntp-server,10.1.0.1");
        row("an administrator's that says: none", "dhcp-range=10.1.0.50,10.1.0.99\ndhcp-option=option:ntp-server\n",
            "");
        row("of the other family", "dhcp-range=10.1.0.50,10.1.0.99\ndhcp-option=option6:ntp-server,[fd01::9]\n",
            "fos1-ntp-v4-lan.1: tag:lan.1,option:ntp-server,10.1.0.1");
        row("requests of a relay come through an interface as well",
            "dhcp-range=10.1.0.50,10.1.0.99\ndhcp-range=set:far,10.9.0.50,10.9.0.99,255.255.255.0\n",
            "fos1-ntp-v4-far: tag:far,option:ntp-server,10.9.0.1; "
            "fos1-ntp-v4-lan.1: tag:lan.1,tag:!far,option:ntp-server,10.1.0.1");
        row("an odd tag", "dhcp-range=set:a b,10.1.0.50,10.1.0.99\n", "");
    }
    static void files() {
        QFETCH(const QString, config);
        QFETCH(const QString, expected);
        QCOMPARE(textOf(planOf(config, offers()).files), expected);
    }

    static void aRelayedRangeNeedsATag() {
        const DnsmasqPlan plan = planOf("dhcp-range=10.9.0.50,10.9.0.99,255.255.255.0\n", offers());
        QVERIFY(plan.files.empty());
        QVERIFY(plan.table.plans.front().problem.contains("set:NAME"));
        QVERIFY(plan.table.plans.front().problem.contains("conf:1"));
    }

    static void rowsSayWhatAnAdministratorHasSet() {
        const DnsmasqPlan plan = planOf(
            "dhcp-range=10.1.0.50,10.1.0.99,2h\ndhcp-option=tag:phones,42,10.1.0.9\ndhcp-range=10.2.0.50,10.2.0.99\n"
            "dhcp-option=tag:lan.2,42,10.2.0.9\n",
            offers());
        QCOMPARE(plan.table.subnets.size(), std::size_t{2});
        const Subnet& first = plan.table.subnets[0];
        QCOMPARE(first.text, QStringLiteral("10.1.0.0/24"));
        QCOMPARE(first.rebind, std::chrono::seconds(6300));
        QCOMPARE(first.foreign.size(), std::size_t{1});
        QVERIFY(!first.foreign.front().wouldBeReplaced);
        QVERIFY(first.foreign.front().where.contains("phones"));
        QVERIFY(plan.table.plans[0].ownership == Ownership::Ours);
        QVERIFY(plan.table.plans[1].ownership == Ownership::Foreign);
        QVERIFY(plan.table.plans[1].reason.contains("10.2.0.9"));
    }

    static void sntpBesideNtp() {
        const QString config = "dhcp-range=fd01::100,fd01::200\ndhcp-range=10.1.0.50,10.1.0.99\n";
        QCOMPARE(textOf(planOf(config, offers(), {}, Sntp::Told).files),
                 QStringLiteral("fos1-ntp-v4-lan.1: tag:lan.1,option:ntp-server,10.1.0.1; fos1-ntp-v6-lan.1: "
                                "tag:lan.1,option6:ntp-server,[fd01::1]|tag:lan.1,option6:sntp-server,[fd01::1]"));
        QVERIFY(!textOf(planOf(config + "dhcp-option=option6:31,[fd01::9]\n", offers(), {}, Sntp::Told).files)
                     .contains("sntp"));
    }

    static void ourFilesAreRecognized() {
        const QString config = "dhcp-range=10.1.0.50,10.1.0.99\n";
        const DnsmasqOptionFiles present = planOf(config, offers()).files;
        QVERIFY(isOurFile(present.begin()->first, present.begin()->second) == true);
        QVERIFY(isOurFile("fos1-ntp-v4-lan.1", "42,10.0.0.1\n") == std::nullopt);
        QVERIFY(isOurFile("hand-made", "42,10.0.0.1\n") == false);
        QVERIFY(isOurFile(".fos1-ntp-new", {}) == false);

        Offers keep = offers();
        keep.vlans["a"].wish = Wish::Keep;
        const DnsmasqPlan kept = planOf(config, keep, present);
        QCOMPARE(kept.files, present);
        QVERIFY(kept.table.plans.front().keeps);
        QCOMPARE(kept.table.subnets.front().ours.size(), std::size_t{1});
        QVERIFY(planOf(config, keep).files.empty());

        Offers nothing;
        nothing.withdrawsAll = true;
        QVERIFY(planOf(config, nothing, present).files.empty());
    }

    static void whatReplacesWhat() {
        const auto lines = [](const char* text) { return QByteArray("# x\n") + text; };
        const QByteArray one = lines("tag:a,option:ntp-server,10.0.0.1\n");
        QVERIFY(replacesFully(one, lines("tag:a,option:ntp-server,10.0.0.2,10.0.0.3\n")));
        QVERIFY(replacesFully({}, one));
        QVERIFY(!replacesFully(one, {}));
        QVERIFY(!replacesFully(one, lines("tag:a,tag:!b,option:ntp-server,10.0.0.1\n")));
        QVERIFY(!replacesFully(lines("tag:a,option6:ntp-server,[::1]\ntag:a,option6:sntp-server,[::1]\n"),
                               lines("tag:a,option6:ntp-server,[::1]\n")));
    }

    static void aLineFitsDnsmasqsBuffer() {
        QString config = "dhcp-range=10.1.0.50,10.1.0.99\n";
        for (int i = 0; i < 200; ++i) config += QStringLiteral("dhcp-option=tag:class-%1,42,10.1.0.9\n").arg(i);
        const DnsmasqPlan plan = planOf(config, offers());
        QVERIFY(plan.files.empty());
        QVERIFY(plan.table.plans.front().problem.contains("set:NAME"));
        const DnsmasqPlan tagged = planOf("dhcp-range=set:x,10.1.0.50,10.1.0.99\n", offers());
        QCOMPARE(tagged.files.size(), std::size_t{1});
    }
};

QTEST_APPLESS_MAIN(TestDnsmasqSubnets)
#include "tst_dnsmasq_subnets.moc"
