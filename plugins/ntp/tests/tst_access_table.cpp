// SPDX-License-Identifier: GPL-2.0-or-later
// What is sent to a running chronyd so that its access table answers as wanted, though no rule can be taken away.
#include <QTest>

#include "core/access_table.h"

using namespace fos1::ntp;

namespace {

AccessRule rule(const QString& text) {
    const QStringList words = text.split(u' ');
    const Permission permission = words.at(0) == QStringLiteral("allow")  ? Permission::Allow
                                  : words.at(0) == QStringLiteral("deny") ? Permission::Deny
                                                                          : Permission::Unknown;
    return {*IpPrefix::parse(words.at(1)), permission};
}

std::vector<AccessRule> rules(const QString& text) {
    std::vector<AccessRule> result;
    for (const QString& line : text.split(QStringLiteral(", "), Qt::SkipEmptyParts)) result.push_back(rule(line));
    return result;
}

QString text(const std::vector<AccessRule>& rules) {
    QStringList lines;
    for (const AccessRule& rule : rules)
        lines << (rule.permission == Permission::Allow ? QStringLiteral("allow ") : QStringLiteral("deny ")) +
                     rule.network.text();
    return lines.join(QStringLiteral(", "));
}

}  // namespace

class TestAccessTable : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void commands_data() {
        QTest::addColumn<QString>("held");
        QTest::addColumn<QString>("wanted");
        QTest::addColumn<QString>("commands");
        const auto row = [](const char* name, const char* held, const char* wanted, const char* commands) {
            QTest::newRow(name) << QString(held) << QString(wanted) << QString(commands);
        };
        row("nothing", "", "", "");
        row("the same", "allow 10.0.0.0/8", "allow 10.0.0.0/8", "");
        row("added", "", "allow 10.0.0.0/8", "allow 10.0.0.0/8");
        row("taken away: nobody is served without a rule", "allow 10.0.0.0/8", "", "deny 10.0.0.0/8");
        row("taken away below another one", "allow 10.0.0.0/8, deny 10.1.0.0/16", "allow 10.0.0.0/8",
            "allow 10.1.0.0/16");
        row("turned round with what was taken away before", "allow 10.0.0.0/8, allow 10.1.0.0/16", "deny 10.0.0.0/8",
            "deny 10.0.0.0/8, deny 10.1.0.0/16");
        row("those within a prefix that is sent follow it", "deny 10.0.0.0/9, allow 10.16.0.0/12",
            "allow 10.0.0.0/9, allow 10.16.0.0/12", "allow 10.0.0.0/9, allow 10.16.0.0/12");
        row("others are left alone", "allow 10.0.0.0/8, allow fd00::/8", "deny 10.0.0.0/8, allow fd00::/8",
            "deny 10.0.0.0/8");
        row("a longer rule does not decide for a shorter one", "allow 10.0.0.0/8", "deny 10.0.0.0/16",
            "deny 10.0.0.0/8, deny 10.0.0.0/16");
        row("what is not known is sent again", "unknown 10.0.0.0/8", "", "deny 10.0.0.0/8");
    }
    void commands() {
        QFETCH(QString, held);
        QFETCH(QString, wanted);
        QFETCH(QString, commands);
        AccessTable table(rules(held));
        const auto found = table.commandsFor(rules(wanted));
        QCOMPARE(text(found), commands);
        table.carriedOut(found);
        QCOMPARE(text(table.commandsFor(rules(wanted))), QString());
    }

    void decisions() {
        const auto table = rules(QStringLiteral("allow 10.0.0.0/8, deny 10.1.0.0/16, allow 10.1.2.0/24"));
        const auto answer = [&](const char* address) { return decide(table, *IpAddress::parse(QString(address))); };
        QVERIFY(answer("10.0.0.1") == Permission::Allow);
        QVERIFY(answer("10.1.0.1") == Permission::Deny);
        QVERIFY(answer("10.1.2.3") == Permission::Allow);
        QVERIFY(answer("11.0.0.1") == Permission::Deny);
        QVERIFY(answer("fd00::1") == Permission::Deny);
    }

    void probes() {
        QStringList addresses;
        for (const IpAddress& address :
             probesOf(rules(QStringLiteral("allow 10.0.0.0/8, deny 10.0.0.0/16, allow fd00::/64"))))
            addresses << address.text();
        QCOMPARE(addresses,
                 (QStringList{"10.0.0.0", "10.0.255.255", "10.255.255.255", "fd00::", "fd00::ffff:ffff:ffff:ffff"}));
    }

    /// As much as possible, and no rule of ours.
    void roomAroundAnAddress_data() {
        QTest::addColumn<QStringList>("rules");
        QTest::addColumn<QString>("address");
        QTest::addColumn<QString>("room");
        QTest::newRow("no rule") << QStringList() << "192.0.2.1"
                                 << "0.0.0.0/0";
        QTest::newRow("a rule of the other family") << QStringList("::/0") << "192.0.2.1"
                                                    << "0.0.0.0/0";
        QTest::newRow("everybody is denied") << QStringList("0.0.0.0/0") << "192.0.2.1"
                                             << "0.0.0.0/0";
        QTest::newRow("far away") << QStringList("10.0.0.0/8") << "192.0.2.1"
                                  << "128.0.0.0/1";
        QTest::newRow("a neighbor") << QStringList("192.0.2.0/25") << "192.0.2.200"
                                    << "192.0.2.128/25";
        QTest::newRow("within a denied one") << QStringList{"10.0.0.0/8", "10.7.0.0/16"} << "10.8.0.1"
                                             << "10.8.0.0/13";
        QTest::newRow("a denied one itself") << QStringList{"10.0.0.0/8", "10.7.0.0/16"} << "10.7.0.1"
                                             << "10.7.0.0/16";
        QTest::newRow("next to a host") << QStringList("192.0.2.0/32") << "192.0.2.1"
                                        << "192.0.2.1/32";
        QTest::newRow("IPv6") << QStringList("fd00::/64") << "fd00:0:0:1::1"
                              << "fd00:0:0:1::/64";
    }
    void roomAroundAnAddress() {
        QFETCH(QStringList, rules);
        QFETCH(QString, address);
        QFETCH(QString, room);
        PrefixTable<Permission> table;
        for (const QString& each : rules) table.set(*IpPrefix::parse(each), Permission::Deny);
        QCOMPARE(roomAround(table, *IpAddress::parse(address)).text(), room);
    }
};

QTEST_GUILESS_MAIN(TestAccessTable)
#include "tst_access_table.moc"
