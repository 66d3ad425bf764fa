// SPDX-License-Identifier: GPL-2.0-or-later
// The page of the firewall: all VLANs, one VLAN, and an unknown one.
#include <QCborArray>
#include <QTest>

#include "fos1/page.h"
#include "pages/firewall_pages.h"

using namespace fos1;
using namespace fos1::firewall;

namespace {

std::map<QString, EnforcedState> two() {
    EnforcedState good;
    good.interface = QStringLiteral("lan.10");
    good.enforced = true;
    good.policy = QStringLiteral("open for client requests on udp/123");
    good.admitted = {12, 912};
    good.redirected = {1, 76};
    EnforcedState bad;
    bad.policy = QStringLiteral("closed");
    bad.reason = QStringLiteral("The VLAN has no link.");
    return {{QStringLiteral("vlan-10"), good}, {QStringLiteral("vlan-20"), bad}};
}

QCborMap firstSection(const QCborMap& document) {
    return document.value(QStringLiteral("sections")).toArray().at(0).toMap();
}

}  // namespace

class TestFirewallPages : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void all() {
        const QCborMap page = enforcementPage(two(), {}, {});
        QVERIFY(page::check(page));
        const QCborArray rows = firstSection(page)[QStringLiteral("table")].toMap()[QStringLiteral("rows")].toArray();
        QCOMPARE(rows.size(), 2);
        QCOMPARE(rows.at(0)[QStringLiteral("cells")].toArray().at(3).toInteger(), 12);
        QVERIFY(!rows.at(0).toMap().contains(QStringLiteral("trouble")));
        QVERIFY(rows.at(1)[QStringLiteral("trouble")].toBool());
        QVERIFY(rows.at(1)[QStringLiteral("cells")].toArray().at(1).isNull());
    }

    void one() {
        const QCborMap page = enforcementPage(two(), {}, QStringLiteral("vlan-20"));
        QVERIFY(page::check(page));
        for (const QCborValue& field : firstSection(page)[QStringLiteral("fields")].toArray())
            if (field[QStringLiteral("label")].toString() == u"Enforced") {
                QCOMPARE(field[QStringLiteral("note")].toString(), QStringLiteral("The VLAN has no link."));
                QVERIFY(field[QStringLiteral("trouble")].toBool());
                return;
            }
        QFAIL("no field \"Enforced\"");
    }

    /// Where requests are redirected, whose are not. Many sources are only counted.
    void ownSources_data() {
        QTest::addColumn<QStringList>("addresses");
        QTest::addColumn<QString>("sentence");
        QStringList many;
        for (int i = 1; i <= 9; ++i) many.append(QStringLiteral("10.0.0.%1").arg(i));
        QTest::newRow("none") << QStringList() << QString();
        QTest::newRow("one") << QStringList{"10.0.0.1"}
                             << "Requests of 1 time source of this node are not redirected: 10.0.0.1.";
        QTest::newRow("two") << QStringList{"10.0.0.1", "fd00::1"}
                             << "Requests of 2 time sources of this node are not redirected: 10.0.0.1, fd00::1.";
        QTest::newRow("many") << many << "Requests of 9 time sources of this node are not redirected.";
    }
    void ownSources() {
        QFETCH(const QStringList, addresses);
        QFETCH(const QString, sentence);
        const auto lines = [](const QCborMap& page) {
            return page.value(QStringLiteral("sections"))[1][QStringLiteral("lines")][0].toString();
        };
        auto vlans = two();
        vlans[QStringLiteral("vlan-10")].redirect = true;
        const QCborMap all = enforcementPage(vlans, addresses, {});
        QVERIFY(page::check(all));
        QCOMPARE(lines(all), sentence);
        QCOMPARE(lines(enforcementPage(vlans, addresses, QStringLiteral("vlan-10"))), sentence);
        QCOMPARE(lines(enforcementPage(vlans, addresses, QStringLiteral("vlan-20"))), QString());
    }

    void unknown() {
        const QString error = enforcementPage(two(), {}, QStringLiteral("vlan-30"))[QStringLiteral("error")].toString();
        QVERIFY2(error.startsWith(QStringLiteral("VLAN \"vlan-30\" is unknown")), qPrintable(error));
        QVERIFY(page::check(enforcementPage({}, {}, {})));
    }
};

QTEST_GUILESS_MAIN(TestFirewallPages)
#include "tst_firewall_pages.moc"
