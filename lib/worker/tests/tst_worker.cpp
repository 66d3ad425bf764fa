// SPDX-License-Identifier: GPL-2.0-or-later
#include <QSemaphore>
#include <QTest>
#include <QThread>
#include <atomic>

#include "worker.h"

using namespace std::chrono_literals;

namespace fos1 {

class TestWorker : public QObject {
    Q_OBJECT

   private Q_SLOTS:
    static void runsJobsInOrderAndAnswersHere();
    static void dropsWhatHasNotBegun();
    static void waitsForTheJobThatRuns();
    static void abandonsAJobThatHangs();
};

void TestWorker::runsJobsInOrderAndAnswersHere() {
    Worker worker("fos1-test-worker");
    QThread* const here = QThread::currentThread();
    QList<int> ran;
    QList<int> answered;
    for (int i = 0; i < 100; ++i)
        worker.post([&, i]() -> Worker::Answer {
            if (QThread::currentThread() != here) ran.append(i);
            return [&, i] {
                if (QThread::currentThread() == here) answered.append(i);
            };
        });
    QTRY_COMPARE(answered.size(), 100);
    QCOMPARE(ran, answered);
    for (int i = 0; i < 100; ++i) QCOMPARE(answered.at(i), i);
}

void TestWorker::dropsWhatHasNotBegun() {
    QSemaphore begun;
    QSemaphore mayEnd;
    std::atomic<int> count = 0;
    const auto owned = std::make_shared<int>(1);
    {
        auto worker = std::make_unique<Worker>("test");
        const auto job = [&, owned]() -> Worker::Answer {
            ++count;
            begun.release();
            mayEnd.acquire();
            return [&count] { count += 100; };
        };
        worker->post(job);
        worker->post(job);
        begun.acquire();
        mayEnd.release();  // the first ends; the second has either not begun, or waits
        mayEnd.release();
        worker.reset();
    }
    QVERIFY(count == 1 || count == 2);
    QCOMPARE(owned.use_count(), 1);
}

void TestWorker::waitsForTheJobThatRuns() {
    std::atomic<bool> isDone = false;
    QSemaphore begun;
    {
        Worker worker("test");
        worker.post([&]() -> Worker::Answer {
            begun.release();
            QThread::msleep(50);
            isDone = true;
            return [] {};
        });
        begun.acquire();
    }
    QVERIFY(isDone);
}

void TestWorker::abandonsAJobThatHangs() {
    const auto mayEnd = std::make_shared<QSemaphore>();
    QSemaphore begun;
    {
        Worker worker("test", 10ms);
        worker.post([mayEnd, &begun]() -> Worker::Answer {
            begun.release();
            mayEnd->acquire();
            return [mayEnd] {};
        });
        begun.acquire();
    }
    QVERIFY(mayEnd.use_count() > 1);
    mayEnd->release();
    // The thread ends by itself and lets go of what the job owned.
    QTRY_COMPARE(mayEnd.use_count(), 1L);
}

}  // namespace fos1

QTEST_GUILESS_MAIN(fos1::TestWorker)
#include "tst_worker.moc"
