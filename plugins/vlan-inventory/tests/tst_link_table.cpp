// SPDX-License-Identifier: GPL-2.0-or-later
// Links and addresses that appear, change, are renamed and disappear.
#include <QTest>

#include "support/made_up_links.h"

using namespace fos1::vlan;
using namespace fos1::vlan::test;

namespace {

QStringList texts(const LinkTable& table, int index) {
    QStringList list;
    for (const LinkAddress& each : table.addresses(index)) list.append(each.own.text());
    return list;
}

}  // namespace

class TestLinkTable : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void isFoundByNumberNameAndTag() {
        LinkTable table;
        QVERIFY(table.apply(link(2, "lan")));
        QVERIFY(table.apply(vlanLink(3, "guests", 2, 10)));
        QCOMPARE(table.find(3)->name, QStringLiteral("guests"));
        QCOMPARE(table.find(QStringLiteral("guests"))->index, 3);
        QCOMPARE(table.findVlan(2, VlanId{10})->index, 3);
        QVERIFY(!table.findVlan(2, VlanId{11}));
        QVERIFY(!table.findVlan(3, VlanId{10}));
        QVERIFY(!table.find(4));
        QVERIFY(!table.find(QString()));
    }

    void theSameAgainIsNoChange() {
        LinkTable table;
        QVERIFY(table.apply(vlanLink(3, "lan.10", 2, 10)));
        QVERIFY(!table.apply(vlanLink(3, "lan.10", 2, 10)));
        QVERIFY(table.apply(address(3, "10.0.0.1/24", "10.0.0.255")));
        QVERIFY(!table.apply(address(3, "10.0.0.1/24", "10.0.0.255")));
        QVERIFY(table.apply(address(3, "10.0.0.1/24")));
        QVERIFY(!table.apply(noAddress(3, "10.0.0.2/24")));
        QVERIFY(!table.apply(noAddress(4, "10.0.0.1/24")));
        QVERIFY(!table.apply(noLink(9)));
    }

    void renamed() {
        LinkTable table;
        table.apply(vlanLink(3, "lan.10", 2, 10));
        QVERIFY(table.apply(vlanLink(3, "guests", 2, 10)));
        QVERIFY(!table.find(QStringLiteral("lan.10")));
        QCOMPARE(table.find(QStringLiteral("guests"))->index, 3);
        QCOMPARE(table.findVlan(2, VlanId{10})->name, QStringLiteral("guests"));
    }

    /// a becomes b while b becomes a: a later message with the old name must not remove the new one.
    void namesSwapped() {
        LinkTable table;
        table.apply(link(2, "a"));
        table.apply(link(3, "b"));
        table.apply(link(2, "b"));
        table.apply(link(3, "a"));
        QCOMPARE(table.find(QStringLiteral("a"))->index, 3);
        QCOMPARE(table.find(QStringLiteral("b"))->index, 2);
    }

    void deletedWithItsAddressesAndMadeAgain() {
        LinkTable table;
        table.apply(vlanLink(3, "lan.10", 2, 10));
        table.apply(address(3, "10.0.0.1/24"));
        QVERIFY(table.apply(noLink(3)));
        QVERIFY(!table.find(QStringLiteral("lan.10")));
        QVERIFY(!table.findVlan(2, VlanId{10}));
        QCOMPARE(texts(table, 3), QStringList());
        QCOMPARE(table.size(), std::size_t(0));
        QVERIFY(table.apply(vlanLink(4, "lan.10", 2, 10)));
        QCOMPARE(table.findVlan(2, VlanId{10})->index, 4);
        QVERIFY(table == [] {
            LinkTable fresh;
            fresh.apply(vlanLink(4, "lan.10", 2, 10));
            return fresh;
        }());
    }

    void theOuterTagComesSecond() {
        LinkTable table;
        table.apply(vlanLink(4, "provider", 2, 10, TagProtocol::Ieee8021Ad));
        QCOMPARE(table.findVlan(2, VlanId{10})->index, 4);
        table.apply(vlanLink(3, "customer", 2, 10));
        QCOMPARE(table.findVlan(2, VlanId{10})->index, 3);
        table.apply(noLink(3));
        QCOMPARE(table.findVlan(2, VlanId{10})->index, 4);
    }

    /// The index of a parent in another network namespace belongs to another link here.
    void aParentElsewhereIsNone() {
        LinkTable table;
        table.apply(vlanLink(3, "lan.10", 0, 10));
        QVERIFY(!table.findVlan(0, VlanId{10}));
    }

    void addressesAreInOrder() {
        LinkTable table;
        for (const char* each : {"fd00::1/64", "10.0.0.10/24", "10.0.0.9/24", "10.0.0.9/16"})
            table.apply(address(3, each));
        QCOMPARE(texts(table, 3), QStringList({"10.0.0.9/16", "10.0.0.9/24", "10.0.0.10/24", "fd00::1/64"}));
        QVERIFY(table.apply(noAddress(3, "10.0.0.9/24")));
        QCOMPARE(texts(table, 3), QStringList({"10.0.0.9/16", "10.0.0.10/24", "fd00::1/64"}));
    }
};

QTEST_GUILESS_MAIN(TestLinkTable)
#include "tst_link_table.moc"
