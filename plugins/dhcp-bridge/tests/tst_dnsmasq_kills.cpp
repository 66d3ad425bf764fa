// SPDX-License-Identifier: GPL-2.0-or-later
// Kills at every step of a change, of ourselves and of dnsmasq: it tells the old or the new, and what follows puts it
// right.
#include <QTest>
#include <csignal>

#include "isolation.h"
#include "support/real_dnsmasq.h"

using namespace fos1;
using namespace fos1::dhcp;

namespace {

/// The program that is killed: applies offers once.
int applyOnce(const QStringList& words) {
    DnsmasqBackend backend({words.value(2), words.value(3), true, Sntp::Omitted});
    return isInForce(outcome(backend, told(words.value(4)))) ? 0 : 1;
}

}  // namespace

class TestDnsmasqKills : public QObject {
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

    /// Killed before each of the system calls that change something, one after the other.
    void killedAtEveryStep_data() {
        QTest::addColumn<QString>("before");
        QTest::addColumn<QString>("after");
        QTest::newRow("first") << QString() << QStringLiteral("10.20.0.1");
        QTest::newRow("changed") << QStringLiteral("10.20.0.1") << QStringLiteral("10.20.0.7");
        QTest::newRow("withdrawn") << QStringLiteral("10.20.0.1") << QString();
    }
    void killedAtEveryStep() {
        QFETCH(const QString, before);
        QFETCH(const QString, after);
        QVERIFY(m_server->start());
        int kills = 0;
        for (const QString& call :
             QStringList{"inotify_add_watch", "unlinkat", "fchmod", "renameat", "pidfd_send_signal"})
            for (int number = 1;; ++number) {
                QVERIFY(number < 10);
                {
                    DnsmasqBackend backend(m_server->place());
                    QVERIFY(isInForce(outcome(backend, told(before))));
                }
                const auto killed = lab::run(
                    QStringLiteral("strace"),
                    {"-f", "-qq", "-o", "/dev/null", "-E", "ASAN_OPTIONS=detect_leaks=0", "-e", "trace=" + call, "-e",
                     QStringLiteral("inject=%1:signal=SIGKILL:when=%2").arg(call).arg(number),
                     QCoreApplication::applicationFilePath(), "--apply", m_server->pidFile(), m_server->directory(),
                     after},
                    30'000);
                if (killed.exitCode == 0) break;
                ++kills;
                // It tells the old or the new.
                const QString between = m_server->asked();
                QVERIFY2(between == before || between == after, qPrintable(between));
                DnsmasqBackend backend(m_server->place());
                const QString end = outcome(backend, told(after));
                QVERIFY2(isInForce(end), qPrintable(end));
                QVERIFY2(m_server->asked() == after, qPrintable(QStringLiteral("%1 %2").arg(call).arg(number)));
                QTRY_VERIFY(!m_server->isReloadDue());
                QVERIFY(m_server->process->isRunning());
            }
        QVERIFY2(kills >= 3, qPrintable(QString::number(kills)));
    }

    /// Before it has read what was written, and before it handles SIGHUP.
    void theServerIsKilledAtEveryStep_data() {
        QTest::addColumn<QString>("before");
        QTest::addColumn<QString>("after");
        QTest::addColumn<bool>("isFirst");
        for (const bool isFirst : {true, false}) {
            const QByteArray when = isFirst ? "before it began: " : "before it has read: ";
            QTest::newRow((when + "first").constData()) << QString() << QStringLiteral("10.20.0.1") << isFirst;
            QTest::newRow((when + "withdrawn").constData()) << QStringLiteral("10.20.0.1") << QString() << isFirst;
        }
    }
    void theServerIsKilledAtEveryStep() {
        QFETCH(const QString, before);
        QFETCH(const QString, after);
        QFETCH(const bool, isFirst);
        QVERIFY(m_server->start());
        DnsmasqBackend backend(m_server->place());
        QVERIFY(isInForce(outcome(backend, told(before))));
        m_server->process->signal(isFirst ? SIGKILL : SIGSTOP);
        QVERIFY(!isInForce(outcome(backend, told(after))));
        m_server->process->signal(SIGKILL);
        m_server->process->waitForEnd(5000);
        QVERIFY(m_server->start());
        QVERIFY(isInForce(outcome(backend, told(after))));
        QCOMPARE(m_server->asked(), after);
        QTRY_VERIFY(!m_server->isReloadDue());
    }
};

int main(int argc, char** argv) {
    if (argc > 1 && QByteArray(argv[1]) == "--apply") {
        QCoreApplication app(argc, argv);
        return applyOnce(QCoreApplication::arguments());
    }
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestDnsmasqKills test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_dnsmasq_kills.moc"
