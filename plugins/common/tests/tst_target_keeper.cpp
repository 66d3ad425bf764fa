// SPDX-License-Identifier: GPL-2.0-or-later
// When a target is changed: changes that come one after the other together, the newest values, and again after a
// failure.
#include <QTest>

#include "target_keeper.h"

using namespace fos1;
using namespace std::chrono_literals;

namespace {

struct Applied {
    bool isWritten = true;
    std::chrono::nanoseconds took{0};
};
using Keeper = bridge::TargetKeeper<int, Applied>;

Q_LOGGING_CATEGORY(lcTest, "fos1.test", QtCriticalMsg)

}  // namespace

class TestTargetKeeper : public QObject {
    Q_OBJECT

    std::vector<int> m_attempts;
    int m_failures = 0;  ///< of the next attempts

    [[nodiscard]] std::unique_ptr<Keeper> keeper() {
        m_attempts.clear();
        return std::make_unique<Keeper>(
            "target", 60s, lcTest(),
            [this](const std::shared_ptr<const int>& values, const Keeper::Done& done) {
                m_attempts.push_back(*values);
                QTimer::singleShot(0, this, [this, done] {
                    if (m_failures-- > 0)
                        done(failure(ErrorCode::Io, QStringLiteral("away")));
                    else
                        done(Applied());
                });
            },
            Keeper::Reports{[](const Applied&, bool) {}, [](const Error&) {}});
    }

   private Q_SLOTS:
    void changesOfASecondAreOneAttempt() {
        m_failures = 0;
        const auto target = keeper();
        target->gatherFor(1s);
        for (int i = 0; i < 20; ++i) {
            target->apply(std::make_shared<const int>(i));
            QTest::qWait(20);
        }
        QCOMPARE(m_attempts.size(), 0U);
        QTRY_VERIFY(target->isSettled());
        QCOMPARE(m_attempts, std::vector<int>{19});
        target->apply(std::make_shared<const int>(7));
        QTRY_VERIFY(target->isSettled());
        QCOMPARE(m_attempts, (std::vector<int>{19, 7}));
    }

    void aFailureIsTriedAgainWithTheNewest() {
        m_failures = 1;
        const auto target = keeper();
        target->apply(std::make_shared<const int>(1));
        QTRY_COMPARE(m_attempts.size(), 1U);
        target->apply(std::make_shared<const int>(2));
        QTRY_VERIFY(target->isSettled());
        QCOMPARE(m_attempts.back(), 2);
    }

    void aStopGathersNothing() {
        m_failures = 0;
        const auto target = keeper();
        target->gatherFor(60s);
        target->apply(std::make_shared<const int>(1));
        QString problem = QStringLiteral("not left");
        target->stop(std::make_shared<const int>(0), [&](const QString& why) { problem = why; });
        QTRY_COMPARE(problem, QString());
        QCOMPARE(m_attempts, std::vector<int>{0});
    }
};

QTEST_GUILESS_MAIN(TestTargetKeeper)
#include "tst_target_keeper.moc"
