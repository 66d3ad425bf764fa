// SPDX-License-Identifier: MIT
// The harness runs a plugin from its file or as an object, waits for its answers and stops waiting at the deadline.
#include <QFileInfo>
#include <QJsonArray>
#include <QTest>

#include "fos1/plugin.h"
#include "fos1/testing/plugin_harness.h"
#include "time/sync_state.h"

using namespace fos1;
using namespace fos1::testing;
using namespace std::chrono_literals;

namespace {

const QString kHello = QStringLiteral("com.example.hello.state/v1");

QString sentence(PluginHarness& harness) {
    const auto value = harness.host().bus.value(kHello, "main");
    return value ? value->value(QStringLiteral("sentence")).toString() : QString();
}

/// Answers as configured.
struct Obstinate : IPlugin {
    QString start(IHost* h) override {
        host = h;
        return why;
    }
    void reconcile(const QCborMap& snapshot, quint64 ticket) override {
        objects = snapshot.value(QStringLiteral("objects")).toArray().size();
        if (answers) host->complete(ticket, static_cast<int>(Outcome::Ok), 0, {});
    }
    void stop(quint64 ticket) override {
        ++stops;
        if (answers) host->complete(ticket, static_cast<int>(Outcome::Ok), 0, {});
    }
    IInterface* query(const QString&) override { return nullptr; }

    IHost* host = nullptr;
    QString why;
    bool answers = true;
    qsizetype objects = -1;
    int stops = 0;
};

const QJsonObject kMetadata{
    {"id", "obstinate"},
    {"features", QJsonObject{{"required", QJsonArray{QLatin1String(IMetrics::kIid)}}}},
    {"config",
     QJsonObject{{"properties", QJsonObject{{"a", QJsonObject{{"default", 1}}}, {"b", QJsonObject{{"default", 2}}}}}}}};

}  // namespace

class TestPluginHarness : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void runsAFile() {
        for (int round = 0; round < 2; ++round) {  // each time with a new object
            PluginHarness harness(QStringLiteral(FOS1_PLUGIN_FILE));
            QCOMPARE(harness.error(), QString());
            QCOMPARE(harness.metadata().value("id").toString(), QStringLiteral("com.example.hello"));
            QCOMPARE(harness.start(), QString());
            QVERIFY(harness.reconcile().outcome == Outcome::Ok);
            time::SyncState state;
            state.fitToAdvertise = true;
            harness.host().bus.set(QString::fromLatin1(time::SyncState::kTopic), "main", state.encode());
            PluginHarness::settle();
            QCOMPARE(sentence(harness), QStringLiteral("Good day, the time is good."));
            QVERIFY(harness.stop().outcome == Outcome::Ok);
            QVERIFY(harness.host().bus.subscriptions().isEmpty());
        }
    }

    void saysWhyAFileIsNoPlugin() {
        PluginHarness missing("/nowhere/plugin.so");
        QVERIFY(!missing.error().isEmpty());
        PluginHarness library(QStringLiteral(FOS1_TEST_PROGRAM));
        QVERIFY(!library.error().isEmpty());
    }

    void givesThePluginItsDirectoriesAndDefaults() {
        Obstinate plugin;
        HarnessOptions options;
        options.configuration = {{QStringLiteral("b"), 3}};
        PluginHarness harness(plugin, kMetadata, options);
        QCOMPARE(harness.start(), QString());
        QCOMPARE(plugin.host->configuration(), (QCborMap{{QStringLiteral("b"), 3}, {QStringLiteral("a"), 1}}));
        QVERIFY(QFileInfo(plugin.host->stateDirectory()).isDir());
        QVERIFY(QFileInfo(plugin.host->runtimeDirectory()).isDir());
        QVERIFY(plugin.host->stateDirectory() != plugin.host->runtimeDirectory());
        auto* metrics = feature<IMetrics>(*plugin.host);
        QVERIFY(metrics->declare("late", static_cast<int>(MetricType::Gauge), "h", {}, 0) < 0);
    }

    void givesUpOnWhatIsNotAnswered() {
        Obstinate plugin;
        plugin.answers = false;
        HarnessOptions options;
        options.reconcileDeadline = 20ms;
        options.stopDeadline = 20ms;
        PluginHarness harness(plugin, kMetadata, options);
        QCOMPARE(harness.start(), QString());
        QVERIFY(harness.reconcile({QCborMap()}).outcome == Outcome::Unknown);
        QCOMPARE(plugin.objects, 1);
        QVERIFY(harness.stop().outcome == Outcome::Unknown);
    }

    void stopsOnceAndOnlyWhatRuns() {
        Obstinate plugin;
        {
            PluginHarness harness(plugin, kMetadata);
            harness.start();
        }
        QCOMPARE(plugin.stops, 1);
        {
            PluginHarness harness(plugin, kMetadata);
            harness.start();
            harness.stop();
            harness.stop();
        }
        QCOMPARE(plugin.stops, 2);
        plugin.why = "not today";
        {
            PluginHarness harness(plugin, kMetadata);
            QCOMPARE(harness.start(), QStringLiteral("not today"));
        }
        QCOMPARE(plugin.stops, 2);
    }
};

QTEST_GUILESS_MAIN(TestPluginHarness)
#include "tst_plugin_harness.moc"
