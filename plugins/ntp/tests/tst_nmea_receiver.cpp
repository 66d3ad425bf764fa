// SPDX-License-Identifier: GPL-2.0-or-later
// From bursts to samples: each sample belongs to the first byte of its burst, and nothing wrong becomes one.
#include <QTest>

#include "support/receiver_scene.h"

using namespace fos1::ntp;
using namespace fos1::ntp::test;
using namespace fos1::lab;

class TestNmeaReceiver : public QObject {
    Q_OBJECT

   private Q_SLOTS:
    void eachMaker_data() {
        QTest::addColumn<int>("maker");
        QTest::newRow("u-blox") << int(Maker::Ublox);
        QTest::newRow("SiRF") << int(Maker::Sirf);
        QTest::newRow("MediaTek") << int(Maker::Mediatek);
    }

    void eachMaker() {
        QFETCH(int, maker);
        Scene scene;
        Report report;
        report.maker = static_cast<Maker>(maker);
        scene.seconds(0, 20, 0, report);
        QCOMPARE(scene.samples.size(), 20U - ReceiverJudge::kSettling + 1);
        scene.verifyAllRight();
        QCOMPARE(scene.reason(), QStringLiteral("Healthy"));
        const GnssFacts facts = scene.receiver.gnss().facts(scene.now().rawNs);
        QCOMPARE(facts.fix, QStringLiteral("autonomous"));
        QCOMPARE(*facts.used, 9);
        QCOMPARE(*facts.inView, report.maker == Maker::Ublox ? 10 : 7);
        QCOMPARE(*facts.hdopHundredths, 92);
        QCOMPARE(*facts.dimensions, 3);
    }

    /// At 4800 baud in 8 pieces with pauses of 40 ms, which are shorter than the one before the burst.
    void aBurstWithPauses() {
        Scene scene;
        for (int second = 0; second < 12; ++second) {
            Report report;
            report.time = kStart.addSecs(second);
            const QByteArray bytes = burst(report);
            scene.at(second * 1000 + scene.latencyMs);
            for (qsizetype each = 0; each < bytes.size(); each += 70) {
                scene.feed(bytes.mid(each, 70));
                scene.at(second * 1000 + scene.latencyMs + (each / 70 + 1) * 80);
            }
        }
        scene.receiver.settle();
        QVERIFY(scene.samples.size() > 5);
        scene.verifyAllRight();
    }

    void aLineThatCarriesNoMoreTellsNoTime() {
        Scene scene;
        // 10 Hz at 9600 baud: 96 bytes fit into a tenth of a second.
        QByteArray all;
        for (int tenth = 0; tenth < 200; ++tenth) {
            Report report;
            report.time = kStart.addMSecs(tenth * 100);
            all += burst(report);
        }
        scene.at(0);
        for (qsizetype each = 0; each < all.size(); each += 8) {
            scene.feed(all.mid(each, 8));
            scene.at(each / 8 * 8);
        }
        scene.receiver.settle();
        QVERIFY(scene.samples.size() <= 1);
        QVERIFY(scene.count(InstantVerdict::Overrun) > 10);
        QCOMPARE(scene.reason(), QStringLiteral("Overrun"));
    }

    void wholeSecondsAreEnough() {
        Scene scene;
        for (int tenth = 0; tenth < 100; ++tenth) {
            Report report;
            report.time = kStart.addMSecs(tenth * 100);
            scene.play(tenth * 100 + 30, sentence("GNRMC," + clockText(report) + ",A,,,,,,,281126,,,A,V"), 1);
        }
        scene.latencyMs = 30;
        scene.receiver.settle();
        QCOMPARE(scene.samples.size(), 10U - ReceiverJudge::kSettling + 1);
        scene.verifyAllRight();
        QVERIFY(scene.count(InstantVerdict::BetweenSeconds) > 80);
    }

    /// Receivers that count from their own start.
    void onlyBetweenSeconds() {
        Scene scene;
        for (int second = 0; second < 10; ++second)
            scene.play(second * 1000 + 400 + scene.latencyMs,
                       sentence("GNRMC,0830" + QByteArray::number(second + 10) + ".40,A,,,,,,,281126,,,A,V"), 1);
        scene.receiver.settle();
        QVERIFY(!scene.samples.empty());
        for (const ReceiverSample& each : scene.samples) QCOMPARE(each.unixNs % kNsPerSecond, 400 * kMs);
    }

    void withoutAFixThereIsNoSample_data() {
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("status V") << QByteArray("GNRMC,%1,V,,,,,,,281126,,,N,V");
        QTest::newRow("mode N") << QByteArray("GNRMC,%1,A,,,,,,,281126,,,N,V");
        QTest::newRow("estimated") << QByteArray("GNRMC,%1,A,,,,,,,281126,,,E,V");
        QTest::newRow("GGA quality 0") << QByteArray("GNGGA,%1,,,,,0,00,99.99,,,,,,");
        QTest::newRow("GLL void") << QByteArray("GPGLL,,,,,%1,V,N");
        QTest::newRow("GNS none") << QByteArray("GNGNS,%1,,,,,NN,00,99.99,,,,,V");
        QTest::newRow("ZDA alone") << QByteArray("GNZDA,%1,28,11,2026,00,00");
        QTest::newRow("cold start") << QByteArray("GPRMC,0000%2.09,V,,,,,,,060180,,,N");
        QTest::newRow("void, no time") << QByteArray("GPRMC,,V,,,,,,,,,,N");
    }

    void withoutAFixThereIsNoSample() {
        QFETCH(QByteArray, body);
        Scene scene;
        for (int second = 0; second < 20; ++second) {
            QByteArray filled = body;
            const QByteArray number = QByteArray::number(second).rightJustified(2, '0');
            filled.replace("%1", "0830" + number + ".00").replace("%2", number);
            scene.play(second * 1000 + 100, sentence(filled), 1);
        }
        scene.receiver.settle();
        QCOMPARE(scene.samples.size(), 0U);
        QVERIFY2(scene.reason() == u"NoFix" || scene.reason() == u"FixUnknown", qPrintable(scene.reason()));
    }

    void aLostFixSettlesAgain() {
        Scene scene;
        Report lost;
        lost.hasFix = false;
        scene.seconds(0, 10);
        scene.seconds(10, 20, 0, lost);
        const std::size_t before = scene.samples.size();
        QCOMPARE(scene.reason(), QStringLiteral("NoFix"));
        QVERIFY2(scene.message().contains("since 2026-11-28 08:30:10"), qPrintable(scene.message()));
        scene.seconds(20, 30);
        QCOMPARE(scene.samples.size() - before, 10U - ReceiverJudge::kSettling + 1);
        scene.verifyAllRight();
    }

    void weeksThatRolledOverAreCorrected() {
        Scene scene;
        scene.seconds(0, 12, -kRolloverSeconds);
        QVERIFY(!scene.samples.empty());
        scene.verifyAllRight();
        QCOMPARE(scene.reason(), QStringLiteral("WeekRollover"));
        QVERIFY2(scene.message().contains("2007-04-14"), qPrintable(scene.message()));
        // Of the two rollovers that there were since 1980.
        Scene twice;
        twice.seconds(0, 12, -2 * kRolloverSeconds);
        QVERIFY(!twice.samples.empty());
        twice.verifyAllRight();
    }

    void aRolloverOnTheWayIsNoJump() {
        Scene scene;
        scene.seconds(0, 10);
        scene.seconds(10, 20, -kRolloverSeconds);
        QCOMPARE(scene.count(InstantVerdict::Jumped), 0U);
        QCOMPARE(scene.samples.size(), 20U - ReceiverJudge::kSettling + 1);
        scene.verifyAllRight();
    }

    void jumpsAreNotFollowed_data() {
        QTest::addColumn<qint64>("shift");
        QTest::addColumn<QString>("reason");
        QTest::newRow("5 s ahead") << qint64{5} << "Jumped";
        QTest::newRow("5 s behind") << qint64{-5} << "Jumped";
        QTest::newRow("18 s: without leap seconds") << qint64{18} << "Jumped";
        QTest::newRow("1024 weeks into the future") << kRolloverSeconds << "Jumped";
        QTest::newRow("a day") << qint64{-86400} << "Jumped";
        QTest::newRow("a leap second early") << qint64{-1} << "LeapUnannounced";
        QTest::newRow("a leap second taken out") << qint64{1} << "LeapUnannounced";
    }

    void jumpsAreNotFollowed() {
        QFETCH(qint64, shift);
        QFETCH(QString, reason);
        Scene scene;
        scene.seconds(0, 20);
        const std::size_t before = scene.samples.size();
        scene.seconds(20, 200, shift);
        QCOMPARE(scene.samples.size(), before);
        QCOMPARE(scene.reason(), reason);
        // Back, it is not believed at once.
        scene.seconds(200, 220);
        QCOMPARE(scene.samples.size(), before);
        scene.seconds(220, 260);
        QVERIFY(scene.samples.size() > before);
        scene.verifyAllRight();
        QCOMPARE(scene.reason(), QStringLiteral("Healthy"));
    }

    void oneWrongSecondCostsFewSamples() {
        Scene scene;
        scene.seconds(0, 20);
        scene.second(20, 7);
        scene.seconds(21, 30);
        scene.verifyAllRight();
        QVERIFY(scene.samples.size() >= 20);
        QCOMPARE(scene.reason(), QStringLiteral("Healthy"));
    }

    void aFrozenSecond() {
        Scene scene;
        scene.seconds(0, 20);
        for (int second = 20; second < 40; ++second) scene.second(second, 19 - second);
        scene.receiver.settle();
        scene.verifyAllRight();
        QCOMPARE(scene.reason(), QStringLiteral("Frozen"));
        QCOMPARE(scene.samples.size(), 20U - ReceiverJudge::kSettling + 1);
        scene.seconds(40, 50);
        scene.verifyAllRight();
        QCOMPARE(scene.reason(), QStringLiteral("Healthy"));
    }

    void frozenFromTheStart() {
        Scene scene;
        for (int second = 0; second < 20; ++second) scene.second(second, -second);
        scene.receiver.settle();
        QCOMPARE(scene.samples.size(), 0U);
        QCOMPARE(scene.reason(), QStringLiteral("Frozen"));
    }

    void aLeapSecond_data() {
        QTest::addColumn<QByteArray>("list");
        QTest::addColumn<bool>("isKnown");
        // 2027-01-01 is 4007750400 in NTP time.
        QTest::newRow("announced") << QByteArray("#@ 4020000000\n4007750400 38\n") << true;
        QTest::newRow("an expired list") << QByteArray("#@ 3900000000\n3692217600 37\n") << true;
        QTest::newRow("no list") << QByteArray() << true;
        QTest::newRow("a list that says that there is none") << QByteArray("#@ 4020000000\n3692217600 37\n") << false;
    }

    void aLeapSecond() {
        QFETCH(QByteArray, list);
        QFETCH(bool, isKnown);
        Scene scene(Scene::defaults(), LeapTable(list));
        const QDateTime midnight(QDate(2027, 1, 1), QTime(0, 0), Qt::UTC);
        for (int second = 0; second < 60; ++second) {
            Report report;
            report.isLeapSecond = second == 20;
            report.time = midnight.addSecs(second <= 20 ? second - 20 : second - 21);
            scene.play(second * 1000 + 120, burst(report), 3);
        }
        scene.receiver.settle();
        QCOMPARE(scene.count(InstantVerdict::LeapSecond), 1U);
        if (isKnown) {
            QCOMPARE(scene.count(InstantVerdict::LeapUnannounced), 0U);
            QVERIFY(scene.samples.size() > 50);
        } else {
            QVERIFY(scene.samples.size() < 21);
            QCOMPARE(scene.reason(), QStringLiteral("LeapUnannounced"));
        }
    }

    void acrossMidnightWithoutADate() {
        Scene scene;
        const QDateTime late(QDate(2026, 11, 28), QTime(23, 59, 50), Qt::UTC);
        const qint64 offset = kStart.msecsTo(late);
        for (int second = 0; second < 20; ++second) {
            Report report;
            report.time = late.addSecs(second);
            scene.play(offset + second * 1000 + 120,
                       sentence("GNGGA," + clockText(report) + ",4717.1,N,00833.9,E,1,09,0.92,430.1,M,48.0,M,,"), 1);
        }
        scene.receiver.settle();
        QCOMPARE(scene.samples.size(), 20U - ReceiverJudge::kSettling + 1);
        scene.verifyAllRight();
    }

    void theNetworkDisagrees() {
        Scene scene;
        scene.network(0);
        scene.seconds(0, 10, 5);
        QCOMPARE(scene.samples.size(), 0U);
        QCOMPARE(scene.reason(), QStringLiteral("NetworkDisagrees"));
        QVERIFY2(scene.message().contains("4.88 s ahead of the time that 3 sources"), qPrintable(scene.message()));
        // Against one source there is no majority.
        Scene one;
        one.network(0, 1);
        one.seconds(0, 10, 5);
        QVERIFY(!one.samples.empty());
        // The operator wants it so.
        ReceiverPolicy policy = Scene::defaults();
        policy.judge.isDistrustful = false;
        Scene trusting(policy);
        trusting.network(0);
        trusting.seconds(0, 10, 5);
        QVERIFY(!trusting.samples.empty());
        QCOMPARE(*trusting.receiver.judge().deviation(), 4880 * kMs);
    }

    /// The sources in the network are asked again after that.
    void theMachinesClockIsSet() {
        Scene scene;
        scene.network(3000);
        scene.seconds(0, 1);
        QCOMPARE(scene.reason(), QStringLiteral("NetworkDisagrees"));
        Scene set;
        set.network(0);
        set.seconds(0, 10);
        set.clockStepMs = -90'000;
        set.seconds(10, 20);
        QCOMPARE(set.count(InstantVerdict::NetworkDisagrees), 0U);
        QCOMPARE(set.reason(), QStringLiteral("Healthy"));
    }

    void theNetworkConfirmsAJump() {
        Scene scene;
        scene.seconds(0, 20, 3);  // wrong from the start, as a receiver is with the firmware's leap seconds
        const std::size_t wrong = scene.samples.size();
        scene.network(0);
        scene.seconds(20, 60);
        scene.network(0);
        scene.seconds(60, 80);
        QVERIFY(scene.samples.size() > wrong);
        QCOMPARE(scene.samples.back().arrival.realNs - scene.samples.back().unixNs, scene.latencyMs * kMs);
    }

    void leapSecondsOfTheFirmware() {
        Scene scene;
        for (int second = 0; second < 20; ++second) {
            Report report;
            report.time = kStart.addSecs(second);
            scene.play(second * 1000 + 120,
                       burst(report) + sentence("PUBX,04," + clockText(report) + ",281126,113851.00,2446,18" +
                                                (second < 10 ? "D" : "") + ",1930035,-2660.664,43,"),
                       3);
        }
        scene.receiver.settle();
        QCOMPARE(scene.count(InstantVerdict::LeapDefault), 10U);
        QVERIFY(!scene.samples.empty());
    }

    void receiversTellWhatTheyAre() {
        Scene scene;
        scene.at(0);
        scene.feed(sentence("GNTXT,01,01,02,MOD=NEO-M8T-0") + sentence("GNTXT,01,01,02,FWVER=TIM 1.10") +
                   sentence("GNTXT,01,01,02,ANTSTATUS=OPEN"));
        const GnssFacts facts = scene.receiver.gnss().facts(scene.now().rawNs);
        QCOMPARE(facts.model, QStringLiteral("NEO-M8T-0"));
        QCOMPARE(facts.firmware, QStringLiteral("TIM 1.10"));
        QCOMPARE(facts.antenna, QStringLiteral("open"));
    }
};

QTEST_GUILESS_MAIN(TestNmeaReceiver)
#include "tst_nmea_receiver.moc"
