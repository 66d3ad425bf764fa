// SPDX-License-Identifier: GPL-2.0-or-later
// Zones of servers that take no updates: files of our own, read by real dnsmasq and NSD, and the local data of a real
// unbound.
#include <QDate>
#include <QEventLoop>
#include <QTest>
#include <QTimer>
#include <csignal>

#include "files/file_backend.h"
#include "files/own_file.h"
#include "isolation.h"
#include "support/real_server.h"
#include "unbound/unbound_backend.h"
#include "update/checked_backend.h"

using namespace fos1;
using namespace fos1::dns;

namespace {

const DnsName kZone = DnsName::parse("lan.test").value();

DnsName name(const QString& relative) { return kZone.child(relative).value(); }
Record address(const QString& text) { return addressRecord(*net::IpAddress::parse(text)); }

std::shared_ptr<const ZonePlan> plan(const std::map<QString, QString>& wanted) {
    ZonePlan plan;
    const auto add = [&](const QString& relative, const Record& record) {
        plan.names.emplace(name(relative), std::make_shared<NamePlan>(NamePlan{{record}, {}, {}, {}}));
    };
    for (const auto& [relative, text] : wanted) add(relative, address(text));
    if (!wanted.empty()) add("_ntp._udp", serviceRecord({2, 10, 123, name(wanted.begin()->first)}));
    return std::make_shared<const ZonePlan>(std::move(plan));
}

ZoneSpec spec() {
    ZoneSpec zone;
    zone.name = QStringLiteral("lan");
    zone.domain = kZone;
    return zone;
}

/// "written", "same", with a warning, or the reason.
QString applyTo(DnsBackend& backend, const std::shared_ptr<const ZonePlan>& wanted) {
    QString outcome;
    QEventLoop loop;
    QTimer::singleShot(30'000, &loop, &QEventLoop::quit);
    backend.apply(wanted, [&](const ZoneResult<Applied>& result) {
        outcome = result ? (result->isWritten ? QStringLiteral("written") : QStringLiteral("same")) + result->warning
                         : result.error().reason + QStringLiteral(": ") + result.error().text();
        loop.quit();
    });
    if (outcome.isEmpty()) loop.exec();
    return outcome;
}

}  // namespace

class TestDnsFiles : public QObject {
    Q_OBJECT

    QTemporaryDir m_dir;

    /// Its standing in the table; nothing: it is not there.
    static QString shown(const DnsBackend& backend, const QString& relative) {
        if (!backend.table()) return QStringLiteral("no table");
        for (const auto& each : backend.table()->names) {
            if (each->name != name(relative)) continue;
            if (each->standing == NameStanding::Published && each->verified > 0) return QStringLiteral("published");
            return QStringLiteral("pending: ") + each->reason;
        }
        return {};
    }
    [[nodiscard]] FileZone fileZone(FileForm form, const QString& path) const {
        FileZone zone;
        zone.zone = spec();
        zone.form = form;
        zone.path = path;
        zone.owner = "a";
        zone.head = {kZone, name("ns"), name("hostmaster"), {name("ns")}, {{name("ns"), {address("127.0.0.55")}}}};
        return zone;
    }
    static QByteArray contentOf(const QString& path) {
        return readOwnFile(path).value_or(std::nullopt).value_or("none");
    }

   private Q_SLOTS:
    void textsMapBack_data() {
        QTest::addColumn<FileForm>("form");
        QTest::newRow("hosts") << FileForm::Hosts;
        QTest::newRow("fragment") << FileForm::Fragment;
        QTest::newRow("zone") << FileForm::Zone;
    }
    void textsMapBack() {
        QFETCH(const FileForm, form);
        NamedRecords records{{name("ntp"), {address("10.0.0.1"), address("fd00::1")}}};
        if (form != FileForm::Hosts) records[name("_ntp._udp")] = {serviceRecord({0, 10, 123, name("ntp")})};
        const QByteArray text = zoneText(form, records, "a", 60, fileZone(form, {}).head, 7);
        const auto parsed = parseZoneText(form, text);
        QVERIFY(parsed);
        NamedRecords read = parsed->records;
        read.erase(name("ns"));
        QVERIFY(read == records);
        QCOMPARE(parsed->serial, form == FileForm::Zone ? std::optional<quint32>(7) : std::nullopt);
        QVERIFY(!parseZoneText(form, "10.0.0.1 ntp.lan.test\n"));
    }

    void serials() {
        const QDate today(2026, 11, 29);
        QCOMPARE(nextSerial({}, today), quint32(2026112900));
        QCOMPARE(nextSerial(7, today), quint32(2026112900));
        QCOMPARE(nextSerial(2026112905, today), quint32(2026112906));
        QCOMPARE(nextSerial(4294967295U, today), quint32(2026112900));
        QCOMPARE(nextSerial(2026112900U + 0x7fffffffU, today), quint32(2026112900U + 0x80000000U));
    }

    void onlyOurOwnFileIsReplaced() {
        const QString path = m_dir.filePath("hosts");
        FileBackend backend(fileZone(FileForm::Hosts, path));
        QVERIFY(lab::writeFile(path, "10.9.9.9 www.lan.test\n"));
        const QString refused = applyTo(backend, plan({{"ntp", "10.0.0.1"}}));
        QVERIFY2(refused.startsWith(QStringLiteral("ForeignFile: ") + path), qPrintable(refused));
        QCOMPARE(contentOf(path), QByteArray("10.9.9.9 www.lan.test\n"));
        QVERIFY(QFile::remove(path));
        const auto wanted = plan({{"ntp", "10.0.0.1"}});
        QCOMPARE(applyTo(backend, wanted), QStringLiteral("written"));
        QVERIFY(contentOf(path).endsWith("\n10.0.0.1 ntp.lan.test\n"));
        QCOMPARE(applyTo(backend, wanted), QStringLiteral("same"));
        // What others did to it is undone.
        QVERIFY(lab::writeFile(path, contentOf(path) + "10.9.9.9 x.lan.test\n"));
        QCOMPARE(applyTo(backend, wanted), QStringLiteral("written"));
        QVERIFY(!contentOf(path).contains("10.9.9.9"));
        // An earlier run's names stay while that of now is not known.
        FileBackend next(fileZone(FileForm::Hosts, path));
        ZonePlan start;
        start.keepsRest = true;
        QCOMPARE(applyTo(next, std::make_shared<const ZonePlan>(start)), QStringLiteral("same"));
        QCOMPARE(applyTo(next, plan({})), QStringLiteral("written"));
        QVERIFY(!contentOf(path).contains("lan.test"));
        QCOMPARE(QDir(m_dir.path()).entryList(QDir::Files | QDir::Hidden), QStringList("hosts"));
        FileBackend nowhere(fileZone(FileForm::Hosts, m_dir.filePath("none/hosts")));
        QVERIFY(applyTo(nowhere, wanted).startsWith(QStringLiteral("NotWritable: ") + m_dir.filePath("none/hosts")));
    }

    void aCommandThatFailsIsReportedAndTriedAgain() {
        FileZone zone = fileZone(FileForm::Hosts, m_dir.filePath("reloaded"));
        zone.reload =
            QStringList{"/bin/sh", "-c", "test -e " + m_dir.filePath("flag") + " || { echo not now; exit 3; }"};
        FileBackend backend(zone);
        const auto wanted = plan({{"ntp", "10.0.0.1"}});
        QCOMPARE(applyTo(backend, wanted), QStringLiteral("written/bin/sh failed (exit code 3): not now"));
        QVERIFY(lab::writeFile(m_dir.filePath("flag"), "x"));
        QCOMPARE(applyTo(backend, wanted), QStringLiteral("same"));
        zone.reload = QStringList{"/nowhere/reload"};
        FileBackend other(zone);
        QVERIFY(lab::writeFile(m_dir.filePath("reloaded"), contentOf(m_dir.filePath("reloaded")) + "10.9.9.9 x\n"));
        QVERIFY(applyTo(other, wanted).startsWith(u"written/nowhere/reload cannot be started"));
    }

    void dnsmasqServesAHostsFile() {
        RealServer dnsmasq("127.0.0.56");
        QDir().mkpath(dnsmasq.path("hosts.d"));
        dnsmasq.start("dnsmasq",
                      {"--no-daemon", "--conf-file=/dev/null", "--no-hosts", "--no-resolv", "--port=53",
                       "--listen-address=127.0.0.56", "--bind-interfaces", "--hostsdir=" + dnsmasq.path("hosts.d"),
                       "--pid-file=" + dnsmasq.path("pid"), "--address=/www.lan.test/10.9.9.9"});
        QVERIFY2(QTest::qWaitFor([&] { return !dnsmasq.ask("www.lan.test", "A").isEmpty(); }, 10'000),
                 dnsmasq.log().constData());
        FileBackend backend(fileZone(FileForm::Hosts, dnsmasq.path("hosts.d/fos1")));
        QCOMPARE(applyTo(backend, plan({{"ntp", "10.0.0.1"}})), QStringLiteral("written"));
        QTRY_COMPARE_WITH_TIMEOUT(dnsmasq.ask("ntp.lan.test", "A"), QStringList("10.0.0.1"), 5000);
        QCOMPARE(applyTo(backend, plan({{"ntp", "10.0.0.2"}})), QStringLiteral("written"));
        QTRY_COMPARE_WITH_TIMEOUT(dnsmasq.ask("ntp.lan.test", "A"), QStringList("10.0.0.2"), 5000);
        QCOMPARE(applyTo(backend, plan({})), QStringLiteral("written"));
        QTRY_VERIFY_WITH_TIMEOUT(dnsmasq.ask("ntp.lan.test", "A").isEmpty(), 5000);
        QCOMPARE(dnsmasq.ask("www.lan.test", "A"), QStringList("10.9.9.9"));
    }

    void nsdServesAZoneFile() {
        RealServer nsd("127.0.0.55");
        FileZone zone = fileZone(FileForm::Zone, nsd.path("lan.zone"));
        const QString control = nsd.path("nsd.conf");
        zone.reload = QStringList{"/usr/sbin/nsd-control", "-c", control, "reload", "lan.test"};
        nsd.write("nsd.conf",
                  "server:\n  ip-address: 127.0.0.55\n  username: \"\"\n  zonesdir: \"" + nsd.path("").toUtf8() +
                      "\"\n  pidfile: \"" + nsd.path("pid").toUtf8() + "\"\n  database: \"\"\n  xfrdir: \"" +
                      nsd.path("").toUtf8() + "\"\n  xfrdfile: \"" + nsd.path("xfrd.state").toUtf8() +
                      "\"\n  zonelistfile: \"" + nsd.path("zone.list").toUtf8() +
                      "\"\nremote-control:\n  control-enable: yes\n  control-interface: " + nsd.path("ctl").toUtf8() +
                      "\nzone:\n  name: lan.test\n  zonefile: lan.zone\n");
        FileBackend backend(zone);
        // NSD is not there yet: written, but not read.
        QVERIFY(applyTo(backend, plan({{"ntp", "10.0.0.1"}})).startsWith(u"written/usr/sbin/nsd-control failed"));
        nsd.start("nsd", {"-d", "-c", control});
        QVERIFY2(QTest::qWaitFor([&] { return nsd.answers("lan.test"); }, 10'000), nsd.log().constData());
        QCOMPARE(nsd.ask("ntp.lan.test", "A"), QStringList("10.0.0.1"));
        QCOMPARE(nsd.ask("_ntp._udp.lan.test", "SRV"), QStringList("2 10 123 ntp.lan.test."));
        const qlonglong serial = nsd.serial("lan.test").toLongLong();
        QTRY_COMPARE_WITH_TIMEOUT(applyTo(backend, plan({{"ntp", "10.0.0.1"}})), QStringLiteral("same"), 5000);
        QCOMPARE(applyTo(backend, plan({{"ntp", "10.0.0.2"}})), QStringLiteral("written"));
        QTRY_COMPARE_WITH_TIMEOUT(nsd.ask("ntp.lan.test", "A"), QStringList("10.0.0.2"), 5000);
        QCOMPARE(nsd.serial("lan.test").toLongLong(), serial + 1);
        QCOMPARE(applyTo(backend, plan({})), QStringLiteral("written"));
        QTRY_VERIFY_WITH_TIMEOUT(nsd.ask("ntp.lan.test", "A").isEmpty() && nsd.answers("lan.test"), 5000);
    }

    /// A name is published when the server answers so, and not when the file has it.
    void onlyWhatTheServerAnswersIsPublished() {
        RealServer dnsmasq("127.0.0.58");
        QDir().mkpath(dnsmasq.path("hosts.d"));
        const ServerCheck check{spec(), *serverFrom("127.0.0.58"), std::chrono::milliseconds(1500)};
        const auto fileOf = [&](const QString& file) {
            return std::make_unique<FileBackend>(fileZone(FileForm::Hosts, dnsmasq.path(file)));
        };
        CheckedBackend backend(fileOf("hosts.d/fos1"), check);
        const auto wanted = plan({{"ntp", "10.0.0.1"}});
        const QString away = applyTo(backend, wanted);
        QVERIFY2(away.startsWith(u"NoAnswer"), qPrintable(away));
        QCOMPARE(shown(backend, "ntp"), QStringLiteral("pending: The server has not been asked yet."));
        dnsmasq.start("dnsmasq", {"--no-daemon", "--conf-file=/dev/null", "--no-hosts", "--no-resolv", "--port=53",
                                  "--listen-address=127.0.0.58", "--bind-interfaces", "--local=/lan.test/",
                                  "--hostsdir=" + dnsmasq.path("hosts.d"), "--pid-file=" + dnsmasq.path("pid"),
                                  "--address=/www.lan.test/10.9.9.9"});
        QVERIFY2(QTest::qWaitFor([&] { return !dnsmasq.ask("www.lan.test", "A").isEmpty(); }, 10'000),
                 dnsmasq.log().constData());
        QCOMPARE(applyTo(backend, wanted), QStringLiteral("same"));
        QCOMPARE(shown(backend, "ntp"), QStringLiteral("published"));
        QCOMPARE(applyTo(backend, plan({{"ntp", "10.0.0.2"}})), QStringLiteral("written"));
        QCOMPARE(dnsmasq.ask("ntp.lan.test", "A"), QStringList("10.0.0.2"));  // it need not be waited for
        QCOMPARE(applyTo(backend, plan({})), QStringLiteral("written"));
        QVERIFY(dnsmasq.ask("ntp.lan.test", "A").isEmpty());
        QCOMPARE(shown(backend, "ntp"), QString());
        // A file that no server reads.
        CheckedBackend unread(fileOf("unread"), check);
        const QString outcome = applyTo(unread, wanted);
        QVERIFY2(
            outcome.startsWith(u"NotServed") && outcome.contains(u"127.0.0.58") && outcome.contains(u"ntp.lan.test"),
            qPrintable(outcome));
        QCOMPARE(shown(unread, "ntp"), QStringLiteral("pending: The server does not answer so."));
    }

    void unboundHasLocalData_data() {
        QTest::addColumn<bool>("isTls");
        QTest::newRow("socket") << false;
        QTest::newRow("TLS") << true;
    }
    void unboundHasLocalData() {
        QFETCH(const bool, isTls);
        RealServer unbound("127.0.0.57");
        const QByteArray dir = unbound.path("x").chopped(1).toUtf8();
        const QByteArray control =
            isTls ? "  control-use-cert: yes\n  control-interface: 127.0.0.57\n  server-key-file: " + dir +
                        "unbound_server.key\n  server-cert-file: " + dir +
                        "unbound_server.pem\n  control-key-file: " + dir +
                        "unbound_control.key\n  control-cert-file: " + dir + "unbound_control.pem\n"
                  : "  control-use-cert: no\n  control-interface: " + dir + "ctl.sock\n";
        if (isTls) QCOMPARE(lab::run("unbound-control-setup", {"-d", unbound.path("")}, 30'000).exitCode, 0);
        unbound.write(
            "unbound.conf",
            "server:\n  interface: 127.0.0.57\n  do-daemonize: no\n  username: \"\"\n  chroot: \"\"\n  "
            "directory: \"" +
                dir + "\"\n  pidfile: \"" + dir +
                "pid\"\n  use-syslog: no\n  logfile: \"\"\n  module-config: \"iterator\"\n  local-zone: lan.test. "
                "static\n  local-data: \"www.lan.test. A 10.9.9.9\"\n  local-data: \"mine.lan.test. A "
                "10.9.9.9\"\nremote-control:\n  control-enable: yes\n" +
                control);
        UnboundZone zone;
        zone.zone = spec();
        zone.owner = "a";
        if (isTls)
            zone.access = {{},
                           "127.0.0.57",
                           8953,
                           unbound.path("unbound_server.pem"),
                           unbound.path("unbound_control.pem"),
                           unbound.path("unbound_control.key")};
        else
            zone.access.socket = unbound.path("ctl.sock");
        UnboundBackend backend(zone);
        const auto wanted = plan({{"ntp", "10.0.0.1"}, {"mine", "10.0.0.1"}});
        const QString away = applyTo(backend, wanted);
        QVERIFY2(away.startsWith(u"Unreachable"), qPrintable(away));
        const auto start = [&] {
            unbound.start("unbound", {"-d", "-c", unbound.path("unbound.conf")});
            return QTest::qWaitFor([&] { return !unbound.ask("www.lan.test", "A").isEmpty(); }, 10'000);
        };
        QVERIFY2(start(), unbound.log().constData());
        QCOMPARE(applyTo(backend, wanted), QStringLiteral("written"));
        QCOMPARE(unbound.ask("ntp.lan.test", "A"), QStringList("10.0.0.1"));
        QCOMPARE(unbound.ask("mine.lan.test", "A"), QStringList("10.9.9.9"));
        QCOMPARE(applyTo(backend, wanted), QStringLiteral("same"));
        // It is lost with a restart.
        unbound.daemon().signal(SIGTERM);
        QVERIFY(unbound.daemon().waitForEnd(5000) >= 0);
        QVERIFY(start());
        QVERIFY(unbound.ask("ntp.lan.test", "A").isEmpty());
        QCOMPARE(applyTo(backend, wanted), QStringLiteral("written"));
        QCOMPARE(applyTo(backend, plan({{"ntp", "10.0.0.2"}})), QStringLiteral("written"));
        QCOMPARE(unbound.ask("ntp.lan.test", "A"), QStringList("10.0.0.2"));
        QCOMPARE(applyTo(backend, plan({})), QStringLiteral("written"));
        QVERIFY(unbound.ask("ntp.lan.test", "A").isEmpty() && unbound.ask("_ntp._udp.lan.test", "TXT").isEmpty());
        QCOMPARE(unbound.ask("www.lan.test", "A"), QStringList("10.9.9.9"));
        QCOMPARE(unbound.ask("mine.lan.test", "A"), QStringList("10.9.9.9"));
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestDnsFiles test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_dns_files.moc"
