// SPDX-License-Identifier: GPL-2.0-or-later
// Questions to plugins: each has one answer, from the plugin that was asked; and which answers count as a verdict.
#include <QCborArray>
#include <QTest>

#include "plugins/pending_questions.h"
#include "plugins/verdict.h"

using namespace fos1;
using namespace fos1::host;

namespace {

const QCborMap kYes{{QStringLiteral("said"), QStringLiteral("yes")}};

}  // namespace

class TestPendingQuestions : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void eachIsAnsweredOnceByTheOneAsked() {
        PendingQuestions questions;
        QStringList heard;
        const auto hear = [&heard](const QString& name) {
            return [&heard, name](const Result<QCborMap>& answer) {
                heard.append(name + (answer ? QStringLiteral(" yes") : u' ' + answer.error().text()));
            };
        };
        const quint64 first = questions.expect("p", hear("first"));
        const quint64 second = questions.expect("p", hear("second"));
        const quint64 third = questions.expect("q", hear("third"));
        questions.answer(second, "q", kYes);  // this plugin was not asked
        QVERIFY(heard.isEmpty());
        questions.answer(second, "p", kYes);
        questions.answer(second, "p", kYes);
        questions.failAll("p", "ended");
        questions.answer(first, "p", kYes);  // too late
        questions.answer(third, "q", kYes);
        questions.answer(99, "q", kYes);
        QCOMPARE(heard, (QStringList{"second yes", "first ended", "third yes"}));
    }

    void nobodyWaitsForEver() {
        PendingQuestions questions(std::chrono::milliseconds(20));
        QStringList heard;
        // The second question is asked from inside the answer to the first, and has a deadline of its own.
        questions.expect("p", [&](const Result<QCborMap>& answer) {
            heard.append(answer.error().text());
            questions.expect("p", [&](const Result<QCborMap>& next) { heard.append(next.error().text()); });
        });
        QTRY_COMPARE(heard.size(), 2);
        QCOMPARE(heard.first(), QStringLiteral("no answer within 20 ms"));
    }

    void whatIsAVerdict_data() {
        QTest::addColumn<QCborMap>("answer");
        QTest::addColumn<QString>("expected");
        const auto errors = [](const QCborValue& list) { return QCborMap{{QStringLiteral("errors"), list}}; };
        const QCborMap mistake{{QStringLiteral("path"), QStringLiteral("spec.x")},
                               {QStringLiteral("message"), QStringLiteral("no")}};
        QTest::newRow("accepts") << errors(QCborArray()) << "";
        QTest::newRow("refuses") << errors(QCborArray{mistake, mistake}) << "spec.x: no; spec.x: no";
        QTest::newRow("nothing") << QCborMap() << "it answered without a list of errors";
        QTest::newRow("a number") << errors(7) << "it answered without a list of errors";
        QTest::newRow("no maps") << errors(QCborArray{1, 2}) << "it reported an error without a message";
        QTest::newRow("no text") << errors(QCborArray{mistake, QCborMap{{QStringLiteral("message"), 3}}})
                                 << "it reported an error without a message";
    }
    void whatIsAVerdict() {
        QFETCH(QCborMap, answer);
        QFETCH(QString, expected);
        const Result<Errors> verdict = verdictOf(answer);
        QCOMPARE(verdict ? joined(*verdict) : verdict.error().text(), expected);
    }
};

QTEST_GUILESS_MAIN(TestPendingQuestions)
#include "tst_pending_questions.moc"
