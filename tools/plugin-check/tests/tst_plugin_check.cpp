// SPDX-License-Identifier: GPL-2.0-or-later
// fos1-plugin-check finds every fault, locates it, and survives it.
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include "isolation.h"
#include "tree.h"

namespace {

const QString kFaulty = fos1::tree::builtFile(QStringLiteral("tests/plugin-check/faulty.so"));
const QString kHello = fos1::tree::builtFile(QStringLiteral("tests/template/com.example.hello.so"));

struct Outcome {
    int status = -1;
    QString output;
    QString errors;

    /// "FAIL start  answered …"; empty when the check is missing.
    [[nodiscard]] QString line(const QString& check) const {
        for (const QString& line : output.split(u'\n'))
            if (line.mid(5).startsWith(check + u' ')) return line.simplified();
        return {};
    }
    [[nodiscard]] QStringList complaints() const {
        QStringList list;
        for (const QString& line : output.split(u'\n'))
            if (!line.isEmpty() && !line.startsWith(QLatin1String("ok "))) list.append(line.simplified());
        return list;
    }
};

Outcome check(const QStringList& arguments) {
    QProcess process;
    // A sanitizer would convert the signals under test into exit codes.
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const QString& name : {QStringLiteral("ASAN_OPTIONS"), QStringLiteral("TSAN_OPTIONS")})
        environment.insert(name, environment.value(name) + QStringLiteral(":handle_segv=0"));
    process.setProcessEnvironment(environment);
    process.start(fos1::tree::builtFile(QStringLiteral("bin/fos1-plugin-check")), arguments);
    process.waitForFinished(60'000);
    return {process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError())};
}

Outcome checkFault(const char* fault, const QStringList& more = {}) {
    return check(QStringList{kFaulty, "--timeout", "3", "--config",
                             QStringLiteral("{\"fault\": \"%1\"}").arg(QLatin1String(fault))} +
                 more);
}

QString bad(const char* name) { return fos1::tree::builtFile(QStringLiteral("tests/bad_plugins/so/%1.so")).arg(name); }

}  // namespace

class TestPluginCheck : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void pluginsOfTheTreeConform_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("checks");
        QTest::newRow("hello") << QStringList{kHello} << 15;
        QTest::newRow("crd-watcher") << QStringList{fos1::tree::builtPlugin(QStringLiteral("crd-watcher")), "--config",
                                                    "{\"directory\": \"/nowhere\"}"}
                                     << 14;  // it has no pages
        QTest::newRow("ntp") << QStringList{fos1::tree::builtPlugin(QStringLiteral("ntp"))} << 15;
        QTest::newRow("faulty without a fault") << QStringList{kFaulty} << 15;
        QTest::newRow("with a socket") << QStringList{kFaulty, "--config",
                                                      R"({"fault": "has a UDP socket, which is no fault"})"}
                                       << 15;
    }
    void pluginsOfTheTreeConform() {
        QFETCH(QStringList, arguments);
        QFETCH(int, checks);
        const Outcome outcome = check(arguments);
        QCOMPARE(outcome.complaints(), QStringList());
        QCOMPARE(outcome.status, 0);
        QCOMPARE(outcome.output.count(u'\n'), checks);
    }

    void findsTheFault_data() {
        QTest::addColumn<QString>("line");
        const auto row = [](const char* fault, const char* line) { QTest::newRow(fault) << QString::fromUtf8(line); };
        row("refuses to start", "FAIL start answered \"not today\"; hint: ");
        row("crashes in start", "FAIL start crashed: signal 11 in start");
        row("throws in start", "FAIL start threw no luck in start");
        row("throws later", "FAIL reconcile threw bad luck in ");
        row("calls from a thread", "FAIL home-thread calls from another thread, answered WrongThread: bus.publish;");
        row("leaves a thread", "FAIL threads left after its stop: forgotten;");
        row("crashes in reconcile", "FAIL reconcile crashed: signal 11 in reconcile of nothing");
        row("hangs in reconcile", "FAIL reconcile hangs in reconcile of nothing: not done after 3 s");
        row("exits", "FAIL reconcile exited with status 7 in reconcile of nothing");
        row("does not answer", "FAIL reconcile an empty snapshot: no answer;");
        row("trusts the spec", "FAIL garbage-spec crashed: signal 11 in reconcile of Thing whose spec is null");
        row("trusts what it validates", "FAIL garbage-spec crashed: signal 11 in validate of Thing whose spec is null");
        row("calls the host in validate", "FAIL validator called the host in validate of Thing ");
        row("trusts the bus", "FAIL garbage-state crashed: signal 11 in delivery of time.sync/v1, stratum is null");
        row("publishes each time", "FAIL idempotence acted again on the same snapshot: published faulty.state/v1 k;");
        row("tells each time", "FAIL idempotence acted again on the same snapshot: event Reconciled;");
        row("writes status each time",
            "FAIL idempotence acted again on the same snapshot: status Ready=True/Running of the plugin;");
        row("completes twice", "FAIL tickets ticket 1 was completed 2 times,");
        row("shows garbage", "FAIL pages page show: title: is missing;");
        row("never shows its page", "FAIL pages page show: no answer;");
        row("crashes over an argument", "FAIL pages crashed: signal 11 in page show");
        row("crashes in stop", "FAIL stop crashed: signal 11 in stop");
        row("never stops", "FAIL stop no answer within 2 s");
        row("talks after stop", "FAIL retraction after its stop: published faulty.state/v1 k;");
        row("stays subscribed", "FAIL retraction after its stop: published faulty.state/v1 ");
        row("crashes in its destructor", "FAIL stop crashed: signal 11 in destruction");
    }
    void findsTheFault() {
        QFETCH(QString, line);
        const Outcome outcome = checkFault(QTest::currentDataTag());
        QVERIFY2(outcome.complaints().join(u'\n').contains(line), qPrintable(outcome.output + outcome.errors));
        QCOMPARE(outcome.status, 1);
    }

    void aCallThatBlocks() {
        const Outcome outcome = check({kFaulty, "--timeout", "20", "--config", R"({"fault": "sleeps in validate"})"});
        QVERIFY2(outcome.line("blocking").startsWith("FAIL blocking blocked the event loop for 6."),
                 qPrintable(outcome.output));
        QVERIFY2(outcome.line("blocking").contains(" s in validate of Thing "), qPrintable(outcome.output));
        QCOMPARE(outcome.status, 1);
    }

    void slownessIsAWarning_data() {
        QTest::addColumn<QString>("line");
        QTest::newRow("is slow to start") << QStringLiteral("warn start answered after 8");
        QTest::newRow("is slow to reconcile")
            << QStringLiteral("warn reconcile an empty snapshot: Ok, but the call took");
    }
    void slownessIsAWarning() {
        QFETCH(QString, line);
        const Outcome outcome = checkFault(QTest::currentDataTag());
        QVERIFY2(outcome.complaints().value(0).startsWith(line.left(15)), qPrintable(outcome.output));
        QCOMPARE(outcome.complaints().size(), 1);
        QCOMPARE(outcome.status, 0);
    }

    void desiredStateCanBeGiven() {
        const QTemporaryDir dir;
        QFile file(dir.filePath("snapshot.json"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(R"({"objects": [{"apiVersion": "faulty.example.com/v1", "kind": "Thing", "spec": 1}]})");
        file.close();
        const Outcome outcome = checkFault("trusts the spec", {"--snapshot", file.fileName()});
        QVERIFY2(outcome.output.contains("FAIL reconcile       crashed: signal 11 in reconcile;"),
                 qPrintable(outcome.output));
    }

    void whatIsWrongWithTheFile_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("check");
        QTest::addColumn<QString>("line");
        const auto row = [](const char* name, const char* wrong, const char* line) {
            QTest::addRow("%s: %s", name, wrong) << bad(name) << QString::fromUtf8(wrong) << QString::fromUtf8(line);
        };
        row("well-behaved", "metadata", "FAIL metadata lacks \"description\"");
        row("well-behaved", "exports", "FAIL exports N symbols besides Qt's two: _Z");
        row("wrong-iid", "metadata", "FAIL metadata IID: implements \"io.fos1.Plugin/2\"");
        row("newer-minor", "metadata", "FAIL metadata sdk: was built against SDK 1.99");
        row("unknown-key", "metadata", "FAIL metadata kind: unknown field");
        row("wishful", "exports", "FAIL exports ");
        row("missing-symbol", "load", "FAIL load Cannot load library");
        row("no-root", "load", "FAIL load ");
        QTest::newRow("no plugin") << fos1::tree::builtFile(QStringLiteral("bin/fos1ctl")) << QStringLiteral("metadata")
                                   << QStringLiteral("FAIL metadata is not a Qt plugin");
        QTest::newRow("no ELF") << fos1::tree::sourceFile(QStringLiteral("README.md")) << QStringLiteral("exports")
                                << QStringLiteral("FAIL exports ");
    }
    void whatIsWrongWithTheFile() {
        QFETCH(QString, file);
        QFETCH(QString, check);
        QFETCH(QString, line);
        const Outcome outcome = ::check({file});
        // The number of symbols depends on the compiler's inlining.
        const QString found = outcome.line(check).replace(QRegularExpression(" \\d+ symbols"), " N symbols");
        QVERIFY2(found.startsWith(line), qPrintable(outcome.output + outcome.errors));
        QCOMPARE(outcome.status, 1);
    }

    void aConfigurationThatDoesNotFit() {
        const Outcome outcome = check({kHello, "--config", "{\"greting\": \"x\"}"});
        QVERIFY2(outcome.line("config").startsWith("FAIL config greting: unknown field; did you mean \"greeting\"?"),
                 qPrintable(outcome.output));
        QVERIFY(outcome.line("load").isEmpty());
    }

    void asJson() {
        const Outcome good = check({kHello, "-o", "json"});
        const QJsonObject json = QJsonDocument::fromJson(good.output.toUtf8()).object();
        QVERIFY(json[u"conforms"].toBool());
        QCOMPARE(json[u"checks"].toArray().size(), 15);
        QCOMPARE(json[u"checks"][0][u"result"].toString(), QStringLiteral("ok"));
        const Outcome wrong = checkFault("crashes in start", {"-o", "json"});
        const QJsonObject found = QJsonDocument::fromJson(wrong.output.toUtf8()).object();
        QVERIFY(!found[u"conforms"].toBool());
        QCOMPARE(found[u"checks"].toArray().last()[u"result"].toString(), QStringLiteral("fail"));
        QVERIFY(!found[u"checks"].toArray().last()[u"hint"].toString().isEmpty());
    }

    void nothingIsLeftBehind() {
        const QTemporaryDir dir;
        const QByteArray before = qgetenv("TMPDIR");
        qputenv("TMPDIR", dir.path().toUtf8());
        const Outcome outcome = checkFault("crashes in start");
        qputenv("TMPDIR", before);
        QCOMPARE(outcome.status, 1);
        QCOMPARE(QDir(dir.path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList());
    }

    void wrongUsage() {
        QCOMPARE(check({}).status, 2);
        QCOMPARE(check({"/nowhere/plugin.so"}).status, 2);
        QCOMPARE(check({kHello, "--config", "[]"}).status, 2);
        QCOMPARE(check({kHello, "--config", "{"}).status, 2);
        QCOMPARE(check({kHello, "--snapshot", "/nowhere.json"}).status, 2);
        QCOMPARE(check({"--help"}).status, 0);
    }
};

// In a network namespace of its own, so that the daemons of the plugins do not meet those of the machine.
int main(int argc, char** argv) {
    return fos1::lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestPluginCheck test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_plugin_check.moc"
