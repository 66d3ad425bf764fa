// SPDX-License-Identifier: GPL-2.0-or-later
#include "router_under_fault.h"

#include <QDir>
#include <QFile>
#include <QTest>

namespace fos1::faults {

namespace {

using namespace std::chrono_literals;

constexpr int kServed = 20;
constexpr int kRedirected = 30;
constexpr int kNotServed = 40;
/// All clocks of the lab are this machine's.
constexpr auto kMostOffset = 50ms;

const QByteArray kKey =
    "key \"fos1\" { algorithm hmac-sha256; secret \"c2VjcmV0LW9mLXRoZS1sYWItc2VjcmV0LW9mLXRoZQ==\"; };\n";

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QString addressOf(int vlan) { return QStringLiteral("10.%1.0.1").arg(vlan); }

}  // namespace

QByteArray RouterUnderFault::service(bool redirects) {
    return QByteArray(
               "apiVersion: ntp.fos1.io/v1alpha1\nkind: NTPService\nmetadata: {name: main-ntp}\nspec:\n  enabled: "
               "true\n"
               "  sources:\n    servers: [{address: 10.1.0.1, iburst: true, minpoll: -2, maxpoll: -2}]\n"
               "  server: {}\n  advertise: {holdover: {duration: 30}, dns: {name: ntp.lan.test}}\n  vlanConfig:\n"
               "    - {vlanRef: vlan-20, enabled: true}\n    - {vlanRef: vlan-40, enabled: false}\n"
               "    - {vlanRef: vlan-30, enabled: true, redirect: ") +
           (redirects ? "true}\n" : "false}\n");
}

void RouterUnderFault::declare() const {
    QByteArray vlans;
    for (const int id : {kServed, kRedirected, kNotServed}) {
        const QByteArray number = QByteArray::number(id);
        vlans += "---\napiVersion: networking.fos1.io/v1\nkind: VLAN\nmetadata: {name: vlan-" + number +
                 "}\nspec: {id: " + number + ", interface: lan}\n";
    }
    (void)lab::writeFile(host->manifest(QStringLiteral("vlans.yaml")), vlans);
    (void)lab::writeFile(host->manifest(QStringLiteral("main.yaml")), service(true));
}

void RouterUnderFault::startUpstream() { upstream = lab.startChronyd("up", "upstream", "local stratum 1\nallow\n"); }

void RouterUnderFault::startNamed() {
    named =
        lab::startNamed(lab, "rt", "named", "listen-on { 10.20.0.1; 127.0.0.1; }; listen-on-v6 { none; };\n",
                        kKey + "zone \"lan.test\" { type primary; file \"lan.zone\"; allow-update { key fos1; }; };\n");
}

void RouterUnderFault::startDnsmasq() {
    dnsmasq = lab::startDnsmasq(lab, "rt", "dnsmasq",
                                "port=0\nno-ping\ndhcp-authoritative\ndhcp-range=10.20.0.100,10.20.0.200,10m\n"
                                "dhcp-range=10.30.0.100,10.30.0.200,10m\ndhcp-optsdir=" +
                                    optionsDirectory().toUtf8() + "\n");
    // In the foreground it writes no pid file.
    (void)lab::writeFile(lab.path("dnsmasq/pid"), QByteArray::number(dnsmasq->pid()));
}

void RouterUnderFault::addAddresses(int vlan) const {
    const QString link = QStringLiteral("lan.%1").arg(vlan);
    run("ip", {"addr", "replace", addressOf(vlan) + "/24", "dev", link});
    run("ip", {"addr", "replace", QStringLiteral("fd%1::1/64").arg(vlan), "dev", link, "nodad"});
}

QString RouterUnderFault::start() {
    for (const int id : {kServed, kRedirected, kNotServed}) lab.addVlan(id);
    lab.forward();
    if (!lab.problem().isEmpty()) return lab.problem();
    for (const char* directory : {"options", "named"}) QDir().mkpath(lab.path(QLatin1String(directory)));
    (void)lab::writeFile(lab.path("named/lan.zone"),
                         "$TTL 60\n@ SOA ns.lan.test. hostmaster.lan.test. 1 60 60 60 60\n@ NS ns.lan.test.\nns A "
                         "127.0.0.1\n");
    (void)lab::writeFile(lab.path("fos1.key"), kKey);
    QFile::setPermissions(lab.path("fos1.key"), QFile::ReadOwner | QFile::WriteOwner);
    startUpstream();
    startNamed();
    startDnsmasq();
    host = std::make_unique<system::HostUnderTest>(lab, "host");
    host->config.replace(
        "plugins:\n",
        "plugins:\n  vlan-inventory: {}\n  firewall-bridge: {countersSeconds: 1}\n"
        "  dhcp-bridge: {changeSeconds: 1, pollSeconds: 1, servers: [{name: home, kind: dnsmasq, persist: true, "
        "optionsDirectory: " +
            optionsDirectory().toUtf8() + ", pidFile: " + lab.path("dnsmasq/pid").toUtf8() +
            "}]}\n  dns-bridge: {owner: router-a, changeSeconds: 1, pollSeconds: 1, keys: [{name: lab, file: " +
            lab.path("fos1.key").toUtf8() +
            "}], zones: [{name: lan, kind: update, zone: lan.test, server: 127.0.0.1, key: lab}]}\n");
    declare();
    return host->start() ? QString() : QStringLiteral("the host does not start");
}

std::optional<lab::TimeAnswer> RouterUnderFault::ask(int vlan, const QString& address) {
    const auto answer = lab.askTime(QStringLiteral("cl%1").arg(vlan), address);
    constexpr int kNotSynchronized = 3;
    if (answer && answer->leap != kNotSynchronized && std::chrono::abs(answer->offset) > kMostOffset && m_lie.isEmpty())
        m_lie = QStringLiteral("VLAN %1 was told a time that is wrong by %2 ms")
                    .arg(vlan)
                    .arg(std::chrono::duration_cast<std::chrono::milliseconds>(answer->offset).count());
    return answer;
}

QString RouterUnderFault::timeProblem() {
    const auto isGood = [](const std::optional<lab::TimeAnswer>& answer) {
        constexpr int kBehindUpstream = 2;
        return answer && answer->leap == 0 && answer->stratum == kBehindUpstream;
    };
    for (const int vlan : {kServed, kRedirected})
        if (!isGood(ask(vlan, addressOf(vlan)))) return QStringLiteral("VLAN %1 gets no time").arg(vlan);
    if (!isGood(ask(kRedirected, QStringLiteral("10.1.0.1"))))
        return QStringLiteral("what VLAN %1 asks others is not redirected").arg(kRedirected);
    if (ask(kNotServed, addressOf(kNotServed))) return QStringLiteral("VLAN %1 is served").arg(kNotServed);
    return {};
}

QString RouterUnderFault::firewallProblem() const {
    const QByteArray map = lab.runIn("rt", "nft", {"list", "map", "inet", "fos1_ntp", "vlans"}).output;
    for (const int vlan : {kServed, kRedirected})
        if (!map.contains("\"lan." + QByteArray::number(vlan) + "\" : goto"))
            return QStringLiteral("the firewall has nothing for VLAN %1").arg(vlan);
    return {};
}

QString RouterUnderFault::dhcpProblem() const {
    QByteArray all;
    const QDir directory(optionsDirectory());
    for (const QString& file : directory.entryList(QDir::Files)) all += contentOf(directory.filePath(file));
    for (const int vlan : {kServed, kRedirected})
        if (!all.contains(addressOf(vlan).toUtf8()))
            return QStringLiteral("DHCP does not tell the address of VLAN %1").arg(vlan);
    return {};
}

QString RouterUnderFault::dnsProblem() const {
    for (const int vlan : {kServed, kRedirected}) {
        const auto dig = lab.runIn("rt", "dig",
                                   {"@127.0.0.1", "+short", "+norecurse", "+time=1", "+tries=1",
                                    QStringLiteral("ntp.vlan-%1.lan.test").arg(vlan), "A"});
        if (dig.output.trimmed() != addressOf(vlan).toLatin1())
            return QStringLiteral("the name of VLAN %1 has \"%2\"")
                .arg(vlan)
                .arg(QString::fromLatin1(dig.output.trimmed()));
    }
    return {};
}

QString RouterUnderFault::serviceProblem() {
    if (!host->isRunning()) return QStringLiteral("the host does not run");
    for (const QString& problem : {timeProblem(), firewallProblem()})
        if (!problem.isEmpty()) return problem;
    if (host->chronyds().size() != 1) return QStringLiteral("%1 chronyds run").arg(host->chronyds().size());
    const auto status = host->ctl({"status", "--check"});
    return status.exitCode == 0 ? QString()
                                : QStringLiteral("fos1ctl: ") + QString::fromUtf8(status.output + status.errors);
}

QString RouterUnderFault::tellingProblem() const {
    const QString problem = dhcpProblem();
    return problem.isEmpty() ? dnsProblem() : problem;
}

double RouterUnderFault::memoryMiB() const {
    for (const QByteArray& line : contentOf(QStringLiteral("/proc/%1/status").arg(host->process().pid())).split('\n'))
        if (line.startsWith("VmRSS:")) return line.mid(6).trimmed().split(' ').first().toDouble() / 1024;
    return 0;
}

int RouterUnderFault::descriptors() const {
    return static_cast<int>(
        QDir(QStringLiteral("/proc/%1/fd").arg(host->process().pid())).entryList(QDir::Files | QDir::System).size());
}

}  // namespace fos1::faults
