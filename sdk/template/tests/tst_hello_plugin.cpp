// SPDX-License-Identifier: MIT
#include <QTest>

#include "fos1/testing/plugin_harness.h"
#include "time/sync_state.h"

using fos1::testing::PluginHarness;
using fos1::time::SyncState;

namespace {

const QString kState = QStringLiteral("com.example.hello.state/v1");
const QString kSync = QString::fromLatin1(SyncState::kTopic);

QCborMap sync(bool isFit) {
    SyncState state;
    state.fitToAdvertise = isFit;
    return state.encode();
}

}  // namespace

class TestHelloPlugin : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void saysHowTheTimeIs() {
        PluginHarness harness(QStringLiteral(FOS1_PLUGIN_FILE));
        QCOMPARE(harness.error(), QString());
        QCOMPARE(harness.start(), QString());
        QVERIFY(harness.reconcile().outcome == fos1::Outcome::Ok);
        fos1::testing::FakeBus& bus = harness.host().bus;
        const auto sentence = [&bus] {
            return bus.value(kState, QStringLiteral("main")).value_or(QCborMap()).value(QStringLiteral("sentence"));
        };

        bus.set(kSync, QStringLiteral("main"), sync(true));
        PluginHarness::settle();
        QCOMPARE(sentence().toString(), QStringLiteral("Good day, the time is good."));
        const auto fit = [&harness] {
            return harness.host().metrics.value(QStringLiteral("hello_time_fit"), QStringLiteral("main"));
        };
        QCOMPARE(fit(), std::optional<qint64>(1));

        bus.set(kSync, QStringLiteral("main"), sync(false));
        PluginHarness::settle();
        QCOMPARE(sentence().toString(), QStringLiteral("Good day, the time is not good yet."));
        QCOMPARE(fit(), std::optional<qint64>(0));
        QCOMPARE(harness.host().status.condition({}, QStringLiteral("Degraded")), QStringLiteral("False/TimeKnown"));

        bus.stale(kSync, QStringLiteral("main"));
        PluginHarness::settle();
        QVERIFY(!bus.value(kState, QStringLiteral("main")));
        QCOMPARE(fit(), std::nullopt);
        QCOMPARE(harness.host().status.condition({}, QStringLiteral("Degraded")), QStringLiteral("True/NoTime"));

        QVERIFY(harness.stop().outcome == fos1::Outcome::Ok);
        QVERIFY(harness.host().guard.strayCalls().isEmpty());
    }

    void hasAPage() {
        PluginHarness harness(QStringLiteral(FOS1_PLUGIN_FILE));
        QCOMPARE(harness.start(), QString());
        harness.host().bus.set(kSync, QStringLiteral("main"), sync(true));
        PluginHarness::settle();
        const auto page = harness.page(QStringLiteral("show"));
        QVERIFY(page);
        QVERIFY(QCborValue(*page).toCbor().contains("Good day, the time is good."));
        QCOMPARE(harness.host().pages.mistakes(), QStringList());
    }

    void usesItsConfiguration() {
        fos1::testing::HarnessOptions options;
        options.configuration = {{QStringLiteral("greeting"), QStringLiteral("Good morning")}};
        PluginHarness harness(QStringLiteral(FOS1_PLUGIN_FILE), options);
        QCOMPARE(harness.start(), QString());
        harness.host().bus.set(kSync, QStringLiteral("main"), sync(true));
        PluginHarness::settle();
        const auto said = harness.host().bus.value(kState, QStringLiteral("main"));
        QVERIFY(said);
        QCOMPARE(said->value(QStringLiteral("sentence")).toString(), QStringLiteral("Good morning, the time is good."));
    }
};

QTEST_GUILESS_MAIN(TestHelloPlugin)
#include "tst_hello_plugin.moc"
