// SPDX-License-Identifier: GPL-2.0-or-later
// NTPClient specs are understood or every mistake is named; and which NTPService has a node.
#include <QTest>

#include "core/node_claim.h"
#include "model/vlan_parser.h"
#include "yaml_document.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace std::chrono_literals;

namespace {

QCborMap fromYaml(const QString& text) {
    const auto documents = fos1::yaml::parse(text.toUtf8(), QStringLiteral("test"));
    return documents && !documents->empty() ? documents->front().value : QCborMap();
}

DesiredObject service(const char* name, const char* created, const QCborMap& selector = {}) {
    DesiredObject object;
    object.key = {QStringLiteral("ntp.fos1.io/v1alpha1"), QStringLiteral("NTPService"), QStringLiteral("default"),
                  QLatin1String(name)};
    object.metadata = {{QStringLiteral("creationTimestamp"), QLatin1String(created)}};
    if (!selector.isEmpty()) object.spec.insert(QStringLiteral("nodeSelector"), selector);
    return object;
}

QStringList names(const std::vector<const DesiredObject*>& list) {
    QStringList names;
    for (const DesiredObject* each : list) names.append(each->key.name);
    return names;
}

}  // namespace

class TestClientGroup : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void everyField() {
        const auto group = parseClientGroup(
            fromYaml(QStringLiteral("{selector: {networks: [10.0.0.0/8, 'fd00::/8'], vlanRefs: [vlan-10]}, policy: "
                                    "{permission: deny, requireNTS: true, redirect: true, ratelimit: {interval: 2, "
                                    "burst: 3}, servers: [192.0.2.1, 'fd00::1']}}")));
        QVERIFY2(group, group ? "" : qPrintable(joined(group.error())));
        QCOMPARE(group->networks.size(), 2u);
        QCOMPARE(group->vlans.front(), QStringLiteral("vlan-10"));
        QVERIFY(!group->allow && group->requireNts && group->redirect);
        QVERIFY(group->rateLimit && group->rateLimit->enabled && group->rateLimit->interval == 2s);
        QCOMPARE(group->servers.size(), 2u);
    }

    void defaults() {
        const auto group = parseClientGroup(fromYaml(QStringLiteral("{selector: {networks: [10.0.0.0/8]}}")));
        QVERIFY(group && group->allow && !group->requireNts && !group->redirect && !group->rateLimit);
    }

    void mistakes_data() {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<QString>("expected");
        QTest::newRow("nobody") << "{selector: {}}"
                                << "spec.selector: needs networks or vlanRefs";
        QTest::newRow("host bits") << "{selector: {networks: [10.0.0.1/8]}}"
                                   << "spec.selector.networks[0]: \"10.0.0.1/8\" has host bits set; the network is "
                                      "10.0.0.0/8";
        QTest::newRow("no network") << "{selector: {networks: [10.0.0.0/8, lan]}}"
                                    << "spec.selector.networks[1]: \"lan\" is not a network such as 192.168.0.0/16 or "
                                       "fd00::/8";
        QTest::newRow("twice") << "{selector: {networks: ['fd00::/8', 'fd00:0::/8']}}"
                               << "spec.selector.networks[1]: fd00:0::/8 is in the list already";
        QTest::newRow("permission") << "{selector: {vlanRefs: [a]}, policy: {permission: yes}}"
                                    << "spec.policy.permission: must be allow or deny, is \"yes\"";
        QTest::newRow("server") << "{selector: {vlanRefs: [a]}, policy: {servers: [ntp.example]}}"
                                << "spec.policy.servers[0]: \"ntp.example\" is not an IP address";
    }
    void mistakes() {
        QFETCH(QString, spec);
        QFETCH(QString, expected);
        const auto group = parseClientGroup(fromYaml(spec));
        QVERIFY(!group);
        QCOMPARE(joined(group.error()), expected);
    }

    void theOldestThatClaimsTheNodeHasIt() {
        const QCborMap edge{{QStringLiteral("role"), QStringLiteral("edge")}};
        const std::vector<DesiredObject> services{service("c", "2026-01-03T00:00:00Z"),
                                                  service("a", "2026-01-02T00:00:00Z", edge),
                                                  service("b", "2026-01-02T00:00:00Z")};
        const NodeClaims plain = claimsOf(services, {});
        QCOMPARE(plain.serving->key.name, QStringLiteral("b"));
        QCOMPARE(names(plain.younger), QStringList(QStringLiteral("c")));
        QCOMPARE(names(plain.elsewhere), QStringList(QStringLiteral("a")));
        const NodeClaims labelled = claimsOf(services, {{QStringLiteral("role"), QStringLiteral("edge")}});
        QCOMPARE(labelled.serving->key.name, QStringLiteral("a"));
        QCOMPARE(names(labelled.younger), QStringList({QStringLiteral("b"), QStringLiteral("c")}));
        QVERIFY(!claimsOf({}, {}).serving);
        QVERIFY(!claimsOf({services[1]}, {{QStringLiteral("role"), QStringLiteral("core")}}).serving);
    }
};

QTEST_GUILESS_MAIN(TestClientGroup)
#include "tst_client_group.moc"
