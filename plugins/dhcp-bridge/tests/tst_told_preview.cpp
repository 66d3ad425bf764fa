// SPDX-License-Identifier: GPL-2.0-or-later
// What a preview says of other offers.
#include <QCborArray>
#include <QTest>

#include "core/told_preview.h"

using namespace fos1;
using namespace fos1::dhcp;

namespace {

std::vector<net::IpAddress> addresses(const QStringList& texts) {
    std::vector<net::IpAddress> all;
    for (const QString& each : texts) all.push_back(*net::IpAddress::parse(each));
    return all;
}

SubnetPlan tell(const QStringList& texts, const QStringList& inPool = {}) {
    SubnetPlan plan;
    plan.ownership = Ownership::Ours;
    plan.addresses = addresses(texts);
    plan.pools = {addresses(inPool)};
    return plan;
}

SubnetPlan keep() {
    SubnetPlan plan = tell({});
    plan.keeps = true;
    return plan;
}

QStringList lines(const QCborMap& answer) {
    QStringList all;
    const QCborArray list = answer.value(QStringLiteral("sections"))[0][QStringLiteral("lines")].toArray();
    for (const QCborValue& each : list) all.append(each.toString());
    return all;
}

}  // namespace

class TestToldPreview : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void differences_data() {
        QTest::addColumn<SubnetPlan>("now");
        QTest::addColumn<SubnetPlan>("then");
        QTest::addColumn<QStringList>("expected");
        const QString a = QStringLiteral("lan4 10.1.0.0/24: 10.1.0.1");
        QTest::newRow("the same") << tell({"10.1.0.1"}) << tell({"10.1.0.1"}) << QStringList();
        QTest::newRow("lost") << tell({"10.1.0.1"}) << tell({}) << QStringList{"- " + a};
        QTest::newRow("won") << tell({}) << tell({"10.1.0.1"}) << QStringList{"+ " + a};
        QTest::newRow("others") << tell({"10.1.0.1"}) << tell({"192.0.2.1", "192.0.2.2"})
                                << QStringList{"- " + a, "+ lan4 10.1.0.0/24: 192.0.2.1, 192.0.2.2"};
        QTest::newRow("kept") << tell({"10.1.0.1"}) << keep() << QStringList();
        QTest::newRow("no longer kept") << keep() << tell({}) << QStringList{"- " + a};
        QTest::newRow("in a pool") << tell({"10.1.0.1"}) << tell({"10.1.0.1"}, {"192.0.2.1"})
                                   << QStringList{"+ lan4 10.1.0.0/24, pool 10.1.0.8-10.1.0.9: 192.0.2.1"};
    }
    void differences() {
        QFETCH(const SubnetPlan, now);
        QFETCH(const SubnetPlan, then);
        QFETCH(const QStringList, expected);
        Subnet subnet;
        subnet.text = QStringLiteral("10.1.0.0/24");
        subnet.ours = addresses({"10.1.0.1"});
        subnet.pools = {{net::IpRange{addresses({"10.1.0.8"})[0], addresses({"10.1.0.9"})[0]}, false}};
        const QCborMap answer = describeTold({{"lan4", {subnet}, {now}, {then}}}, {});
        QCOMPARE(lines(answer), expected);
        QCOMPARE(answer.isEmpty(), expected.isEmpty());
        if (!expected.isEmpty())
            QCOMPARE(answer.value(QStringLiteral("summary")).toString(),
                     QStringLiteral("DHCP clients of 1 subnet would be told other NTP servers."));
    }

    void aServerThatWasNotRead() {
        const QCborMap answer = describeTold({}, {"lan6"});
        QVERIFY(answer.value(QStringLiteral("summary")).toString().contains(u"the clients of lan6"));
        QCOMPARE(answer.value(QStringLiteral("disruption")).toString(), QStringLiteral("none"));
    }

    void thousandsAreCounted() {
        Foreseen all{"lan4", {}, {}, {}};
        for (int i = 0; i < 700; ++i) {
            all.subnets.emplace_back();
            all.now.push_back(tell({}));
            all.then.push_back(tell({"10.1.0.1"}));
        }
        const QCborMap answer = describeTold({all}, {});
        QCOMPARE(lines(answer).size(), 501);
        QCOMPARE(lines(answer).last(), QStringLiteral("  and 200 more"));
        QVERIFY(answer.value(QStringLiteral("summary")).toString().contains(u"700 subnets"));
    }
};

QTEST_GUILESS_MAIN(TestToldPreview)
#include "tst_told_preview.moc"
