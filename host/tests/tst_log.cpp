// SPDX-License-Identifier: GPL-2.0-or-later
// A log line is one line, whatever is in it; what a child prints is bounded in length and rate.
#include <fcntl.h>
#include <unistd.h>

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>
#include <QTimeZone>
#include <thread>

#include "log/child_output.h"
#include "log/log_line.h"

using namespace fos1::host::log;

class TestLog : public QObject {
    Q_OBJECT

    int m_write = -1;
    std::unique_ptr<ChildOutput> m_output;
    QByteArrayList m_lines;

    void print(const QByteArray& text) const {
        QCOMPARE(::write(m_write, text.constData(), static_cast<std::size_t>(text.size())), text.size());
    }

   private Q_SLOTS:
    void init() {
        int ends[2] = {-1, -1};
        QCOMPARE(::pipe2(ends, O_CLOEXEC), 0);
        m_write = ends[1];
        m_output = std::make_unique<ChildOutput>(ends[0]);
        m_lines.clear();
        connect(m_output.get(), &ChildOutput::line, this, [this](const QByteArray& line) { m_lines.append(line); });
    }
    void cleanup() {
        m_output.reset();
        if (m_write >= 0) ::close(m_write);
        m_write = -1;
    }

    static void oneLineWhateverIsInIt() {
        QCOMPARE(oneLine("plain, with µ and 漢"), QStringLiteral("plain, with µ and 漢"));
        QCOMPARE(oneLine("a\nb\r\tc \n "), QStringLiteral("a\\nb\\r\\tc"));
        QCOMPARE(oneLine(QStringLiteral("\x1b[2J")), QStringLiteral("\\u{1B}[2J"));
        QCOMPARE(oneLine(QString(QChar(0x202e)) + "txt"), QStringLiteral("\\u{202E}txt"));
        QCOMPARE(oneLine(QString(QChar(0x2028)) + QChar(0x9b)), QStringLiteral("\\u{2028}\\u{9B}"));
        const QString cut = oneLine(QString(20'000, u'x'));
        QVERIFY(cut.size() < kLongestText + 40);
        QVERIFY(cut.endsWith("(11808 more characters)"));
    }

    static void forms() {
        const QDateTime now = QDateTime::fromMSecsSinceEpoch(1'764'417'600'123, QTimeZone(3600));
        QCOMPARE(line(Form::Journal, Priority::Warning, "fos1.x", "a\n<0>b", now), QByteArray("<4>fos1.x: a\\n<0>b\n"));
        QCOMPARE(line(Form::Plain, Priority::Error, "fos1.x", "a ", now),
                 QByteArray("2025-11-29T13:00:00.123+01:00 error fos1.x: a\n"));
    }

    static void fields_data() {
        QTest::addColumn<QString>("category");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QByteArrayList>("more");
        QTest::newRow("of a plugin") << "fos1.probe.engine"
                                     << "started" << QByteArrayList{"FOS1_PLUGIN=probe"};
        QTest::newRow("of the host") << "fos1.host"
                                     << "started version=1" << QByteArrayList();
        QTest::newRow("of the host about a plugin")
            << "fos1.host.plugins"
            << "plugin=com.example.x state=Failed" << QByteArrayList{"FOS1_PLUGIN=com.example.x"};
        QTest::newRow("printed by a runner, which cannot choose the name")
            << "fos1.plugin"
            << "plugin=evil plugin=probe object=Secret/x" << QByteArrayList{"FOS1_PLUGIN=evil", "FOS1_OBJECT=Secret/x"};
        QTest::newRow("about an object") << "fos1.host.admission"
                                         << "refused object=Thing/main origin=a.yaml"
                                         << QByteArrayList{"FOS1_OBJECT=Thing/main"};
        QTest::newRow("not in a word") << "fos1.host"
                                       << "noobject=x" << QByteArrayList();
        QTest::newRow("of a library") << "qt.network.ssl"
                                      << "text" << QByteArrayList();
    }
    static void fields() {
        QFETCH(QString, category);
        QFETCH(QString, text);
        QFETCH(QByteArrayList, more);
        QCOMPARE(
            fieldsOf(Priority::Warning, category, text + QStringLiteral(" \nFOS1_PLUGIN=y")),
            QList<QByteArray>({"MESSAGE=" + (category + QStringLiteral(": ") + text).toUtf8() + " \\nFOS1_PLUGIN=y",
                               "PRIORITY=4", "FOS1_CATEGORY=" + category.toUtf8()}) +
                more);
    }

    static void priorities() {
        QVERIFY(prioritized("<3>x", Priority::Info).priority == Priority::Error);
        QCOMPARE(prioritized("<3>x", Priority::Info).text, QByteArray("x"));
        QVERIFY(prioritized("<0>x", Priority::Info).priority == Priority::Critical);
        QVERIFY(prioritized("<9>x", Priority::Info).priority == Priority::Info);
        QCOMPARE(prioritized("<9>x", Priority::Info).text, QByteArray("<9>x"));
        QCOMPARE(prioritized("", Priority::Debug).text, QByteArray());
    }

    void linesOfAChild() {
        print("one\ntw");
        QTRY_COMPARE(m_lines, QByteArrayList{"one"});
        print("o\n\nlast");
        QTRY_COMPARE(m_lines, (QByteArrayList{"one", "two", ""}));
        m_output->finish();
        QCOMPARE(m_lines.back(), QByteArray("last"));
    }

    void aLineWithoutEndIsCut() {
        print(QByteArray(10'000, 'x'));
        QTRY_COMPARE(m_lines.size(), 2);
        QCOMPARE(m_lines.front().size(), ChildOutput::kLongestLine);
        m_output->finish();
        QCOMPARE(m_lines.join().size(), 10'000);
    }

    void tooManyLinesAreCounted() {
        QSignalSpy leftOut(m_output.get(), &ChildOutput::leftOut);
        QByteArray text;
        for (int i = 0; i < 1000; ++i) text += "line\n";
        print(text);
        QTRY_COMPARE(leftOut.size(), 1);
        QCOMPARE(m_lines.size() + leftOut.front().front().toInt(), 1000);
        QVERIFY(m_lines.size() <= ChildOutput::kLinesPerSecond);
        print("later\n");
        QTRY_COMPARE(m_lines.back(), QByteArray("later"));
    }

    /// The child waits; neither memory nor the event loop is at its mercy, and its end is not waited for.
    void aChildThatNeverStops() {
        std::atomic<bool> isOver = false;
        std::atomic<qint64> written = 0;
        std::thread child([&] {
            ::fcntl(m_write, F_SETFL, O_NONBLOCK);
            const QByteArray text(4096, '\n');
            while (!isOver) {
                const ssize_t count = ::write(m_write, text.constData(), static_cast<std::size_t>(text.size()));
                if (count > 0) written += count;
            }
        });
        QTest::qWait(2500);
        QElapsedTimer timer;
        timer.start();
        m_output->finish();
        const qint64 took = timer.elapsed();
        isOver = true;
        child.join();
        QVERIFY2(took < 1000, qPrintable(QString::number(took)));
        QVERIFY2(written < 8 * ChildOutput::kBytesPerSecond, qPrintable(QString::number(written)));
    }
};

QTEST_GUILESS_MAIN(TestLog)
#include "tst_log.moc"
