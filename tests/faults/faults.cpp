// SPDX-License-Identifier: GPL-2.0-or-later
#include "faults.h"

#include <signal.h>

#include <QDir>
#include <QFile>
#include <QTest>

namespace fos1::faults {

namespace {

/// From 0 to `most` milliseconds.
void waitUpTo(int most, Random& random) { QTest::qWait(static_cast<int>(random() % static_cast<unsigned>(most + 1))); }

template <typename T>
const T& oneOf(const std::vector<T>& all, Random& random) {
    return all[random() % all.size()];
}

QString oneVlan(Random& random) { return QString::number(oneOf<int>({20, 30}, random)); }

void signalChronyds(const RouterUnderFault& router, int number) {
    for (const qint64 pid : router.host->chronyds()) ::kill(static_cast<pid_t>(pid), number);
}

void restartHost(RouterUnderFault& router) {
    router.host->launch();
    (void)QTest::qWaitFor([&] { return router.host->call("host.status").contains("result"); }, 10'000);
}

void killDaemon(std::unique_ptr<lab::Daemon>& daemon) {
    daemon->signal(SIGKILL);
    (void)daemon->waitForEnd(5000);
    daemon.reset();
}

void deleteTable(const RouterUnderFault& router) { router.run("nft", {"delete", "table", "inet", "fos1_ntp"}); }

void flushAChain(const RouterUnderFault& router, Random& random) {
    const QByteArray listed = router.lab.runIn("rt", "nft", {"list", "table", "inet", "fos1_ntp"}).output;
    std::vector<QString> chains;
    for (const QByteArray& line : listed.split('\n'))
        if (line.trimmed().startsWith("chain ")) chains.push_back(QString::fromLatin1(line.trimmed().split(' ')[1]));
    if (!chains.empty()) router.run("nft", {"flush", "chain", "inet", "fos1_ntp", oneOf(chains, random)});
}

void breakManifest(const RouterUnderFault& router, const QByteArray& text, Random& random) {
    (void)lab::writeFile(router.host->manifest("main.yaml"), text);
    waitUpTo(1000, random);
    router.declare();
}

void downAndUp(const RouterUnderFault& router, const QString& link, int most, Random& random) {
    router.run("ip", {"link", "set", link, "down"});
    waitUpTo(most, random);
    router.run("ip", {"link", "set", link, "up"});
}

std::vector<Fault> makeFaults() {
    using R = RouterUnderFault;
    return {
        {"chronyd is killed", [](R& r, Random&) { signalChronyds(r, SIGKILL); }},
        {"chronyd is terminated", [](R& r, Random&) { signalChronyds(r, SIGTERM); }},
        {"chronyd is stopped for a while",
         [](R& r, Random& random) {
             signalChronyds(r, SIGSTOP);
             waitUpTo(3000, random);
             signalChronyds(r, SIGCONT);
         }},
        {"the host is killed",
         [](R& r, Random& random) {
             r.host->process().signal(SIGKILL);
             (void)r.host->process().waitForEnd(5000);
             waitUpTo(1000, random);
             restartHost(r);
         }},
        {"the host is stopped and started",
         [](R& r, Random&) {
             (void)r.host->stop();
             restartHost(r);
         }},
        {"the host gets SIGHUP", [](R& r, Random&) { r.host->process().signal(SIGHUP); }},
        {"the table is deleted", [](R& r, Random&) { deleteTable(r); }},
        {"the table is deleted 30 times in a row",
         [](R& r, Random& random) {
             for (int i = 0; i < 30; ++i) {
                 deleteTable(r);
                 waitUpTo(60, random);
             }
         }},
        {"the ruleset is flushed",
         [](R& r, Random&) {
             r.run("nft", {"flush", "ruleset"});
         }},
        {"a chain is flushed", [](R& r, Random& random) { flushAChain(r, random); }},
        {"an interface is taken out of the firewall",
         [](R& r, Random& random) {
             r.run("nft", {"delete", "element", "inet", "fos1_ntp", "vlans", "{ \"lan." + oneVlan(random) + "\" }"});
         }},
        {"a VLAN's address goes and comes",
         [](R& r, Random& random) {
             const QString vlan = oneVlan(random);
             r.run("ip", {"addr", "del", "10." + vlan + ".0.1/24", "dev", "lan." + vlan});
             waitUpTo(2000, random);
             r.addAddresses(vlan.toInt());
         }},
        {"a VLAN's link is down for a while",
         [](R& r, Random& random) {
             const QString vlan = oneVlan(random);
             downAndUp(r, "lan." + vlan, 2000, random);
             r.addAddresses(vlan.toInt());
         }},
        {"the manifest is garbage for a while",
         [](R& r, Random& random) {
             breakManifest(r,
                           oneOf<QByteArray>({"spec: [", "kind: NTPService\n", "\x00\x01\x02", "a: &a [*a]\n"}, random),
                           random);
         }},
        {"the manifest is cut for a while",
         [](R& r, Random& random) {
             const QByteArray whole = R::service(true);
             breakManifest(r, whole.left(static_cast<qsizetype>(random() % static_cast<unsigned>(whole.size()))),
                           random);
         }},
        {"the manifest is gone for a while",
         [](R& r, Random& random) {
             QFile::remove(r.host->manifest("main.yaml"));
             waitUpTo(1000, random);
             r.declare();
         }},
        {"the redirection is edited away and back",
         [](R& r, Random& random) {
             for (int i = 0; i < 5; ++i) breakManifest(r, R::service(false), random);
         }},
        {"named is killed and started",
         [](R& r, Random& random) {
             killDaemon(r.named);
             waitUpTo(1000, random);
             r.startNamed();
         }},
        {"somebody removes a name",
         [](R& r, Random& random) {
             (void)lab::writeFile(r.lab.path("update"), "server 127.0.0.1\nzone lan.test\nupdate delete ntp.vlan-" +
                                                            oneVlan(random).toLatin1() + ".lan.test\nsend\n");
             r.run("nsupdate", {"-k", r.lab.path("fos1.key"), r.lab.path("update")});
         }},
        {"dnsmasq is killed and started",
         [](R& r, Random& random) {
             killDaemon(r.dnsmasq);
             waitUpTo(1000, random);
             r.startDnsmasq();
         }},
        {"somebody removes the DHCP options",
         [](R& r, Random&) {
             QDir directory(r.optionsDirectory());
             for (const QString& file : directory.entryList(QDir::Files)) directory.remove(file);
         }},
        {"the upstream is away for a while",
         [](R& r, Random& random) {
             killDaemon(r.upstream);
             waitUpTo(4000, random);
             r.startUpstream();
         }},
        {"the link to the upstream is down for a while",
         [](R& r, Random& random) {
             downAndUp(r, "wan", 3000, random);
             r.run("ip", {"route", "replace", "default", "via", "10.1.0.1"});
         }},
        {"chronyd's files are removed",
         [](R& r, Random&) {
             for (const QFileInfo& file :
                  QDir(r.host->path("state")).entryInfoList({"*"}, QDir::Dirs | QDir::NoDotAndDotDot))
                 if (file.fileName().contains(u"ntp") || file.fileName().contains(u"chrony"))
                     for (const QFileInfo& each :
                          QDir(file.filePath()).entryInfoList({"*.conf", "*.sources"}, QDir::Files))
                         QFile::remove(each.filePath());
         }},
        {"chronyd's command socket is removed", [](R& r, Random&) { QFile::remove(r.host->chronySocket()); }},
        {"the control socket is removed", [](R& r, Random&) { QFile::remove(r.host->socket()); }},
        {"a plugin is restarted",
         [](R& r, Random& random) {
             (void)r.host->ctl({"plugin", "restart",
                                oneOf<QString>({"ntp", "firewall-bridge", "dhcp-bridge", "dns-bridge", "vlan-inventory",
                                                "crd-watcher"},
                                               random)});
         }},
    };
}

}  // namespace

const std::vector<Fault>& allFaults() {
    static const std::vector<Fault> kAll = makeFaults();
    return kAll;
}

}  // namespace fos1::faults
