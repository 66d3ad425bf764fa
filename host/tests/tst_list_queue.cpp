// SPDX-License-Identifier: GPL-2.0-or-later
// Long lists: the event loop goes on while they are made, each is whole, and only so many wait.
#include <QElapsedTimer>
#include <QJsonDocument>
#include <QTest>

#include "control/list_queue.h"

using namespace fos1;
using namespace fos1::host;

namespace {

QJsonArray itemsOf(const RpcResult& result) {
    return QJsonDocument::fromJson(std::get<JsonText>(*result).text)[u"items"].toArray();
}

ListQueue::Items numbers(std::size_t count) {
    return {count, [](std::size_t index) {
                return QJsonObject{{"n", static_cast<qint64>(index)}, {"name", QStringLiteral("\"ü")}};
            }};
}

}  // namespace

class TestListQueue : public QObject {
    Q_OBJECT

   private Q_SLOTS:
    void theLoopGoesOnMeanwhile() {
        ListQueue lists;
        std::optional<RpcResult> result;
        int turns = 0;
        QTimer other;
        other.setInterval(0);
        connect(&other, &QTimer::timeout, this, [&] { ++turns; });
        other.start();
        const auto slowly = [](std::size_t index) {
            QElapsedTimer timer;
            timer.start();
            while (timer.elapsed() < 1) continue;
            return QJsonObject{{"n", static_cast<qint64>(index)}};
        };
        lists.answer(
            QStringLiteral("items"),
            [&] {
                return ListQueue::Items{200, slowly};
            },
            [&](const RpcResult& answer) { result = answer; });
        QTRY_VERIFY(result);
        QCOMPARE(itemsOf(*result).size(), 200);
        QVERIFY2(turns >= 5, qPrintable(QString::number(turns)));
    }

    void eachListIsWholeAndInItsTurn() {
        ListQueue lists;
        QStringList order;
        std::map<QString, QJsonArray> answers;
        const auto ask = [&](const QString& name, const ListQueue::Items& items) {
            lists.answer(
                QStringLiteral("items"), [items] { return items; },
                [&answers, &order, name](const RpcResult& answer) {
                    order.append(name);
                    answers[name] = itemsOf(answer);
                });
        };
        ask("many", numbers(3000));
        ask("none", {});
        // The second of three is gone when its turn comes.
        ask("gone", {3, [](std::size_t index) { return index == 1 ? QJsonObject() : QJsonObject{{"n", 1}}; }});
        ask("first gone", {2, [](std::size_t index) { return index == 0 ? QJsonObject() : QJsonObject{{"n", 1}}; }});
        QTRY_COMPARE(order, QStringList({"many", "none", "gone", "first gone"}));
        QCOMPARE(answers["many"].size(), 3000);
        QCOMPARE(answers["many"][2999][u"n"].toInt(), 2999);
        QCOMPARE(answers["many"][7][u"name"].toString(), QStringLiteral("\"ü"));
        QCOMPARE(answers["none"].size(), 0);
        QCOMPARE(answers["gone"].size(), 2);
        QCOMPARE(answers["first gone"].size(), 1);
    }

    void onlySoManyWait() {
        ListQueue lists;
        std::size_t refused = 0;
        std::size_t answered = 0;
        const auto count = [&](const RpcResult& answer) { ++(answer ? answered : refused); };
        for (std::size_t i = 0; i < ListQueue::kMostWaiting + 10; ++i)
            lists.answer(
                QStringLiteral("items"), [] { return numbers(1); }, count);
        QCOMPARE(refused, std::size_t{10});
        QTRY_COMPARE(answered, ListQueue::kMostWaiting);
    }
};

QTEST_GUILESS_MAIN(TestListQueue)
#include "tst_list_queue.moc"
