// SPDX-License-Identifier: GPL-2.0-or-later
#include "demo_network.h"

#include <QDir>
#include <QFile>
#include <future>

#include "human_text.h"
#include "tree.h"

namespace fos1::demo {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::nanoseconds kLie = 2s;

/// In a network reserved for documentation (RFC 5737): no host has this address.
const QString kElsewhere = QStringLiteral("192.0.2.1");

struct Truth {
    const char* address;
    const char* words;
};
constexpr Truth kUpstreams[] = {{"10.1.0.1", "honest"}, {"10.1.2.1", "honest"}, {"10.1.3.1", "lies by 2 s"}};

QByteArray dnsmasqConfig(const std::vector<int>& vlans, const QString& optionsDirectory,
                         const QString& hostsDirectory) {
    // Without checking whether an address is in use, which takes 3 s per address.
    // Of a name with several addresses, each VLAN gets its own.
    QByteArray config = "dhcp-authoritative\nno-ping\nlocal=/lab.example/\nlocalise-queries\ndhcp-optsdir=" +
                        optionsDirectory.toUtf8() + "\nhostsdir=" + hostsDirectory.toUtf8() + '\n';
    for (const int id : vlans) {
        const QByteArray number = QByteArray::number(id);
        config += "interface=lan." + number + "\ndhcp-range=10." + number + ".0.100,10." + number +
                  ".0.200,255.255.255.0,2m\n";
    }
    return config;
}

QJsonArray topic(const system::HostUnderTest& host, const QString& name) {
    return host.call(QStringLiteral("topic.list"), {{QStringLiteral("topic"), name}})[u"result"][u"values"].toArray();
}

}  // namespace

DemoNetwork::DemoNetwork() : m_lab(lab::FirstClient::Absent) {
    m_vlans.push_back({10, QStringLiteral("staff"), nullptr});
    m_vlans.push_back({20, QStringLiteral("guests"), nullptr});
    m_vlans.push_back({30, QStringLiteral("cameras"), nullptr});
}

DemoNetwork::~DemoNetwork() = default;

QString DemoNetwork::start() {
    m_lab.addUpstream(2);
    m_lab.addUpstream(3);
    std::vector<int> ids;
    for (const Vlan& vlan : m_vlans) {
        m_lab.addVlan(vlan.id);
        ids.push_back(vlan.id);
    }
    m_lab.forward();
    if (!m_lab.problem().isEmpty()) return m_lab.problem();
    m_honest[0] = m_lab.startChronyd("up", "upstream-1", "local stratum 1\nallow\n");
    m_honest[1] = m_lab.startChronyd("up2", "upstream-2", "local stratum 1\nallow\n");
    m_liar = std::make_unique<lab::NtpResponder>(m_lab, "up3", lab::NtpClaim{kLie});
    if (!m_liar->problem().isEmpty()) return m_liar->problem();
    for (const char* name : {"options", "hosts"})
        if (!QDir().mkpath(m_lab.path(name))) return QStringLiteral("cannot create ") + m_lab.path(name);
    m_dnsmasq =
        lab::startDnsmasq(m_lab, "rt", "dnsmasq", dnsmasqConfig(ids, m_lab.path("options"), m_lab.path("hosts")));
    // In the foreground it writes no pid file.
    lab::writeFile(m_lab.path("dnsmasq/pid"), QByteArray::number(m_dnsmasq->pid()));
    for (Vlan& vlan : m_vlans)
        vlan.dhcp = std::make_unique<lab::DhcpClient>(m_lab, QStringLiteral("cl%1").arg(vlan.id), lab::IpFamily::V4);
    return startHost();
}

QString DemoNetwork::startHost() {
    m_host = std::make_unique<system::HostUnderTest>(m_lab, QStringLiteral("router"));
    m_host->config.replace("plugins:\n",
                           "plugins:\n  vlan-inventory: {}\n  firewall-bridge: {countersSeconds: 1}\n"
                           "  dhcp-bridge: {servers: [{name: lan, kind: dnsmasq, persist: true, optionsDirectory: " +
                               m_lab.path("options").toUtf8() + ", pidFile: " + m_lab.path("dnsmasq/pid").toUtf8() +
                               "}]}\n"
                               "  dns-bridge: {zones: [{name: lab, kind: hosts, zone: lab.example, file: " +
                               m_lab.path("hosts/fos1").toUtf8() + "}]}\n");
    for (const char* name : {"vlans.yaml", "main-ntp.yaml"}) {
        QFile manifest(tree::sourceFile(QStringLiteral("tests/demo/manifests/") + QLatin1String(name)));
        if (!manifest.open(QIODevice::ReadOnly) ||
            !lab::writeFile(m_host->manifest(QLatin1String(name)), manifest.readAll()))
            return QStringLiteral("cannot copy ") + manifest.fileName();
    }
    return m_host->start() ? QString() : QStringLiteral("the host did not start");
}

void DemoNetwork::make(Trouble trouble) {
    m_trouble = trouble;
    if (trouble == Trouble::Port) {
        // More specific than the socket of the router's own chronyd: the kernel prefers it.
        m_troublemaker = m_lab.startChronyd("rt", "intruder", "bindaddress 10.10.0.1\nlocal stratum 3\nallow\n");
    } else if (trouble == Trouble::Loop) {
        m_liar.reset();
        m_honest = {};
        // Where the liar was: chronyd itself follows no server that follows it.
        m_troublemaker = m_lab.startChronyd("up3", "follower", "server 10.1.3.2 iburst minpoll -2 maxpoll -2\nallow\n");
    }
}

void DemoNetwork::renewLeases(const Snapshot& snapshot) {
    for (Vlan& vlan : m_vlans)
        for (const ClientView& each : snapshot.clients)
            if (each.vlan == vlan.name && !each.lease.isEmpty() && each.ntpServersOfDhcp != each.toldByDhcp) {
                vlan.dhcp.reset();
                vlan.dhcp =
                    std::make_unique<lab::DhcpClient>(m_lab, QStringLiteral("cl%1").arg(vlan.id), lab::IpFamily::V4);
            }
}

QString DemoNetwork::found(const QJsonObject& status) const {
    if (m_trouble == Trouble::Loop) {
        const QJsonArray sources = status[u"sources"].toArray();
        for (const QJsonValue source : sources)
            if (const QString why = source[u"why"].toString(); why.contains(QStringLiteral("timing loop")))
                return source[u"address"].toString() + QStringLiteral(": ") + why;
        return {};
    }
    const QJsonObject serving =
        system::HostUnderTest::condition(status[u"conditions"].toArray(), QStringLiteral("Serving"));
    return serving[u"status"].toString() == u"False" ? serving[u"message"].toString() : QString();
}

/// The view from the client's namespace. Requests that a rate limit may apply to are sent in sequence, all others in
/// parallel.
ClientView DemoNetwork::see(const Vlan& vlan) const {
    const lab::Probe probe(m_lab, QStringLiteral("cl%1").arg(vlan.id));
    ClientView view;
    view.vlan = vlan.name;
    view.interface = QStringLiteral("lan.%1").arg(vlan.id);
    view.asked = QStringLiteral("10.%1.0.1").arg(vlan.id);
    const QString v6 = QStringLiteral("fd%1::1").arg(vlan.id);
    auto keys = std::async(std::launch::async, [&] { return probe.connect(view.asked, 4460); });
    auto overV6 = std::async(std::launch::async, [&] { return probe.time(v6); });
    auto dns = std::async(std::launch::async, [&] { return probe.resolve(view.asked, kDnsName); });
    view.elsewhere = probe.time(kElsewhere);
    view.time = probe.time(view.asked);
    view.answered = probe.answers(view.asked, kAtOnce - 1) + (view.time ? 1 : 0);
    view.ntsKeys = keys.get();
    view.timeOverV6 = overV6.get();
    view.dnsAnswer = dns.get();
    const QMap<QString, QString> options = vlan.dhcp->options();
    view.lease = options[QStringLiteral("ip")];
    view.ntpServersOfDhcp = options[QStringLiteral("ntpsrv")];
    return view;
}

/// Adds the host's view of the same.
void DemoNetwork::ask(std::vector<ClientView>& clients, Snapshot& snapshot) const {
    for (const QJsonValue entry : topic(*m_host, QStringLiteral("firewall.ntp/v1"))) {
        const QJsonObject value = entry[u"value"].toObject();
        for (ClientView& each : clients) {
            if (each.vlan != entry[u"key"].toString()) continue;
            if (value[u"enforced"].toBool()) each.policy = value[u"policy"].toString();
            each.letIn = value[u"admitted_packets"].toInteger();
            each.dropped = value[u"refused_packets"].toInteger();
        }
    }
    for (const QJsonValue entry : topic(*m_host, QStringLiteral("dhcp.ntp/v1")))
        for (ClientView& each : clients)
            if (each.vlan == entry[u"key"].toString() && entry[u"value"][u"told"].toBool())
                each.toldByDhcp = entry[u"value"][u"subnets"][0][u"addresses"][0].toString();
    const QJsonObject sync = m_host->syncState(QStringLiteral("main-ntp"))[u"value"].toObject();
    snapshot.sync = sync[u"reason"].toString();
    snapshot.isFit = sync[u"fit_to_advertise"].toBool();
    if (m_trouble == Trouble::Port)
        snapshot.trouble = QStringLiteral("a second chronyd in the router has taken port 123 of the staff's address");
    if (m_trouble == Trouble::Loop)
        snapshot.trouble =
            QStringLiteral("the upstreams are gone, but for 10.1.3.1, which now takes its time from the router");
    const QJsonObject status = m_host->service(QStringLiteral("main-ntp"))[u"status"].toObject();
    if (m_trouble != Trouble::None) snapshot.found = found(status);
    const QJsonArray sources = status[u"sources"].toArray();
    for (const Truth& truth : kUpstreams) {
        UpstreamView view{QString::fromLatin1(truth.address), QString::fromLatin1(truth.words), {}, {}, {}};
        for (const QJsonValue source : sources) {
            if (source[u"address"].toString() != view.address) continue;
            view.state = source[u"state"].toString();
            view.why = source[u"why"].toString();
            if (source[u"offset"].isDouble()) view.offset = ctl::signedDurationText(source[u"offset"].toDouble() * 1e6);
        }
        snapshot.upstreams.push_back(view);
    }
}

Snapshot DemoNetwork::look() const {
    std::vector<std::future<ClientView>> views;
    for (const Vlan& vlan : m_vlans)
        views.push_back(std::async(std::launch::async, [this, &vlan] { return see(vlan); }));
    Snapshot snapshot;
    for (auto& view : views) snapshot.clients.push_back(view.get());
    ask(snapshot.clients, snapshot);
    return snapshot;
}

}  // namespace fos1::demo
