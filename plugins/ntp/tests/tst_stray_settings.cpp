// SPDX-License-Identifier: GPL-2.0-or-later
// Which commands of others the log of chronyd shows, and which settings are sent again when.
#include <QTest>

#include "core/stray_settings.h"

using namespace fos1::ntp;
using namespace std::chrono_literals;

namespace {

Tracking following(std::chrono::nanoseconds at) {
    Tracking tracking;
    tracking.refId = 0x0a010001;
    tracking.referenceTime = at;
    return tracking;
}

UpdateCount updates(int count) {
    UpdateCount seen;
    for (int i = 1; i <= count; ++i) seen.look(following(std::chrono::seconds(i)));
    return seen;
}

OnlineSettings declared(int limit, bool isLogged) {
    OnlineSettings settings;
    settings.makestep = {1s, limit};
    settings.settingsAreLogged = isLogged;
    return settings;
}

}  // namespace

class TestStraySettings : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    /// The lines of chrony 4.4 to 4.8 (reference.c), and of all (sources.c).
    void whatTheLogShows_data() {
        QTest::addColumn<QString>("line");
        QTest::addColumn<int>("setting");
        const auto row = [](const char* line, Setting setting) {
            QTest::newRow(line) << QString::fromLatin1(line) << static_cast<int>(setting);
        };
        row("New makestep 0.100000 -1", Setting::Makestep);
        row("New maxupdateskew 5.000000 ppm", Setting::MaxUpdateSkew);
        row("Enabled local reference mode", Setting::Local);
        row("Disabled local reference mode", Setting::Local);
        row("New reselect distance 1.000000", Setting::ReselectDistance);
        row("New reselect distance 0.000100", Setting::Unknown);  // what it is to be
        row("Source 10.1.0.1 new minpoll 6", Setting::Unknown);
        row("Reset all sources", Setting::Unknown);
        row("", Setting::Unknown);
    }
    void whatTheLogShows() {
        QFETCH(QString, line);
        QFETCH(int, setting);
        QCOMPARE(static_cast<int>(changedSettingIn(line)), setting);
    }

    void ourOwnCommandsAreNoStrangers() {
        SettingEchoes echoes;
        echoes.expect(Setting::Local);
        QVERIFY(echoes.strangers({}).empty());  // its line is on the way
        QVERIFY(echoes.strangers({{Setting::Local, 1}}).empty());
        QCOMPARE(echoes.strangers({{Setting::Local, 1}}), std::set<Setting>{Setting::Local});
        echoes.expect(Setting::Local);
        QCOMPARE(echoes.strangers({{Setting::Local, 2}, {Setting::Makestep, 1}}),
                 (std::set<Setting>{Setting::Makestep, Setting::Local}));
    }

    void linesThatNeverComeHideLittle() {
        SettingEchoes echoes;
        for (int i = 0; i < 1000; ++i) echoes.expect(Setting::Makestep);
        QVERIFY(echoes.strangers({{Setting::Makestep, 2}}).empty());
        QVERIFY(!echoes.strangers({{Setting::Makestep, 1}}).empty());
    }

    void updatesAreCountedFromBelow() {
        UpdateCount seen;
        seen.look({});
        QCOMPARE(seen.atLeast(), 0);
        Tracking local = following(1s);
        local.refId = 0x7F7F0101;
        seen.look(local);
        QCOMPARE(seen.atLeast(), 0);
        seen.look(following(1s));
        seen.look(following(1s));
        QCOMPARE(seen.atLeast(), 1);
        seen.look(following(2s));
        QCOMPARE(seen.atLeast(), 2);
    }

    /// chrony.conf(5), makestep: only in the first updates. Set again, it must not allow more of them.
    void makestepCountsDown() {
        QCOMPARE(remaining({1s, -1}, updates(9))->limit, -1);
        QCOMPARE(remaining({1s, 0}, updates(9))->limit, 0);
        QCOMPARE(remaining({1s, 3}, updates(0))->limit, 3);
        QVERIFY(!remaining({1s, 3}, updates(2)));
        QCOMPARE(remaining({1s, 3}, updates(3))->limit, 0);
        QVERIFY(remaining({1s, 3}, updates(3))->threshold == 1s);
    }

    void whatIsSentAgain() {
        using All = std::set<Setting>;
        const All silent{Setting::Makestep, Setting::Local, Setting::MaxUpdateSkew};
        QCOMPARE(settingsToSend(declared(0, true), {}, updates(1)), All{});
        QCOMPARE(settingsToSend(declared(0, true), {Setting::Local}, updates(1)), All{Setting::Local});
        QCOMPARE(settingsToSend(declared(0, false), {}, updates(1)), silent);
        QCOMPARE(settingsToSend(declared(3, false), {}, updates(1)), (All{Setting::Local, Setting::MaxUpdateSkew}));
        QCOMPARE(settingsToSend(declared(3, false), {Setting::ReselectDistance}, updates(3)).size(), 4U);
        QCOMPARE(settingsToSend(declared(3, true), {Setting::Makestep}, updates(2)), All{});
        QCOMPARE(settingsToSend(declared(3, true), {Setting::Makestep}, updates(3)), All{Setting::Makestep});
    }
};

QTEST_APPLESS_MAIN(TestStraySettings)
#include "tst_stray_settings.moc"
