// SPDX-License-Identifier: GPL-2.0-or-later
// The log files of a real chronyd stay small, and it goes on writing to the new ones.
#include <QFileInfo>
#include <QTest>

#include "chrony/log_keeper.h"
#include "support/declared.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace fos1::ntp::test;
using namespace std::chrono_literals;

namespace {

constexpr qint64 kLargest = 3000;
constexpr const char* kLogging =
    "{server: {log: [rawmeasurements, tracking]}, sources: {servers: [{address: 127.0.0.1, port: PORT, iburst: true, "
    "minpoll: -5, maxpoll: -5}]}}";

}  // namespace

class TestLogKeeper : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void filesStaySmall() {
        const TestTree tree;
        Upstream upstream(tree);
        QVERIFY(upstream.start());
        Declared f;
        const QString directory = f.layout.paths().logDirectory;
        const LogKeeper keeper(f.engine.client(), directory, kLargest, 20ms);
        QCOMPARE(f.declare(kLogging, &upstream), QString());
        const qint64 pid = f.engine.state().pid;
        const QString file = directory + QStringLiteral("/measurements.log");
        int rotated = 0;
        qint64 largest = 0;
        QByteArray before;
        QVERIFY(QTest::qWaitFor(
            [&] {
                QFile old(file + QStringLiteral(".1"));
                const QByteArray head = old.open(QIODevice::ReadOnly) ? old.readAll() : QByteArray();
                largest = std::max({largest, head.size(), QFileInfo(file).size()});
                if (!head.isEmpty() && head != before) ++rotated;
                before = head;
                return rotated >= 3;
            },
            40'000));
        QVERIFY2(largest > kLargest && largest < 3 * kLargest, qPrintable(QString::number(largest)));
        // It goes on under the name that people know, and nothing else is left behind.
        QTRY_VERIFY(QFileInfo(file).size() > 0);
        const QStringList names = QDir(directory).entryList(QDir::Files);
        for (const QString& name : names)
            QVERIFY2(QStringList({"measurements.log", "measurements.log.1", "tracking.log", "tracking.log.1"})
                         .contains(name),
                     qPrintable(name));
        QCOMPARE(f.engine.state().pid, pid);
    }

    /// It may come back at any time, and files may be there from before.
    void withoutChronydFilesAreKeptSmallToo() {
        const TestTree tree;
        const QString directory = tree.directory(QStringLiteral("log"));
        (void)tree.write(QStringLiteral("log/tracking.log"), QByteArray(kLargest + 1, 'x'));
        (void)tree.write(QStringLiteral("log/statistics.log"), QByteArray(kLargest, 'x'));
        (void)tree.write(QStringLiteral("log/notes.txt"), QByteArray(10 * kLargest, 'x'));
        ChronyClient client(directory + QStringLiteral("/missing.sock"));
        const LogKeeper keeper(client, directory, kLargest, 20ms);
        QTRY_COMPARE(QDir(directory).entryList(QDir::Files),
                     QStringList({"notes.txt", "statistics.log", "tracking.log.1"}));
    }
};

QTEST_GUILESS_MAIN(TestLogKeeper)
#include "tst_log_keeper.moc"
