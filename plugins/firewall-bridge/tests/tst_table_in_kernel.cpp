// SPDX-License-Identifier: GPL-2.0-or-later
// The table in the real kernel, in network namespaces of the test's own: after thousands of changes by element the
// table equals the one written from the last plan alone. FOS1_EDITS: number of changes, 200 by default.
#include <sched.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRandomGenerator>
#include <QTest>
#include <thread>

#include "isolation.h"
#include "nft/nft_session.h"

using namespace fos1;
using namespace fos1::firewall;
using namespace std::chrono_literals;

namespace {

/// A set's elements or a chain's rules in their effective order, by "set NAME" or "chain NAME".
using Listing = std::map<QString, QStringList>;

QString text(const QJsonValue& value) {
    return QString::fromUtf8(QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact));
}

Listing listed(NftSession& session) {
    const auto json = session.list(QByteArray("table ") + kTable);
    if (!json) qFatal("%s", qPrintable(json.error().text()));
    Listing listing;
    const QJsonArray objects = QJsonDocument::fromJson(*json).object()[u"nftables"].toArray();
    for (const QJsonValue& each : objects) {
        const QString kind = each.toObject().keys().value(0);
        QJsonObject object = each[kind].toObject();
        object.remove(u"handle");
        const QString name = object[u"name"].toString();
        if (kind == u"rule") {
            listing[QStringLiteral("chain ") + object[u"chain"].toString()].append(text(object[u"expr"]));
        } else if (kind == u"set" || kind == u"map") {
            QStringList& elements = listing[QStringLiteral("set ") + name];
            const QJsonArray found = object[u"elem"].toArray();
            for (const QJsonValue& element : found) elements.append(text(element));
            elements.sort();
            object.remove(u"elem");
            elements.prepend(text(object));
        } else if (kind == u"chain") {
            listing[QStringLiteral("chain ") + name].prepend(text(object));
        }
    }
    return listing;
}

/// Describes the first difference.
QString difference(const Listing& a, const Listing& b) {
    for (const auto& [name, content] : a) {
        const auto other = b.find(name);
        if (other == b.end()) return name + QStringLiteral(" is too much");
        if (content != other->second)
            return name + QStringLiteral(" is ") + content.join(u'\n') + QStringLiteral("\nnot ") +
                   other->second.join(u'\n');
    }
    for (const auto& [name, content] : b)
        if (!a.contains(name)) return name + QStringLiteral(" is missing");
    return {};
}

/// Random VLANs and groups, changed one at a time.
class Edits {
   public:
    explicit Edits(quint32 seed) : m_random(seed) {}

    [[nodiscard]] FirewallPlan plan() const { return planFirewall(m_vlans, m_groups, m_sources).plan; }

    void next() {
        if (chance(8))
            editSources();
        else if (chance(3))
            editGroup();
        else
            editVlan();
    }

   private:
    [[nodiscard]] bool chance(int of) { return m_random.bounded(of) == 0; }
    [[nodiscard]] std::optional<time::ServedRate> rate() {
        if (chance(2)) return std::nullopt;
        static constexpr std::chrono::nanoseconds kIntervals[] = {62'500us, 1s, 8s, 7s, 4096s};
        return time::ServedRate{kIntervals[m_random.bounded(5)], m_random.bounded(1, 4)};
    }
    void editVlan() {
        const QString name = QStringLiteral("vlan-%1").arg(m_random.bounded(24));
        if (chance(6)) {
            m_vlans.erase(name);
            return;
        }
        time::ServiceState& vlan = m_vlans[name];
        vlan.interface = chance(10) ? QString() : QStringLiteral("lan.") + name.mid(5);
        vlan.port = chance(8) ? 1123 : 123;
        vlan.accepting = !chance(3);
        vlan.clientsOnly = !chance(3);
        vlan.broadcast = chance(3);
        vlan.redirect = chance(3);
        vlan.ntsPort = chance(2) ? 4460 : 0;
        vlan.rateLimit = rate();
    }
    void editGroup() {
        const QString name = QStringLiteral("group-%1").arg(m_random.bounded(6));
        if (chance(3)) {
            m_groups.erase(name);
            return;
        }
        // Without groups the quick path is used.
        if (chance(5)) {
            m_groups.clear();
            return;
        }
        time::ClientState& group = m_groups[name];
        group.networks.clear();
        for (int i = m_random.bounded(1, 5); i > 0; --i) {
            const int length = m_random.bounded(33);
            const quint32 mask = length == 0 ? 0 : ~quint32{0} << (32 - length);
            const quint32 host = (0x0a000000 | (m_random.generate() & 0xffff)) & mask;
            group.networks.append(QStringLiteral("%1.%2.%3.%4/%5")
                                      .arg(host >> 24)
                                      .arg(host >> 16 & 0xff)
                                      .arg(host >> 8 & 0xff)
                                      .arg(host & 0xff)
                                      .arg(length));
            group.networks.append(
                QStringLiteral("fd00:%1::/%2").arg(m_random.bounded(4)).arg(m_random.bounded(32, 129)));
        }
        group.allow = !chance(3);
        group.requireNts = chance(3);
        group.redirect = chance(3);
        group.rateLimit = rate();
    }

    void editSources() {
        QStringList& addresses = m_sources[QStringLiteral("main")].addresses;
        addresses.clear();
        for (int i = m_random.bounded(0, 5); i > 0; --i)
            addresses.append(
                (chance(2) ? QStringLiteral("10.9.0.%1") : QStringLiteral("fd09::%1")).arg(m_random.bounded(1, 9)));
    }

    QRandomGenerator m_random;
    VlanStates m_vlans;
    GroupStates m_groups;
    SourceStates m_sources;
};

}  // namespace

class TestTableInKernel : public QObject {
    Q_OBJECT

    std::unique_ptr<NftSession> m_kernel;
    std::unique_ptr<NftSession> m_twin;  ///< in another network namespace, where tables are written as a whole

   private Q_SLOTS:
    void initTestCase() {
        m_kernel = std::make_unique<NftSession>();
        // A netlink socket stays in the network namespace in which it was opened.
        std::thread([this] {
            if (::unshare(CLONE_NEWNET) == 0) m_twin = std::make_unique<NftSession>();
        }).join();
        QVERIFY(m_twin);
    }

    void changesLeadToThePlan() {
        bool isGiven = false;
        const int given = qEnvironmentVariableIntValue("FOS1_EDITS", &isGiven);
        Edits edits(20260101);
        FirewallPlan before = edits.plan();
        const auto begun = m_kernel->run(tableText(before) + completionText(before, {}));
        QVERIFY2(begun, begun ? "" : qPrintable(begun.error().text()));
        for (int i = 0; i < (isGiven ? given : 200); ++i) {
            edits.next();
            const FirewallPlan after = edits.plan();
            const QByteArray change = changeText(before, after);
            QCOMPARE(change.isEmpty(), before == after);
            if (change.isEmpty()) continue;
            const auto changed = m_kernel->run(change);
            QVERIFY2(changed, changed ? "" : (changed.error().text().toUtf8() + '\n' + change).constData());
            const auto made = m_twin->run(tableText(after) + completionText(after, {}));
            QVERIFY2(made, made ? "" : (made.error().text().toUtf8() + '\n' + tableText(after)).constData());
            const Listing now = listed(*m_kernel);
            const QString mistake = difference(now, listed(*m_twin));
            QVERIFY2(mistake.isEmpty(), qPrintable(QStringLiteral("edit %1: %2").arg(i).arg(mistake)));
            // Guards against the same mistake in both tables: each VLAN's path matches the plan.
            QStringList ways;
            for (const auto& [interface, chain] : after.vlans)
                ways.append(QStringLiteral("[[\"%1\",{\"goto\":{\"target\":\"%2\"}}]]").arg(interface, chain));
            ways.sort();
            QCOMPARE(now.at(QStringLiteral("set vlans")).mid(1), ways);
            before = after;
        }
    }

    void countersGoOn() {
        time::ServiceState vlan;
        vlan.interface = QStringLiteral("lan.1");
        vlan.port = 123;
        const FirewallPlan plan = planFirewall({{QStringLiteral("a"), vlan}}, {}).plan;
        Counters counters;
        counters.admitted[vlan.interface] = {5, 400};
        counters.refused[vlan.interface] = {(quint64{1} << 52) + 1, 7};
        QVERIFY(m_kernel->run(tableText(plan)));
        QVERIFY(m_kernel->run(completionText(plan, counters)));
        const auto read = m_kernel->counters();
        QVERIFY2(read, read ? "" : qPrintable(read.error().text()));
        QVERIFY(*read == counters);
        vlan.accepting = true;
        QVERIFY(m_kernel->run(changeText(plan, planFirewall({{QStringLiteral("a"), vlan}}, {}).plan)));
        QVERIFY(*m_kernel->counters() == counters);
        QCOMPARE(completionText(planFirewall({}, {}).plan, counters), QByteArray());
    }

    void allOrNothing() {
        const Listing before = listed(*m_kernel);
        const auto refused =
            m_kernel->run(QByteArray("add element ") + kTable + " vlans { \"lan.7\" : goto refuse }\n" +
                          "delete element " + kTable + " vlans { \"nobody\" }\n");
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::NotFound);
        QCOMPARE(refused.error().text(), QStringLiteral("Could not process rule: No such file or directory"));
        QCOMPARE(difference(listed(*m_kernel), before), QString());
    }

    void removed() {
        QVERIFY(m_kernel->run(removalText()));
        const auto gone = m_kernel->counters();
        QVERIFY(!gone && gone.error().code == ErrorCode::NotFound);
        QVERIFY(m_kernel->run(removalText()));
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        // Qt Test stops a function after five minutes; ten thousand edits take that long.
        if (qEnvironmentVariableIsSet("FOS1_EDITS")) qputenv("QTEST_FUNCTION_TIMEOUT", "3600000");
        TestTableInKernel test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_table_in_kernel.moc"
