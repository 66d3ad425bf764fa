// SPDX-License-Identifier: GPL-2.0-or-later
// `fos1ctl ntp …` as a process against a fake daemon.
#include <QJsonArray>

#include "ctl_process.h"
#include "fake_daemon.h"

class TestCtlNtp : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void init() {
        m_daemon = std::make_unique<FakeDaemon>();
        qputenv("FOS1_SOCKET", m_daemon->socket().toLocal8Bit());
    }

    void ntpStatus() {
        m_daemon->answer(QStringLiteral("resource.list"),
                         {{QStringLiteral("items"), QJsonArray{data("service.json")}}});
        m_daemon->answer(QStringLiteral("topic.list"), data("sync.json"));
        const Outcome outcome = run(words("ntp status"));
        QCOMPARE(outcome.err, QString());
        QCOMPARE(outcome.out, QStringLiteral("default/main-ntp: synchronised\n"
                                             "  Source       a.example (192.0.2.1), server\n"
                                             "  Stratum      3\n"
                                             "  Offset       -1.25 ms (the local clock is slow), jitter 20 \u00b5s\n"
                                             "  Error bound  7.3 ms\n"
                                             "  Frequency    the clock runs 12.345 ppm slow\n"
                                             "  Leap second  normal\n"
                                             "  Sources      1 of 2 reachable, 1 selectable\n"
                                             "  Advertised   yes: within limits\n"
                                             "  chronyd      runs\n"
                                             "  Conditions   Ready = True: serves 4 networks\n"
                                             "               EnoughSources = False: 1 of 2 reachable\n"));
    }

    void ntpStatusWithoutTime() {
        QJsonObject service = data("service.json");
        service.insert(QStringLiteral("status"), json(R"({"running": false, "lastError": "chronyd ended"})"));
        m_daemon->answer(QStringLiteral("resource.list"), {{QStringLiteral("items"), QJsonArray{service}}});
        m_daemon->answer(QStringLiteral("topic.list"), data("no-sync.json"));
        QCOMPARE(run(words("ntp status")).out, QStringLiteral("default/main-ntp: not known: the plugin has stopped\n"
                                                              "  chronyd      does not run\n"
                                                              "  Last error   chronyd ended\n"));
        m_daemon->answer(QStringLiteral("resource.list"), json(R"({"items": []})"));
        const Outcome none = run(words("ntp status"));
        QCOMPARE(none.exitCode, 1);
        QVERIFY(none.err.contains(QStringLiteral("there is no NTPService")));
    }

    void ntpSources() {
        m_daemon->answer(QStringLiteral("resource.list"),
                         {{QStringLiteral("items"), QJsonArray{data("service.json")}}});
        QCOMPARE(run(words("ntp sources main-ntp")).out,
                 QStringLiteral("NAME        ADDRESS     KIND     STATE      STRATUM   REACH   POLL     LASTRX   "
                                "OFFSET   JITTER   DELAY\n"
                                "a.example   192.0.2.1   server   selected   2         377     64 s     40s      +12 "
                                "\u00b5s   20 \u00b5s    12.5 ms\n"
                                "b.example   192.0.2.2   server   unusable   0         0       1024 s   -        -     "
                                "   -        -\n"));
        QCOMPARE(run(words("ntp sources other")).exitCode, 1);
    }

    void ntpWhy() {
        m_daemon->answer(QStringLiteral("resource.list"), {{QStringLiteral("items"), QJsonArray{data("why.json")}}});
        const Outcome outcome = run(words("ntp why"));
        QCOMPARE(outcome.err, QString());
        QCOMPARE(
            outcome.out,
            QStringLiteral("NAME        ADDRESS     STATE         WHY\n"
                           "a.example   192.0.2.1   selected      The clock follows it: it is the best of the "
                           "sources.\n"
                           "b.example   192.0.2.2   falseticker   Its time disagrees with the majority "
                           "(falseticker): 12.3 ms away from the others' common interval.\n"
                           "c.example   -           unusable      The daemon does not say why; it may be older.\n"));
    }

    void ntpWhyOfOne_data() {
        QTest::addColumn<QString>("wanted");
        QTest::newRow("by name") << QStringLiteral("B.example");
        QTest::newRow("by address") << QStringLiteral("192.0.2.2");
    }
    void ntpWhyOfOne() {
        QFETCH(QString, wanted);
        m_daemon->answer(QStringLiteral("resource.list"), {{QStringLiteral("items"), QJsonArray{data("why.json")}}});
        const Outcome outcome = run(words("ntp why") << wanted);
        QCOMPARE(outcome.err, QString());
        QCOMPARE(outcome.out,
                 QStringLiteral("b.example (192.0.2.2), server:\n"
                                "  Why          Its time disagrees with the majority (falseticker): 12.3 ms "
                                "away from the others' common interval.\n"
                                "  State        falseticker\n"
                                "  Answered     8 of the last 8 polls, one every 64 s\n"
                                "  Stratum      2\n"
                                "  Measured     40s ago\n"
                                "  Offset       -12.8 ms (the local clock against it), jitter 20 \u00b5s\n"
                                "  Delay        12.5 ms\n"
                                "  Authentic    with key 7\n"));
    }

    void ntpWhyOfASourceThatWasNeverHeardOf() {
        m_daemon->answer(QStringLiteral("resource.list"), {{QStringLiteral("items"), QJsonArray{data("why.json")}}});
        QCOMPARE(run(words("ntp why c.example")).out,
                 QStringLiteral("c.example, server:\n"
                                "  Why          The daemon does not say why; it may be older.\n"
                                "  State        unusable\n"));
    }

    void ntpWhyOfAnUnknownOne() {
        m_daemon->answer(QStringLiteral("resource.list"), {{QStringLiteral("items"), QJsonArray{data("why.json")}}});
        const Outcome outcome = run(words("ntp why d.example"));
        QCOMPARE(outcome.exitCode, 1);
        QCOMPARE(outcome.out, QString());
        QCOMPARE(outcome.err, QStringLiteral("fos1ctl: there is no source \"d.example\"; there are: a.example, "
                                             "b.example, c.example\n"));
    }

    void ntpWhyForMachines() {
        m_daemon->answer(QStringLiteral("resource.list"), {{QStringLiteral("items"), QJsonArray{data("why.json")}}});
        const QJsonObject all = json(run(words("ntp why -o json")).out.toUtf8());
        const QJsonArray sources = all.value(u"services").toArray().at(0).toObject().value(u"sources").toArray();
        QCOMPARE(sources.size(), 3);
        QCOMPARE(sources.at(1).toObject().value(u"reason").toString(), QStringLiteral("Falseticker"));
        const QJsonObject one = json(run(words("ntp why 192.0.2.1 -o json")).out.toUtf8());
        QCOMPARE(one.value(u"services").toArray().at(0).toObject().value(u"sources").toArray().size(), 1);
    }

   private:
    std::unique_ptr<FakeDaemon> m_daemon;
};

QTEST_GUILESS_MAIN(TestCtlNtp)
#include "tst_ctl_ntp.moc"
