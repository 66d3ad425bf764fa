// SPDX-License-Identifier: GPL-2.0-or-later
// The checks and previews of a plugin in a runner, through a real host: the results in fos1ctl and for a directory of
// manifests, and the outcome when a plugin does not answer.
#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QTest>

#include "host_under_test.h"
#include "isolation.h"
#include "tree.h"

using namespace fos1;

using fos1::system::HostUnderTest;

namespace {

/// An NTPService that the plugin "judges" handles as `judge` says.
QByteArray manifest(const QByteArray& judge, int ordinal) {
    return "apiVersion: ntp.fos1.io/v1alpha1\nkind: NTPService\n"
           "metadata: {name: main-ntp, labels: {judge: " +
           judge +
           "}}\n"
           "spec:\n  enabled: false\n  sources: {pools: [{name: pool-" +
           QByteArray::number(ordinal) + ".example.com}]}\n  server: {}\n";
}

QString pool(const HostUnderTest& host) {
    return host.service("main-ntp")[u"spec"][u"sources"][u"pools"][0][u"name"].toString();
}

QString accepted(const HostUnderTest& host) {
    const QJsonArray conditions = host.service("main-ntp")[u"status"][u"conditions"].toArray();
    return HostUnderTest::condition(conditions, "Accepted")[u"message"].toString();
}

bool hasEvent(const HostUnderTest& host, const QString& reason, const QString& part) {
    const QJsonArray list = host.call("event.list", {{"limit", 1000}})[u"result"][u"events"].toArray();
    return std::any_of(list.begin(), list.end(), [&](const QJsonValue& event) {
        return event[u"reason"].toString() == reason && event[u"message"].toString().contains(part);
    });
}

}  // namespace

class TestRunnerChecks : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
    }

    void whoAppliesIsToldAtOnce() {
        HostUnderTest host(*m_lab, "apply");
        host.addPlugin("judges");
        QVERIFY(host.start());
        auto result = host.ctl({"apply", "-f", "-"}, manifest("refuse", 1));
        QCOMPARE(result.exitCode, 1);
        QVERIFY2(result.errors.contains(":5:3: spec.enabled: no judge likes this"), result.errors.constData());
        QVERIFY(host.service("main-ntp").isEmpty());
        QVERIFY(QDir(host.path("manifests")).isEmpty());
        result = host.ctl({"diff", "-f", "-"}, manifest("refuse", 1));
        QCOMPARE(result.exitCode, 2);
        QVERIFY2(result.errors.contains("no judge likes this"), result.errors.constData());

        result = host.ctl({"diff", "-f", "-"}, manifest("fine", 1));
        QCOMPARE(result.exitCode, 1);
        QVERIFY2(result.output.contains("judges: would judge 1 objects"), result.output.constData());
        result = host.ctl({"apply", "-f", "-"}, manifest("fine", 1));
        QVERIFY2(result.exitCode == 0 && result.errors.isEmpty(), result.errors.constData());
        // After the reply, the object is in the store.
        QCOMPARE(pool(host), QStringLiteral("pool-1.example.com"));

        // Without a daemon, the same checks apply to the file.
        const auto offline =
            lab::run(tree::builtFile("bin/fos1ctl"), {"validate", "--plugins", host.path("mine"), "-f", "-"}, 10'000,
                     manifest("refuse", 1));
        QCOMPARE(offline.exitCode, 1);
        QVERIFY2(offline.output.contains("no judge likes this"), offline.output.constData());
        QCOMPARE(host.stop(), 0);
    }

    /// What users write, change and remove reaches a source in a runner, and comes back.
    void aSourceInARunner() {
        HostUnderTest host(*m_lab, "source");
        host.config = "stateDir: state\nhttp: {enabled: false}\ndbus: {enabled: false}\nplugins:\n";
        host.addPlugin("judges");
        host.addPlugin("keeps", "{mode: remote, features: [io.fos1.SpecSource/1]}");
        QVERIFY(host.start());
        const auto applied = host.ctl({"apply", "-f", "-"}, manifest("fine", 1));
        QVERIFY2(applied.exitCode == 0, applied.errors.constData());
        QCOMPARE(pool(host), QStringLiteral("pool-1.example.com"));
        const auto merge = [&host](const QJsonObject& spec) {
            return host.call("resource.merge", {{"kind", "ntpservice"},
                                                {"namespace", "default"},
                                                {"name", "main-ntp"},
                                                {"merge", QJsonObject{{"spec", spec}}}});
        };
        const QJsonObject other{
            {"sources", QJsonObject{{"pools", QJsonArray{QJsonObject{{"name", "pool-2.example.com"}}}}}}};
        const QJsonObject changed = merge(other);
        QVERIFY2(changed[u"result"][u"result"].toString() == QStringLiteral("configured"),
                 QJsonDocument(changed).toJson().constData());
        QCOMPARE(pool(host), QStringLiteral("pool-2.example.com"));
        QCOMPARE(merge(other)[u"result"][u"result"].toString(), QStringLiteral("unchanged"));
        // Refused before the source is asked.
        QVERIFY(!merge({{"server", QJsonObject{{"port", 99999}}}})[u"error"].toObject().isEmpty());
        QCOMPARE(pool(host), QStringLiteral("pool-2.example.com"));
        QCOMPARE(host.ctl({"delete", "ntpservice", "main-ntp"}).exitCode, 0);
        QVERIFY(host.service("main-ntp").isEmpty());
        QCOMPARE(host.stop(), 0);
    }

    void theLastGoodVersionStays() {
        HostUnderTest host(*m_lab, "files");
        host.addPlugin("judges");
        // Before any other object is known, and before the runner has loaded its plugin.
        QVERIFY(lab::writeFile(host.manifest("a.yaml"), manifest("refuse", 1)));
        QVERIFY(host.start());
        QTRY_VERIFY(hasEvent(host, "Refused", "spec.enabled: no judge likes this"));
        QVERIFY(host.service("main-ntp").isEmpty());
        const auto ofSource = [&] {
            return host.pluginCondition("crd-watcher", "ObjectsAccepted")[u"message"].toString();
        };
        QTRY_VERIFY2(ofSource().contains("a.yaml: NTPService default/main-ntp: spec.enabled: "),
                     qPrintable(ofSource()));
        QVERIFY(lab::writeFile(host.manifest("a.yaml"), manifest("fine", 2)));
        QTRY_COMPARE(pool(host), QStringLiteral("pool-2.example.com"));
        QVERIFY(ofSource().isEmpty());
        QVERIFY(lab::writeFile(host.manifest("a.yaml"), manifest("refuse", 3)));
        QTRY_VERIFY(accepted(host).contains("The last good version stays in force: "));
        QVERIFY2(accepted(host).contains("no judge likes this"), qPrintable(accepted(host)));
        QCOMPARE(pool(host), QStringLiteral("pool-2.example.com"));
        // The next version does not overtake a slow answer.
        QVERIFY(lab::writeFile(host.manifest("a.yaml"), manifest("late", 4)));
        QVERIFY(lab::writeFile(host.manifest("b.yaml"), "# nothing yet\n"));
        QTRY_COMPARE(pool(host), QStringLiteral("pool-4.example.com"));
        QVERIFY(accepted(host).isEmpty());
        QCOMPARE(host.stop(), 0);
    }

    void whoDoesNotAnswerRefusesNothing_data() {
        QTest::addColumn<QByteArray>("judge");
        QTest::addColumn<QString>("why");
        QTest::newRow("garbage") << QByteArray("garbage") << "it reported an error without a message";
        QTest::newRow("dies") << QByteArray("die") << "killed by signal 9";
        QTest::newRow("hangs") << QByteArray("hang") << "did not return from validate within 5 s";
    }
    void whoDoesNotAnswerRefusesNothing() {
        QFETCH(QByteArray, judge);
        QFETCH(QString, why);
        HostUnderTest host(*m_lab, "silent-" + judge);
        host.addPlugin("judges");
        QVERIFY(host.start());
        QVERIFY(lab::writeFile(host.manifest("a.yaml"), manifest("fine", 1)));
        QTRY_COMPARE(pool(host), QStringLiteral("pool-1.example.com"));
        QVERIFY(lab::writeFile(host.manifest("a.yaml"), manifest(judge, 2)));
        // While it waits, the host answers all other requests.
        QVERIFY(!host.call("host.status").isEmpty());
        QTRY_COMPARE_WITH_TIMEOUT(pool(host), QStringLiteral("pool-2.example.com"), 15'000);
        QVERIFY(hasEvent(host, "NotChecked", "judges: " + why));
        QTRY_COMPARE_WITH_TIMEOUT(host.pluginCondition("judges", "Ready")[u"status"].toString(), "True", 5000);
        if (judge != "garbage") {
            QCOMPARE(host.stop(), 0);
            return;
        }
        const auto result = host.ctl({"apply", "-f", "-"}, manifest(judge, 3));
        QCOMPARE(result.exitCode, 0);
        QVERIFY2(result.errors.contains("note: not checked by judges: it reported an error without a message"),
                 result.errors.constData());
        QCOMPARE(host.stop(), 0);
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestRunnerChecks test;
        return QTest::qExec(&test, argc, argv);
    });
}

#include "tst_runner_checks.moc"
