// SPDX-License-Identifier: GPL-2.0-or-later
// fos1ctl as a process: what it says about a mistyped command line, a forbidden socket and a full disk.
#include <unistd.h>

#include <QFileInfo>
#include <QRegularExpression>
#include <QTest>

#include "ctl_process.h"
#include "fake_daemon.h"

class TestCtlUsage : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void init() {
        m_daemon = std::make_unique<FakeDaemon>();
        qputenv("FOS1_SOCKET", m_daemon->socket().toLocal8Bit());
    }

    void mistypedWords_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* line, const char* expected) {
            QTest::newRow(line) << words(line) << QStringLiteral("fos1ctl: ") + QString::fromLatin1(expected);
        };
        row("staus", "fos1ctl has no subcommand \"staus\"; did you mean \"status\"?");
        row("plugin lst", "fos1ctl plugin has no subcommand \"lst\"; did you mean \"list\"?");
        row("plugin", "fos1ctl plugin needs a subcommand: list, new, show, start, stop, restart;");
        row("status -o wide", "--output: \"wide\" is not an output format; use table, json, yaml;");
        row("status -o jsno",
            "--output: \"jsno\" is not an output format; use table, json, yaml; did you mean \"json\"?");
        row("status --sokcet /x", "fos1ctl status has no option \"--sokcet\"; did you mean \"--socket\"?");
        row("status --socket", "--socket needs a value");
        row("events --limit abc", "--limit: \"abc\" is not a whole number from 1 to 100000;");
        row("get", "fos1ctl get needs KIND; `fos1ctl get --help` shows its usage");
        row("validate", "fos1ctl validate needs -f/--filename FILE;");
        row("status now", "fos1ctl status: unexpected argument \"now\";");
        row("help staus", "fos1ctl has no subcommand \"staus\"; did you mean \"status\"?");
    }
    void mistypedWords() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, expected);
        const Outcome outcome = run(arguments);
        QCOMPARE(outcome.exitCode, 2);
        QVERIFY2(outcome.err.startsWith(expected), qPrintable(outcome.err));
        QCOMPARE(outcome.err.count(u'\n'), 1);
    }

    void helpAndVersionAreSubcommands() {
        QCOMPARE(run(words("version")).out, run(words("--version")).out);
        const QString version = run(words("version")).out.trimmed();
        const QRegularExpression form(R"(^fos1ctl \d+\.\d+\.\d+ \(commit ([0-9a-f]{12}\+?|unknown)\)$)");
        QVERIFY2(form.match(version).hasMatch(), qPrintable(version));
    }

    void fullDiskIsAFailure() {
        m_daemon->answer(QStringLiteral("host.status"), data("status.json"));
        for (const char* line : {"status", "--help", "version", "status -o json"}) {
            QProcess process;
            process.setStandardOutputFile(QStringLiteral("/dev/full"));
            process.start(fos1::tree::builtFile(QStringLiteral("bin/fos1ctl")), words(line));
            QVERIFY(QTest::qWaitFor([&] { return process.state() == QProcess::NotRunning; }, 30'000));
            QCOMPARE(process.exitCode(), 1);
            QCOMPARE(QString::fromUtf8(process.readAllStandardError()),
                     QStringLiteral("fos1ctl: the output could not be written: No space left on device\n"));
        }
    }

    void forbiddenSocketNamesTheSetting() {
        const QString socket = m_daemon->socket();
        QVERIFY(QFile::setPermissions(socket, {}));
        QProcess process;
        // Root may use any socket.
        process.setChildProcessModifier([] {
            if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(99);
        });
        QVERIFY(QFile::setPermissions(QFileInfo(socket).path(), QFile::Permissions(0x5555)));
        process.start(fos1::tree::builtFile(QStringLiteral("bin/fos1ctl")), words("status"));
        QVERIFY(QTest::qWaitFor([&] { return process.state() == QProcess::NotRunning; }, 30'000));
        const QString errors = QString::fromUtf8(process.readAllStandardError());
        QCOMPARE(process.exitCode(), 1);
        QVERIFY2(errors.contains(QStringLiteral("no permission to use ") + socket), qPrintable(errors));
        QVERIFY2(errors.contains(QStringLiteral("control.group of host.yaml")), qPrintable(errors));
    }

    void statusForMonitoring() {
        QJsonObject status = data("status.json");
        m_daemon->answer(QStringLiteral("host.status"), status);
        const Outcome bad = run(words("status --check"));
        QCOMPARE(bad.out, QStringLiteral("not ready: ntp has failed\n"));
        QCOMPARE(bad.exitCode, 1);
        status.insert(QStringLiteral("ready"), true);
        status.remove(QStringLiteral("notReady"));
        m_daemon->answer(QStringLiteral("host.status"), status);
        const Outcome good = run(words("status --check"));
        QCOMPARE(good.out, QStringLiteral("ready\n"));
        QCOMPARE(good.exitCode, 0);
        QCOMPARE(run(words("status --check --socket /nonexistent/s")).exitCode, 3);
    }

    /// A mistake in a manifest often is a secret at the wrong place.
    void misplacedSecretsAreNotPrinted_data() {
        QTest::addColumn<QByteArray>("manifest");
        const QByteArray secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n";
        const QByteArray service =
            "apiVersion: ntp.fos1.io/v1alpha1\nkind: NTPService\nmetadata: {name: a}\n"
            "spec:\n  enabled: true\n  sources: {pools: [{name: a.example}]}\n  server: {}\n";
        const auto keys = [&](const QByteArray& text) {
            return service + "  security: {authentication: " + text + "}\n";
        };
        QTest::newRow("as the map") << secret + "stringData: P4ssw0rd\n";
        QTest::newRow("as a list") << secret + "stringData: [P4ssw0rd]\n";
        QTest::newRow("as a key") << secret + "stringData: {P4ssw0rd: 1}\n";
        QTest::newRow("beside") << secret + "P4ssw0rd: x\n";
        QTest::newRow("as another field") << secret + "immutable: P4ssw0rd\n";
        QTest::newRow("a tag") << secret + "stringData: {a: !P4ss P4ssw0rd}\n";
        QTest::newRow("not base64") << secret + "data: {a: P4ssw0rd!}\n";
        QTest::newRow("keys as text") << keys("{keys: P4ssw0rd}");
        QTest::newRow("a key as text") << keys("{keys: [P4ssw0rd]}");
        QTest::newRow("as a field") << keys("{keys: [{P4ssw0rd: 1}]}");
        QTest::newRow("as the id") << keys("{keys: [{id: P4ssw0rd, type: MD5, value: x}]}");
        QTest::newRow("as the type") << keys("{keys: [{id: 1, type: P4ssw0rd, value: x}]}");
        QTest::newRow("with blanks") << keys("{keys: [{id: 1, type: MD5, value: \"P4ssw0rd P4ssw0rd\"}]}");
        QTest::newRow("too short") << keys("{keys: [{id: 1, type: AES128, value: \"P4ssw0rd\"}]}");
        QTest::newRow("instead of all") << keys("P4ssw0rd");
    }
    void misplacedSecretsAreNotPrinted() {
        QFETCH(QByteArray, manifest);
        const Outcome outcome = run(words("validate -f -"), manifest);
        QVERIFY2(outcome.exitCode == 1 && outcome.out.startsWith(QStringLiteral("<stdin>:")), qPrintable(outcome.out));
        QVERIFY2(!(outcome.out + outcome.err).contains(QStringLiteral("P4ssw0rd")), qPrintable(outcome.out));
    }

    void tablesFitTheTerminal() {
        m_daemon->answer(QStringLiteral("plugin.list"), data("plugins.json"));
        qputenv("COLUMNS", "100");
        const Outcome outcome = run(words("plugin list"));
        qunsetenv("COLUMNS");
        for (const QString& line : outcome.out.split(u'\n')) QVERIFY2(line.size() <= 100, qPrintable(line));
    }

   private:
    std::unique_ptr<FakeDaemon> m_daemon;
};

QTEST_GUILESS_MAIN(TestCtlUsage)
#include "tst_ctl_usage.moc"
