// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall_under_test.h"

#include <QElapsedTimer>
#include <QRegularExpression>
#include <QTest>

namespace fos1::system {

namespace {

constexpr int kVlans[] = {20, 30, 40};

QByteArray vlan(int id) {
    const QByteArray number = QByteArray::number(id);
    return "---\napiVersion: networking.fos1.io/v1\nkind: VLAN\nmetadata: {name: vlan-" + number +
           "}\nspec: {id: " + number + ", interface: lan}\n";
}

}  // namespace

QString routerAddress(int vlan, bool isV6) {
    return (isV6 ? QStringLiteral("fd%1::1") : QStringLiteral("10.%1.0.1")).arg(vlan);
}

FirewallUnderTest::FirewallUnderTest() {
    for (const int id : kVlans) lab.addVlan(id);
}

QString FirewallUnderTest::start(const QByteArray& vlanConfig) {
    if (!lab.problem().isEmpty()) return lab.problem();
    upstream = lab.startChronyd("up", "upstream", "local stratum 1\nallow\n");
    lab.forward();
    if (!lab.problem().isEmpty()) return lab.problem();
    observe();
    host = std::make_unique<HostUnderTest>(lab, "host");
    host->config.replace("plugins:\n", "plugins:\n  vlan-inventory: {}\n  firewall-bridge: {countersSeconds: 1}\n");
    QByteArray vlans;
    for (const int id : kVlans) vlans += vlan(id);
    if (!lab::writeFile(host->manifest("vlans.yaml"), vlans) || !declare(vlanConfig)) return "cannot write manifests";
    return host->start() ? QString() : QStringLiteral("the host does not start");
}

void FirewallUnderTest::observe() const {
    QString observer = QStringLiteral("table inet observer {\n");
    QString rules;
    for (const int id : kVlans) {
        observer += QStringLiteral("counter lan%1 { }\n").arg(id);
        rules += QStringLiteral("iifname \"lan.%1\" udp dport 123 counter name lan%1\n").arg(id);
    }
    nft(observer + QStringLiteral("chain input {\ntype filter hook input priority 100; policy accept;\n") + rules +
        QStringLiteral("}\n}"));
}

QByteArray FirewallUnderTest::service(const QByteArray& vlanConfig) const {
    return "apiVersion: ntp.fos1.io/v1alpha1\n"
           "kind: NTPService\n"
           "metadata: {name: main-ntp}\n"
           "spec:\n"
           "  enabled: true\n"
           "  sources:\n"
           "    servers: [{address: 10.1.0.1, iburst: true, minpoll: -2, maxpoll: -2}" +
           moreServers +
           "]\n"
           "  security: {" +
           security +
           "}\n"
           "  server: {}\n"
           "  vlanConfig:\n" +
           vlanConfig;
}

bool FirewallUnderTest::declare(const QByteArray& vlanConfig) const {
    return lab::writeFile(host->manifest("main.yaml"), service(vlanConfig));
}

QByteArray FirewallUnderTest::nft(const QString& commands) const {
    const auto result = lab.runIn("rt", "nft", {commands});
    if (result.exitCode != 0) qFatal("nft %s: %s", qPrintable(commands), result.errors.constData());
    return result.output;
}

bool FirewallUnderTest::hasTable() const { return nft("list tables").contains("table inet fos1_ntp"); }

QString FirewallUnderTest::chainOf(int vlan) const {
    const QString listed = QString::fromLatin1(lab.runIn("rt", "nft", {"list map inet fos1_ntp vlans"}).output);
    static const QRegularExpression kElement("\"lan\\.(\\d+)\" : goto (\\w+)");
    for (auto it = kElement.globalMatch(listed); it.hasNext();) {
        const auto match = it.next();
        if (match.captured(1).toInt() == vlan) return match.captured(2);
    }
    return {};
}

FirewallUnderTest::Seen FirewallUnderTest::seen(int vlan) const {
    const QString listed = QString::fromLatin1(lab.runIn("rt", "nft", {"list set inet fos1_ntp refused"}).output +
                                               nft("list table inet observer"));
    const auto number = [&](const QString& pattern) {
        return QRegularExpression(pattern).match(listed).captured(1).toLongLong();
    };
    return {number(QStringLiteral("counter lan%1 \\{\\s*packets (\\d+)").arg(vlan)),
            number(QStringLiteral("\"lan\\.%1\" counter packets (\\d+)").arg(vlan))};
}

QString FirewallUnderTest::fate(int vlan, const QString& address, const QByteArray& payload) const {
    const Seen before = seen(vlan);
    if (!client(vlan).send(address, payload)) return QStringLiteral("not sent");
    QElapsedTimer timer;
    timer.start();
    do {
        const Seen now = seen(vlan);
        if (now.passed > before.passed) return QStringLiteral("passed");
        if (now.dropped > before.dropped) return QStringLiteral("dropped");
    } while (timer.elapsed() < 2000);
    return QStringLiteral("lost");
}

QJsonObject FirewallUnderTest::topic(const QString& name, const QString& key) const {
    const QJsonArray values = host->call("topic.list", {{"topic", name}})[u"result"][u"values"].toArray();
    for (const QJsonValue& value : values)
        if (value[u"key"].toString() == key) return value.toObject();
    return {};
}

double FirewallUnderTest::metric(const QByteArray& series) const {
    for (const QByteArray& line : host->http("/metrics").split('\n'))
        if (line.startsWith(series + ' ')) return line.mid(series.size() + 1).toDouble();
    return -1;
}

}  // namespace fos1::system
