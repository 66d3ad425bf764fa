// SPDX-License-Identifier: GPL-2.0-or-later
// How fos1ctl formats ages, durations, cells and tables, and how it reads the paths of printer columns.
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include "human_text.h"
#include "json_path.h"
#include "socket_paths.h"
#include "text_table.h"

using namespace fos1::ctl;

class TestCtlText : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void ages_data() {
        QTest::addColumn<qint64>("seconds");
        QTest::addColumn<QString>("expected");
        const auto row = [](qint64 seconds, const char* text) {
            QTest::newRow(text) << seconds << QString::fromLatin1(text);
        };
        row(-5, "0s");
        row(0, "0s");
        row(119, "119s");
        row(120, "2m");
        row(330, "5m30s");
        row(3599, "59m");
        row(7200, "120m");
        row(4 * 3600 + 60, "4h1m");
        row(30 * 3600, "30h");
        row(3 * 86400 + 3600, "3d1h");
        row(100 * 86400, "100d");
        row(3 * 365 * 86400, "3y");
    }
    void ages() {
        QFETCH(qint64, seconds);
        QFETCH(QString, expected);
        QCOMPARE(ageText(seconds), expected);
    }

    void agesOfTimes() {
        const QDateTime now = QDateTime::fromString(QStringLiteral("2026-11-23T12:00:00Z"), Qt::ISODate);
        QCOMPARE(ageSince(QStringLiteral("2026-11-23T11:54:30Z"), now), QStringLiteral("5m30s"));
        QCOMPARE(ageSince(QStringLiteral("2026-11-23T11:54:30.123456Z"), now), QStringLiteral("5m29s"));
        QCOMPARE(ageSince(QStringLiteral("2026-11-23T12:54:30+01:00"), now), QStringLiteral("5m30s"));
        QCOMPARE(ageSince({}, now), QStringLiteral("-"));
    }

    void durations_data() {
        QTest::addColumn<double>("nanoseconds");
        QTest::addColumn<QString>("expected");
        const auto row = [](double nanoseconds, const QString& text) {
            QTest::newRow(qPrintable(QString::number(nanoseconds))) << nanoseconds << text;
        };
        row(0, QStringLiteral("+0 ns"));
        row(812, QStringLiteral("+812 ns"));
        row(-20'000, QStringLiteral("-20 \u00b5s"));
        row(1'254'000, QStringLiteral("+1.25 ms"));
        row(999'600, QStringLiteral("+1 ms"));
        row(3e9, QStringLiteral("+3 s"));
        row(-4.5e12, QStringLiteral("-4500 s"));
    }
    void durations() {
        QFETCH(double, nanoseconds);
        QFETCH(QString, expected);
        QCOMPARE(signedDurationText(nanoseconds), expected);
    }

    void cells() {
        QCOMPARE(cellText(QJsonValue(QJsonValue::Undefined)), QStringLiteral("-"));
        QCOMPARE(cellText(QString()), QStringLiteral("-"));
        QCOMPARE(cellText(true), QStringLiteral("true"));
        QCOMPARE(cellText(3), QStringLiteral("3"));
        QCOMPARE(cellText(0.01234567), QStringLiteral("0.0123457"));
        QCOMPARE(cellText(QJsonArray{QStringLiteral("a"), 1}), QStringLiteral("a,1"));
    }

    void paths_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QJsonValue>("expected");
        const auto row = [](const char* path, const QJsonValue& value) {
            QTest::newRow(path) << QString::fromLatin1(path) << value;
        };
        row(".spec.enabled", true);
        row(".status.sources[1].name", QStringLiteral("b"));
        row(".status.sources[7].name", QJsonValue::Undefined);
        row(".status.conditions[?(@.type==\"Ready\")].status", QStringLiteral("True"));
        row(".status.conditions[?(@.type=='Ready')].status", QStringLiteral("True"));
        row(".status.conditions[?(@.type==\"Other\")].status", QJsonValue::Undefined);
        row(".metadata.labels.fos1\\.io/x", QStringLiteral("y"));
        row(".absent.deeper", QJsonValue::Undefined);
        row("spec", QJsonValue::Undefined);
        row(".spec[", QJsonValue::Undefined);
    }
    void paths() {
        QFETCH(QString, path);
        QFETCH(QJsonValue, expected);
        const QJsonObject object = QJsonDocument::fromJson(R"({"spec": {"enabled": true}, "metadata": {"labels":
            {"fos1.io/x": "y"}}, "status": {"sources": [{"name": "a"}, {"name": "b"}], "conditions":
            [{"type": "Synced", "status": "False"}, {"type": "Ready", "status": "True"}]}})")
                                       .object();
        QCOMPARE(valueAt(object, path), expected);
    }

    void tables() {
        TextTable table({QStringLiteral("NAME"), QStringLiteral("B")});
        QVERIFY(table.isEmpty());
        table.add({QStringLiteral("longer"), QStringLiteral("\x1b[31mx\ny")});
        table.add({QStringLiteral("a"), QString()});
        QCOMPARE(table.text(), QStringLiteral("NAME     B\nlonger   [31mx\n         y\na\n"));
        table.add({QStringLiteral("b\nforged"), QString()});
        QVERIFY(!table.text().contains(QStringLiteral("\nforged")));
    }

    void tablesFitAWidth() {
        TextTable table({QStringLiteral("NAME"), QStringLiteral("KINDS"), QStringLiteral("REMARK")});
        const QString remark = QStringLiteral("the port is in use by another server").repeated(3);
        table.add({QStringLiteral("ntp"), QStringLiteral("One,Two,Three"), remark});
        table.add({QStringLiteral("dns"), QString(), QStringLiteral("first mistake\nsecond mistake")});
        for (const QString& line : table.text(40).split(u'\n')) QVERIFY2(line.size() <= 40, qPrintable(line));
        // Nothing is omitted or broken within a word.
        QString words = table.text(40).simplified();
        for (const QString& word : remark.split(u' ')) QVERIFY2(words.contains(word), qPrintable(word));
        QVERIFY(table.text(40).contains(QStringLiteral("first mistake\n")));
        // A word that is wider than the line stays whole.
        TextTable wide({QStringLiteral("NAME"), QStringLiteral("PATH")});
        wide.add({QStringLiteral("x"), QString(60, u'p')});
        QVERIFY(wide.text(40).contains(QString(60, u'p')));
    }

    void socketPlaces() {
        qunsetenv("FOS1_SOCKET");
        QCOMPARE(socketCandidates(QStringLiteral("/x")), QStringList{QStringLiteral("/x")});
        QCOMPARE(socketCandidates({}).first(), QStringLiteral("/run/fos1/control.sock"));
        qputenv("FOS1_SOCKET", "/y");
        QCOMPARE(socketCandidates({}), QStringList{QStringLiteral("/y")});
    }
};

QTEST_GUILESS_MAIN(TestCtlText)
#include "tst_ctl_text.moc"
