// SPDX-License-Identifier: GPL-2.0-or-later
// Differences are named field by field, and list elements by their names rather than their positions.
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include "control/object_diff.h"

using namespace fos1::host;

namespace {

QJsonValue json(const char* text) { return QJsonDocument::fromJson(text).object().value(u"v"); }

QStringList changes(const char* from, const char* to) {
    QStringList list;
    const auto text = [](const QJsonValue& value) {
        if (value.isUndefined()) return QStringLiteral("-");
        const QByteArray array = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
        return QString::fromUtf8(array.mid(1, array.size() - 2));
    };
    for (const FieldChange& change : fieldChanges(QStringLiteral("s"), json(from), json(to)))
        list << change.path + u' ' + text(change.from) + u' ' + text(change.to);
    return list;
}

}  // namespace

class TestObjectDiff : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void differences_data() {
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        QTest::addColumn<QStringList>("expected");
        const auto row = [](const char* name, const char* from, const char* to, const QStringList& expected) {
            QTest::newRow(name) << QByteArray(from) << QByteArray(to) << expected;
        };
        row("none", R"({"v": {"a": [1]}})", R"({"v": {"a": [1]}})", {});
        row("a value", R"({"v": {"a": 1, "b": 2}})", R"({"v": {"a": 1, "b": "2"}})", {R"(s.b 2 "2")"});
        row("one comes, one goes", R"({"v": {"a": 1}})", R"({"v": {"b": {"c": 2}}})",
            {R"(s.a 1 -)", R"(s.b - {"c":2})"});
        row("an element in front", R"({"v": [{"address": "b", "p": 1}]})",
            R"({"v": [{"address": "a"}, {"address": "b", "p": 2}]})", {R"(s[a] - {"address":"a"})", R"(s[b].p 1 2)"});
        row("numbers as names", R"({"v": [{"id": 1, "x": 1}, {"id": 2}]})", R"({"v": [{"id": 1, "x": 3}]})",
            {R"(s[1].x 1 3)", R"(s[2] {"id":2} -)"});
        row("a field of their own as name", R"({"v": [{"mode": "x", "place": "a"}, {"mode": "y", "place": "b"}]})",
            R"({"v": [{"mode": "z", "place": "a"}, {"mode": "y", "place": "b"}]})", {R"(s[a].mode "x" "z")"});
        row("two of one name", R"({"v": [{"name": "a", "p": 1}, {"name": "a", "p": 2}]})",
            R"({"v": [{"name": "a", "p": 1}, {"name": "a", "p": 3}]})",
            {R"(s[2] {"name":"a","p":2} -)", R"(s[3] - {"name":"a","p":3})"});
        row("elements without names", R"({"v": ["x", "y"]})", R"({"v": ["x", "z", "y"]})",
            {R"(s[1] "y" "z")", R"(s[2] - "y")"});
        row("another type", R"({"v": {"a": [1]}})", R"({"v": {"a": {"b": 1}}})", {R"(s.a [1] {"b":1})"});
    }
    void differences() {
        QFETCH(QByteArray, from);
        QFETCH(QByteArray, to);
        QFETCH(QStringList, expected);
        QCOMPARE(changes(from.constData(), to.constData()), expected);
    }
};

QTEST_GUILESS_MAIN(TestObjectDiff)
#include "tst_object_diff.moc"
