// SPDX-License-Identifier: GPL-2.0-or-later
// A chronyd that a dead host left behind is ended, and nobody else's process is.
#include <QTest>
#include <csignal>

#include "support/test_engine.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace fos1::ntp::test;

namespace {

using Fixture = EngineTree;

/// A chronyd as a host that was killed leaves it: the same command line, and no child of ours.
class Orphan {
   public:
    explicit Orphan(const Fixture& f) {
        const auto user = resolveRunAs(f.options.user);
        if (!user || !prepareDirectory(f.layout.socketDirectory(), *user) ||
            !prepareDirectory(f.layout.dataDirectory(), *user) ||
            !prepareReadableDirectory(f.layout.sourceDirectory(), *user) ||
            !writeConfigFile(f.layout.configFile(), f.config().config, *user))
            return;
        QProcess process;
        process.setProgram(f.options.chronyd);
        process.setArguments(
            QStringList{QStringLiteral("-d"), QStringLiteral("-f"), f.layout.configFile(), QStringLiteral("-x")} +
            user->arguments);
        process.setStandardOutputFile(QProcess::nullDevice());
        process.setStandardErrorFile(QProcess::nullDevice());
        if (process.startDetached(&m_pid))
            m_runs = QTest::qWaitFor([&f] { return QFile::exists(f.layout.paths().commandSocket); });
    }
    ~Orphan() {
        if (m_pid > 0) ::kill(static_cast<pid_t>(m_pid), SIGKILL);
    }
    Orphan(const Orphan&) = delete;
    Orphan& operator=(const Orphan&) = delete;

    [[nodiscard]] bool runs() const { return m_runs; }
    [[nodiscard]] int pid() const { return static_cast<int>(m_pid); }

   private:
    qint64 m_pid = 0;
    bool m_runs = false;
};

}  // namespace

class TestLeftBehind : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void leftBehindIsEnded_data() {
        QTest::addColumn<bool>("frozen");
        QTest::newRow("one that ends when told") << false;
        QTest::newRow("one that must be killed") << true;
    }
    void leftBehindIsEnded() {
        QFETCH(bool, frozen);
        Fixture f;
        const Orphan orphan(f);
        QVERIFY(orphan.runs());
        QCOMPARE(f.processes(), QList<int>{orphan.pid()});
        if (frozen) QCOMPARE(::kill(orphan.pid(), SIGSTOP), 0);
        TestEngine engine(f.options);
        Outcome applied;
        engine.apply(f.config(), into(applied));
        QTRY_VERIFY_WITH_TIMEOUT(applied, 20'000);
        QVERIFY2(*applied, qPrintable(why(applied)));
        QCOMPARE(f.processes(), QList<int>{static_cast<int>(engine.state().pid)});
        QVERIFY(engine.state().pid != orphan.pid());
    }

    /// Whatever a process calls itself.
    void whoOnlyLooksLikeIt() {
        Fixture f;
        std::vector<std::unique_ptr<QProcess>> strangers;
        for (int i = 0; i < 3; ++i) {
            auto& stranger = strangers.emplace_back(std::make_unique<QProcess>());
            stranger->start("bash", {"-c", "exec -a chronyd sleep 60 60 60", f.layout.configFile()});
            QVERIFY(stranger->waitForStarted());
        }
        QProcess named;
        named.start("bash", {"-c", "exec -a /usr/sbin/chronyd tail -f /dev/null " + f.layout.configFile()});
        QVERIFY(named.waitForStarted());
        TestEngine engine(f.options);
        Outcome applied;
        engine.apply(f.config(), into(applied));
        QTRY_VERIFY_WITH_TIMEOUT(applied, 20'000);
        QVERIFY2(*applied, qPrintable(why(applied)));
        for (const auto& stranger : strangers) QCOMPARE(stranger->state(), QProcess::Running);
        QCOMPARE(named.state(), QProcess::Running);
        named.kill();
        named.waitForFinished();
    }

    void stopEndsTheLeftBehindToo() {
        Fixture f;
        const Orphan orphan(f);
        QVERIFY(orphan.runs());
        TestEngine engine(f.options);
        Outcome stopped;
        engine.stop(into(stopped));
        QTRY_VERIFY(stopped && *stopped);
        QCOMPARE(f.processes(), QList<int>());
    }

    void foreignPidFileIsNotTouchedOutsideItself() {
        Fixture f;
        const auto user = resolveRunAs(f.options.user);
        QVERIFY(user && prepareDirectory(f.layout.socketDirectory(), *user));
        // Our own number: alive, and no chronyd.
        (void)f.tree.write(QStringLiteral("run/chronyd/chronyd.pid"), QByteArray::number(::getpid()) + '\n');
        TestEngine engine(f.options);
        Outcome applied;
        engine.apply(f.config(), into(applied));
        QTRY_VERIFY(applied);
        QVERIFY2(*applied, qPrintable(why(applied)));
    }
};

QTEST_GUILESS_MAIN(TestLeftBehind)
#include "tst_left_behind.moc"
