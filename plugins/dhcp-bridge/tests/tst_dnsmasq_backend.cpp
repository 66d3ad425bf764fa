// SPDX-License-Identifier: GPL-2.0-or-later
// A real dnsmasq and a real client: what our files make it tell, when it is sent SIGHUP, and what a directory, a pid
// file or a process that is not as it should be leads to.
#include <QTest>
#include <csignal>

#include "isolation.h"
#include "support/real_dnsmasq.h"

using namespace fos1;
using namespace fos1::dhcp;

class TestDnsmasqBackend : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<RealDnsmasq> m_server;

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        m_lab->addVlan(20);
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
    }
    void init() { m_server = std::make_unique<RealDnsmasq>(*m_lab); }
    void cleanup() { m_server.reset(); }

    void tellsChangesAndWithdraws() {
        QVERIFY(m_server->start());
        const qsizetype before = m_server->reloads();
        DnsmasqBackend backend(m_server->place());
        QCOMPARE(m_server->asked(), QString());
        QCOMPARE(outcome(backend, told("10.20.0.1")), QStringLiteral("written"));
        QCOMPARE(m_server->asked(), QStringLiteral("10.20.0.1"));
        const auto wanted = told("10.20.0.7");
        QCOMPARE(outcome(backend, wanted), QStringLiteral("written"));
        QCOMPARE(m_server->asked(), QStringLiteral("10.20.0.7"));
        QCOMPARE(outcome(backend, wanted), QStringLiteral("same"));
        QCOMPARE(outcome(backend, wanted), QStringLiteral("same"));
        QCOMPARE(m_server->reloads(), before);
        QCOMPARE(outcome(backend, told({})), QStringLiteral("written"));
        QCOMPARE(m_server->asked(), QString());
        QCOMPARE(m_server->reloads(), before + 1);
        QCOMPARE(m_server->files(), QStringList());
        QVERIFY(m_server->process->isRunning());
    }

    void oneReloadForManyVlans() {
        QByteArray ranges;
        std::map<QString, std::pair<QString, QString>> vlans;
        for (int i = 1; i <= 40; ++i) {
            ranges += QStringLiteral("dhcp-range=set:v%1,10.99.%1.10,10.99.%1.20,255.255.255.0\n").arg(i).toLatin1();
            vlans[QStringLiteral("vlan-%1").arg(i)] = {QString(), QStringLiteral("10.99.%1.1").arg(i)};
        }
        QVERIFY(m_server->start(ranges));
        const qsizetype before = m_server->reloads();
        DnsmasqBackend backend(m_server->place());
        QCOMPARE(outcome(backend, offersOf(vlans)), QStringLiteral("written"));
        QCOMPARE(m_server->files().size(), qsizetype{40});
        QCOMPARE(m_server->reloads(), before);
        for (int i = 1; i <= 20; ++i) vlans.erase(QStringLiteral("vlan-%1").arg(i));
        QCOMPARE(outcome(backend, offersOf(vlans)), QStringLiteral("written"));
        QTRY_COMPARE(m_server->files().size(), qsizetype{20});
        QCOMPARE(m_server->reloads(), before + 1);
    }

    /// For dnsmasq, an option for a class and one for an interface are equal, and the last one it read wins.
    void theClassOfAnAdministratorKeepsItsServers() {
        QVERIFY(
            m_server->start("dhcp-mac=set:phones,*:*:*:*:*:*\ndhcp-option=tag:phones,option:ntp-server,10.20.0.9\n"));
        DnsmasqBackend backend(m_server->place());
        QCOMPARE(outcome(backend, told("10.20.0.1")), QStringLiteral("written"));
        QCOMPARE(m_server->asked(), QStringLiteral("10.20.0.9"));
    }

    void aRangesOwnTag() {
        QVERIFY(m_server->start({}, "dhcp-range=set:red,10.20.0.100,10.20.0.200\n"));
        DnsmasqBackend backend(m_server->place());
        QCOMPARE(outcome(backend, told("10.20.0.1")), QStringLiteral("written"));
        QCOMPARE(m_server->files(), QStringList{"fos1-ntp-v4-red"});
        QCOMPARE(m_server->asked(), QStringLiteral("10.20.0.1"));
    }

    void whatAnAdministratorSetByHandStays() {
        QVERIFY(m_server->start("dhcp-option=option:ntp-server,10.20.0.9\n"));
        DnsmasqBackend backend(m_server->place());
        QCOMPARE(outcome(backend, told("10.20.0.1")), QStringLiteral("same"));
        QCOMPARE(m_server->asked(), QStringLiteral("10.20.0.9"));
    }
    void alsoInTheSameDirectory() {
        QVERIFY(lab::writeFile(m_server->directory() + "/site", "option:ntp-server,10.20.0.9\n"));
        QVERIFY(m_server->start());
        DnsmasqBackend backend(m_server->place());
        QCOMPARE(outcome(backend, told("10.20.0.1")), QStringLiteral("same"));
        QCOMPARE(m_server->asked(), QStringLiteral("10.20.0.9"));
        QCOMPARE(m_server->files(), QStringList{"site"});
    }

    void driftIsRepaired() {
        QVERIFY(m_server->start());
        DnsmasqBackend backend(m_server->place());
        const auto wanted = told("10.20.0.1");
        QCOMPARE(outcome(backend, wanted), QStringLiteral("written"));
        QCOMPARE(outcome(backend, wanted), QStringLiteral("same"));
        QVERIFY(QFile::remove(m_server->directory() + "/fos1-ntp-v4-lan.20"));
        QCOMPARE(outcome(backend, wanted), QStringLiteral("written"));
        QCOMPARE(outcome(backend, wanted), QStringLiteral("same"));
        // An edited one is ours as long as it has our first line.
        QVERIFY(lab::writeFile(m_server->directory() + "/fos1-ntp-v4-lan.20",
                               m_server->content("fos1-ntp-v4-lan.20").replace("10.20.0.1", "10.20.0.5")));
        QTRY_COMPARE(m_server->asked(), QStringLiteral("10.20.0.5"));
        QCOMPARE(outcome(backend, wanted), QStringLiteral("written"));
        QCOMPARE(m_server->asked(), QStringLiteral("10.20.0.1"));
        QCOMPARE(outcome(backend, wanted), QStringLiteral("same"));
        // dnsmasq still tells what a removed file said.
        QVERIFY(QFile::remove(m_server->directory() + "/fos1-ntp-v4-lan.20"));
        QCOMPARE(outcome(backend, told({})), QStringLiteral("written"));
        QCOMPARE(m_server->asked(), QString());
    }

    void aRestartedServerTellsTheSame() {
        QVERIFY(m_server->start());
        DnsmasqBackend backend(m_server->place());
        const auto wanted = told("10.20.0.1");
        QCOMPARE(outcome(backend, wanted), QStringLiteral("written"));
        m_server->process->signal(SIGKILL);
        m_server->process->waitForEnd(5000);
        QVERIFY(outcome(backend, wanted).contains("dnsmasq does not run"));
        QVERIFY(m_server->start());
        QCOMPARE(outcome(backend, wanted), QStringLiteral("same"));
        QCOMPARE(m_server->asked(), QStringLiteral("10.20.0.1"));
    }

    void withdrawsWithoutAServer() {
        QVERIFY(m_server->start());
        DnsmasqBackend backend(m_server->place());
        QCOMPARE(outcome(backend, told("10.20.0.1")), QStringLiteral("written"));
        m_server->process->signal(SIGKILL);
        m_server->process->waitForEnd(5000);
        Offers nothing;
        nothing.withdrawsAll = true;
        QCOMPARE(outcome(backend, std::make_shared<const Offers>(nothing)), QStringLiteral("written"));
        QCOMPARE(m_server->files(), QStringList());
    }

    void aServerThatHangs() {
        QVERIFY(m_server->start());
        DnsmasqBackend backend(m_server->place());
        m_server->process->signal(SIGSTOP);
        const auto wanted = told("10.20.0.1");
        const QString hung = outcome(backend, wanted);
        QVERIFY2(hung.contains("has not read"), qPrintable(hung));
        m_server->process->signal(SIGCONT);
        QCOMPARE(outcome(backend, wanted), QStringLiteral("written"));
        QCOMPARE(m_server->asked(), QStringLiteral("10.20.0.1"));
        m_server->process->signal(SIGSTOP);
        QVERIFY(outcome(backend, told({})).contains("has not read"));
        QVERIFY(m_server->isReloadDue());
        m_server->process->signal(SIGCONT);
        QCOMPARE(outcome(backend, told({})), QStringLiteral("written"));
        QCOMPARE(m_server->asked(), QString());
        QTRY_COMPARE(m_server->files(), QStringList());
    }

    void aDirectoryThatIsNotRead() {
        QVERIFY(m_server->start());
        QVERIFY(QDir().mkpath(m_lab->path("other")));
        DnsmasqBackend backend({m_server->pidFile(), m_lab->path("other"), true, Sntp::Omitted});
        const QString words = outcome(backend, told("10.20.0.1"));
        QVERIFY2(words.contains("dhcp-optsdir=" + m_lab->path("other")), qPrintable(words));
        QVERIFY(QDir(m_lab->path("other")).isEmpty());
    }

    void aDirectoryThatIsAbsentOrMayNotBeWritten() {
        QVERIFY(m_server->start());
        DnsmasqBackend absent({m_server->pidFile(), m_lab->path("absent"), true, Sntp::Omitted});
        QVERIFY(outcome(absent, told("10.20.0.1")).contains("no such directory"));
        QVERIFY(!QDir(m_lab->path("absent")).exists());
        const QByteArray path = m_server->directory().toUtf8();
        QCOMPARE(::mount(path.constData(), path.constData(), nullptr, MS_BIND, nullptr), 0);
        QCOMPARE(::mount(nullptr, path.constData(), nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr), 0);
        DnsmasqBackend backend(m_server->place());
        const QString words = outcome(backend, told("10.20.0.1"));
        QVERIFY2(words.contains("Read-only"), qPrintable(words));
        QVERIFY(words.contains(m_server->directory()));
    }

    void aFileOfSomebodyElseWithOurName() {
        QVERIFY(m_server->start());
        QVERIFY(lab::writeFile(m_server->directory() + "/fos1-ntp-v4-lan.20", "option:domain-name,example\n"));
        DnsmasqBackend backend(m_server->place());
        QVERIFY(outcome(backend, told("10.20.0.1")).contains("somebody else"));
        QCOMPARE(m_server->content("fos1-ntp-v4-lan.20"), QByteArray("option:domain-name,example\n"));
        QCOMPARE(m_server->files().size(), qsizetype{1});
    }

    void aPidFileThatNamesAnother() {
        QVERIFY(m_server->start());
        const auto sleeper = m_lab->startIn("rt", "sleeper", "sleep", {"60"});
        QTRY_VERIFY(sleeper->pid() > 0);
        QVERIFY(lab::writeFile(m_lab->path("wrong"), QByteArray::number(sleeper->pid())));
        DnsmasqBackend backend({m_lab->path("wrong"), m_server->directory(), true, Sntp::Omitted});
        const QString words = outcome(backend, told("10.20.0.1"));
        QVERIFY2(words.contains("not dnsmasq"), qPrintable(words));
        Offers nothing;
        nothing.withdrawsAll = true;
        (void)outcome(backend, std::make_shared<const Offers>(nothing));
        QVERIFY(sleeper->isRunning());
        for (const QByteArray text : {"", "no number\n", "0\n", "-1\n", "99999999\n"}) {
            QVERIFY(lab::writeFile(m_lab->path("wrong"), text));
            QVERIFY(outcome(backend, told("10.20.0.1")).contains(m_lab->path("wrong")));
        }
    }

    void aConfigurationThatCannotBeRead() {
        const QString more = m_lab->path("more");
        QVERIFY(lab::writeFile(more, "dhcp-option=option:ntp-server,10.20.0.9\n"));
        QVERIFY(m_server->start("conf-file=" + more.toUtf8() + "\n"));
        QVERIFY(QFile::remove(more));
        DnsmasqBackend backend(m_server->place());
        const QString words = outcome(backend, told("10.20.0.1"));
        QVERIFY2(words.contains(more), qPrintable(words));
        QCOMPARE(m_server->files(), QStringList());
    }

    void aDirectoryThatSurvivesAReboot() {
        QVERIFY(m_server->start());
        DnsmasqBackend backend({m_server->pidFile(), m_server->directory(), false, Sntp::Omitted});
        QCOMPARE(outcome(backend, told("10.20.0.1")), QStringLiteral("writtenSurvivesReboot"));
        m_server->process.reset();
        QCOMPARE(::mount("none", m_server->directory().toUtf8().constData(), "tmpfs", 0, nullptr), 0);
        QVERIFY(m_server->start());
        DnsmasqBackend inMemory({m_server->pidFile(), m_server->directory(), false, Sntp::Omitted});
        QCOMPARE(outcome(inMemory, told("10.20.0.1")), QStringLiteral("written"));
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestDnsmasqBackend test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_dnsmasq_backend.moc"
