// SPDX-License-Identifier: GPL-2.0-or-later
// The set-ups of docs/setups.md, with their files from samples/: what the document shows is what these files say, and
// on a router of the lab it works. Only places differ there: directories, the receiver's device, the upstream.
#include <QDir>
#include <QFile>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "cluster_under_test.h"
#include "dhcp_client.h"
#include "host_under_test.h"
#include "isolation.h"
#include "receiver.h"
#include "tree.h"

using namespace fos1;
using fos1::lab::DhcpClient;
using fos1::lab::IpFamily;
using fos1::system::ClusterUnderTest;
using fos1::system::HostUnderTest;

namespace {

using Places = std::vector<std::pair<QByteArray, QByteArray>>;

QByteArray textOf(const QString& path) {
    QFile file(tree::sourceFile(path));
    if (!file.open(QIODevice::ReadOnly)) qFatal("%s cannot be read", qPrintable(path));
    return file.readAll();
}

/// A file of samples/ with the places of the lab, all of which it must name.
QByteArray adapted(const QString& path, const Places& places) {
    QByteArray text = textOf(QStringLiteral("samples/") + path);
    for (const auto& [there, here] : places) {
        if (!text.contains(there)) qFatal("%s does not contain %s", qPrintable(path), there.constData());
        text.replace(there, here);
    }
    return text;
}

const QByteArray kPool = "    pools:\n      - {name: pool.ntp.org, servers: 4, iburst: true}\n";
const QByteArray kUpstream = "    servers: [{address: 10.1.0.1, iburst: true}]\n";

/// What is about the machine: systemd, its bus, the clock, and where things are.
Places machine(const Places& more) {
    Places places{{"control:\n  socket: \"%t/fos1/control.sock\"\n  group: fos1\n",
                   "stateDir: state\nhttp: {port: 9559}\ndbus: {enabled: false}\n"},
                  {"    engine: systemd\n    clockControl: true\n",
                   "    clockControl: false\n" + QByteArray(lab::isUserNamespace() ? "    user: root\n" : "")}};
    places.insert(places.end(), more.begin(), more.end());
    return places;
}

}  // namespace

class TestSetups : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<lab::Daemon> m_upstream;

    void makeLab(std::initializer_list<int> vlans) {
        m_upstream.reset();
        m_lab = std::make_unique<lab::Lab>();
        for (const int id : vlans) m_lab->addVlan(id);
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        m_upstream = m_lab->startChronyd("up", "upstream", "local stratum 1\nallow\n");
    }
    [[nodiscard]] QByteArray here(const char* name) const { return m_lab->path(QLatin1String(name)).toUtf8(); }
    [[nodiscard]] bool isServed(const QString& ns, const QString& address) const {
        const auto answer = m_lab->askTime(ns, address);
        return answer && answer->leap != 3;
    }

   private Q_SLOTS:
    /// Without its license, and without the comment that says where it belongs.
    static void theDocumentShowsTheFiles_data() {
        QTest::addColumn<QString>("file");
        for (const char* setup : {"home", "office", "routers"}) {
            const QDir top(tree::sourceFile(QStringLiteral("samples/") + QLatin1String(setup)));
            for (const QString& sub : {QString(), QStringLiteral("manifests/")})
                for (const QString& name : QDir(top.filePath(sub)).entryList(QDir::Files))
                    QTest::newRow(qPrintable(QLatin1String(setup) + u'/' + sub + name))
                        << QLatin1String(setup) + u'/' + sub + name;
        }
    }
    static void theDocumentShowsTheFiles() {
        QFETCH(QString, file);
        QByteArrayList lines = textOf(QStringLiteral("samples/") + file).split('\n');
        while (!lines.isEmpty() && QByteArrayList{"#", ";", "/"}.contains(lines.front().left(1))) lines.removeFirst();
        QVERIFY2(textOf(QStringLiteral("docs/setups.md")).contains('\n' + lines.join('\n')), qPrintable(file));
    }

    void aHomeRouter() {
        makeLab({20});
        const lab::Receiver receiver;
        const QTemporaryDir links(QStringLiteral("/dev/shm/fos1-setup-XXXXXX"));  // devices are below /dev
        QVERIFY(QFile::link(receiver.device(), links.filePath("gps")));
        QVERIFY(QDir().mkpath(m_lab->path("options")));
        const auto dnsmasq = lab::startDnsmasq(*m_lab, "rt", "dnsmasq",
                                               adapted("home/dnsmasq.conf", {{"/run/fos1-dnsmasq", here("options")}}));
        QTRY_VERIFY_WITH_TIMEOUT(dnsmasq->log().contains("DHCP, IP range"), 10'000);
        // In the foreground it writes no pid file.
        QVERIFY(lab::writeFile(m_lab->path("dnsmasq/pid"), QByteArray::number(dnsmasq->pid())));

        HostUnderTest host(*m_lab, "host");
        host.config = adapted("home/host.yaml",
                              machine({{"/run/fos1-dnsmasq", here("options") + ", pidFile: " + here("dnsmasq/pid")}}));
        QVERIFY(lab::writeFile(host.manifest("time.yaml"),
                               adapted("home/manifests/time.yaml",
                                       {{"/dev/serial/by-id/usb-u-blox_AG_-_www.u-blox.com_u-blox_GNSS_receiver-if00",
                                         links.filePath("gps").toUtf8()},
                                        {kPool, kUpstream}})));
        QVERIFY(host.start());
        QTRY_VERIFY2_WITH_TIMEOUT(host.ctl({"dhcp", "show"}).output.contains("10.20.0.1"),
                                  host.ctl({"status"}).output.constData(), 60'000);
        const DhcpClient client(*m_lab, "cl20", IpFamily::V4);
        QTRY_VERIFY2_WITH_TIMEOUT(!client.options().isEmpty(), dnsmasq->log().constData(), 30'000);
        QCOMPARE(client.options().value("ntpsrv"), QStringLiteral("10.20.0.1"));
        QTRY_VERIFY_WITH_TIMEOUT(isServed("cl20", "10.20.0.1"), 20'000);
        QTRY_VERIFY2_WITH_TIMEOUT(host.ctl({"ntp", "refclocks", "NMEA"}).output.contains("The receiver has a fix"),
                                  host.ctl({"ntp", "refclocks", "NMEA"}).output.constData(), 60'000);
        QTRY_COMPARE_WITH_TIMEOUT(host.ctl({"status", "--check"}).output, QByteArray("ready\n"), 30'000);
        QCOMPARE(host.stop(), 0);
    }

    void anOffice() {
        makeLab({20, 30, 40});
        const auto kea = lab::startKea(
            *m_lab, "rt", "kea", IpFamily::V4,
            adapted("office/kea-dhcp4.conf",
                    {{"/run/kea/kea4-ctrl-socket", "DIRECTORY/control"}, {"/var/lib/kea/", "DIRECTORY/"}}));
        QVERIFY(QDir().mkpath(m_lab->path("named")));
        QVERIFY(lab::writeFile(m_lab->path("named/office.zone"), adapted("office/office.zone", {})));
        // As tsig-keygen prints it, for both.
        const auto key = m_lab->runIn("rt", "tsig-keygen", {"fos1"});
        QVERIFY2(key.output.contains("hmac-sha256"), key.errors.constData());
        QVERIFY(lab::writeFile(m_lab->path("dns.key"), key.output));
        QVERIFY(QFile::setPermissions(m_lab->path("dns.key"), QFile::ReadOwner | QFile::WriteOwner));
        const auto named = lab::startNamed(
            *m_lab, "rt", "named", "listen-on { 127.0.0.1; 10.20.0.1; 10.30.0.1; }; listen-on-v6 { none; };\n",
            adapted("office/named.conf.local", {{"/etc/bind/fos1.key", here("dns.key")},
                                                {"/var/lib/bind/office.zone", here("named/office.zone")}}));

        HostUnderTest host(*m_lab, "host");
        host.config = adapted("office/host.yaml", machine({{"/run/kea/kea4-ctrl-socket", here("kea/control")},
                                                           {"/etc/fos1/dns.key", here("dns.key")}}));
        QVERIFY(lab::writeFile(host.manifest("vlans.yaml"), adapted("office/manifests/vlans.yaml", {})));
        QVERIFY(
            lab::writeFile(host.manifest("time.yaml"), adapted("office/manifests/time.yaml", {{kPool, kUpstream}})));
        QVERIFY(host.start());
        const auto trouble = [&] {
            return host.ctl({"status"}).output + host.ctl({"dhcp", "show"}).output + host.ctl({"dns", "show"}).output +
                   named->log().right(2000) + kea->log().right(2000);
        };
        for (const char* id : {"20", "30"}) {
            const QString ns = QStringLiteral("cl") + QLatin1String(id);
            const QString router = QStringLiteral("10.%1.0.1").arg(QLatin1String(id));
            const QString name = QLatin1String(id) == QLatin1String("20") ? QStringLiteral("ntp.staff.office.example")
                                                                          : QStringLiteral("ntp.guests.office.example");
            QTRY_VERIFY2_WITH_TIMEOUT(isServed(ns, router), trouble().constData(), 60'000);
            const auto address = [&] {
                return m_lab->runIn(ns, "dig", {"@" + router, "+short", "+time=1", name, "A"}).output;
            };
            QTRY_VERIFY2_WITH_TIMEOUT(address() == router.toUtf8() + '\n', trouble().constData(), 60'000);
            QTRY_VERIFY2_WITH_TIMEOUT(host.ctl({"dhcp", "show"}).output.contains(router.toUtf8()),
                                      trouble().constData(), 30'000);
            const DhcpClient client(*m_lab, ns, IpFamily::V4);
            QTRY_VERIFY2_WITH_TIMEOUT(!client.options().isEmpty(), trouble().constData(), 30'000);
            QCOMPARE(client.options().value("ntpsrv"), router);
        }
        QVERIFY(!isServed("cl40", "10.40.0.1"));
        QTRY_COMPARE_WITH_TIMEOUT(host.ctl({"status", "--check"}).output, QByteArray("ready\n"), 30'000);
        QCOMPARE(host.stop(), 0);
    }

    void aClusterOfRouters() {
        makeLab({20, 30});
        const ClusterUnderTest cluster(*m_lab);
        cluster.server.install(
            {QJsonObject{{"apiVersion", "v1"}, {"kind", "Node"}, {"metadata", QJsonObject{{"name", "router-1"}}}}});
        const QString program = QStandardPaths::writableLocation(QStandardPaths::GenericCacheLocation) +
                                QStringLiteral("/fos1-host/kubectl-1.32");
        const auto kubectl = [&](const QStringList& words) {
            return m_lab->runIn(
                "rt", program,
                QStringList{"--kubeconfig", cluster.server.kubeconfig(), "--cache-dir", m_lab->path("kubectl")} + words,
                90'000);
        };
        const auto works = [&](const QStringList& words) {
            const auto result = kubectl(words);
            if (result.exitCode != 0) qWarning().noquote() << words << result.output << result.errors;
            return result.exitCode == 0;
        };
        QVERIFY(works(
            {"apply", "-f", tree::sourceFile("crds"), "-f", tree::sourceFile("deploy/kubernetes/base/rbac.yaml")}));

        HostUnderTest host(*m_lab, "host");
        host.config =
            adapted("routers/host.yaml",
                    machine({{"kubeconfig: /etc/fos1/kubeconfig",
                              "kubeconfig: " + cluster.server.kubeconfig().toUtf8() + "\n      node: router-1"}}));
        QVERIFY(host.start());
        QVERIFY(works({"label", "node", "router-1", "fos1.io/router=true"}));
        const QString manifests = m_lab->path("manifests");
        QVERIFY(QDir().mkpath(manifests));
        QVERIFY(lab::writeFile(manifests + "/vlans.yaml", adapted("routers/manifests/vlans.yaml", {})));
        QVERIFY(lab::writeFile(manifests + "/time.yaml", adapted("routers/manifests/time.yaml", {{kPool, kUpstream}})));
        QVERIFY(works({"apply", "-f", manifests}));
        QVERIFY2(works({"wait", "--for=condition=Ready", "ntp/edge", "-n", "network", "--timeout=60s"}),
                 host.ctl({"status"}).output.constData());
        QTRY_VERIFY_WITH_TIMEOUT(isServed("cl20", "10.20.0.1") && isServed("cl30", "10.30.0.1"), 20'000);
        const auto shows = [&](const QStringList& words, const QByteArrayList& parts) {
            const QByteArray text = kubectl(words).output;
            const bool hasAll =
                std::all_of(parts.begin(), parts.end(), [&](const auto& part) { return text.contains(part); });
            if (!hasAll) qWarning().noquote() << text;
            return hasAll;
        };
        QVERIFY(QTest::qWaitFor(
            [&] {
                return shows({"get", "ntp", "-n", "network"}, {"edge", "1/1", "True"});
            },
            30'000));
        QVERIFY(QTest::qWaitFor([&] { return shows({"get", "ntpnodes"}, {"router-1", "True"}); }, 30'000));
        QVERIFY(shows({"describe", "ntp", "edge", "-n", "network"}, {"Ready", "10.1.0.1"}));
        QCOMPARE(host.stop(), 0);
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestSetups test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_setups.moc"
