// SPDX-License-Identifier: GPL-2.0-or-later
#include <QTest>

#include "core/apply_pace.h"

using namespace fos1::firewall;
using namespace std::chrono_literals;

class TestApplyPace : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void changesThatComeTogetherAreOne() {
        const ApplyPace pace;
        QVERIFY(pace.beforeChange(false, false) == 5ms);
        QVERIFY(pace.beforeChange(true, false) == 0ms);
        QVERIFY(pace.beforeChange(true, true) == 20ms);
    }

    void aRefusalIsRetriedEverLater() {
        ApplyPace pace;
        for (const auto expected : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) QVERIFY(pace.beforeRetry() == expected);
        // A change may remove the cause of the refusal, so it is not delayed.
        QVERIFY(pace.beforeChange(false, false) == 0ms);
        pace.done();
        QVERIFY(pace.beforeRetry() == 1s);
    }

    void whoContendsDoesNotKeepUsBusy() {
        ApplyPace pace;
        const fos1::bridge::ChangeLimiter::TimePoint start{};
        for (int i = 0; i < 20; ++i) QVERIFY(pace.beforeRepair(start + i * 1ms) == 0ms);
        // From then on once per second, however frequent the changes.
        int repairs = 0;
        for (auto at = 20ms; at < 60s; at += 10ms)
            if (pace.beforeRepair(start + at) == 0ms) ++repairs;
        QVERIFY2(repairs <= 60, qPrintable(QString::number(repairs)));
        QVERIFY(pace.beforeRepair(start + 2min) == 0ms);
    }
};

QTEST_APPLESS_MAIN(TestApplyPace)
#include "tst_apply_pace.moc"
