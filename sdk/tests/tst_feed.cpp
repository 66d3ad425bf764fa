// SPDX-License-Identifier: MIT
// Feed: the standing of each value, one call per turn, held values. Publication and Slices: changed values are
// published and removed ones retracted, in slices. Tested against the bus of the kit, which behaves like the host's.
#include <QJsonArray>
#include <QTest>
#include <thread>

#include "fos1/feed.h"
#include "fos1/publication.h"
#include "fos1/testing/fake_host.h"
#include "fos1/testing/plugin_harness.h"

using namespace fos1;
using namespace fos1::testing;

namespace {

struct Number {
    static constexpr const char* kTopic = "number/v1";
    qint64 n = 0;
    bool operator==(const Number&) const = default;
    [[nodiscard]] QCborMap encode() const { return {{QStringLiteral("n"), n}}; }
    static Result<Number> decode(const QCborMap& map) {
        const QCborValue n = map.value(QStringLiteral("n"));
        if (!n.isInteger())
            return failure(ErrorCode::InvalidInput, QStringLiteral("must be a number"), QStringLiteral("n"));
        return Number{n.toInteger()};
    }
};

const QString kTopic = QLatin1String(Number::kTopic);

QJsonObject metadata(const char* uses) {
    return {{"id", "p"},
            {uses, QJsonArray{kTopic}},
            {"features", QJsonObject{{"required", QJsonArray{QLatin1String(IBus::kIid)}}}}};
}

struct Subscriber {
    FakeHost host{metadata("subscribes"), {}};
    int calls = 0;
    QStringList mistakes;
    Feed<Number> feed;

    explicit Subscriber(WithdrawnValues withdrawn = WithdrawnValues::Forgotten)
        : feed(
              host.bus, [this] { ++calls; }, withdrawn,
              [this](const QString& key, const Error& mistake) { mistakes.append(key + u' ' + mistake.text()); }) {}

    void set(const char* key, int n) { host.bus.set(kTopic, QLatin1String(key), Number{n}.encode()); }
    /// "a=1 b=2(Orphaned)"
    [[nodiscard]] QString values() const {
        PluginHarness::settle();
        PluginHarness::settle();
        QStringList list;
        for (const auto& [key, value] : feed.values()) {
            static const char* const kNames[] = {"(Unknown)", "", "(Stale)", "(Withdrawn)", "(Orphaned)"};
            list.append(QStringLiteral("%1=%2%3").arg(key).arg(value.n).arg(
                QLatin1String(kNames[static_cast<int>(feed.standing(key))])));
        }
        return list.join(u' ');
    }
};

struct Publisher {
    FakeHost host{metadata("publishes"), {}};
    int done = 0;
    Publication<Number> publication{host.bus, [this] { ++done; }};

    QString utterances() {
        for (int i = 0; i < 3; ++i) PluginHarness::settle();
        QStringList list;
        for (const auto& each : host.bus.utterances())
            list.append(each.presence == Presence::Value ? QStringLiteral("%1=%2").arg(each.key).arg(
                                                               each.value.value(QStringLiteral("n")).toInteger())
                                                         : QStringLiteral("-%1 %2").arg(each.key, each.reason));
        return list.mid(std::exchange(m_seen, list.size())).join(u' ');
    }

   private:
    qsizetype m_seen = 0;
};

}  // namespace

class TestFeed : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void changesOfOneTurnAreOneCall() {
        Subscriber s;
        s.set("a", 1);
        s.set("b", 2);
        QCOMPARE(s.calls, 0);
        QCOMPARE(s.values(), QStringLiteral("a=1 b=2"));
        QCOMPARE(s.calls, 1);
        QCOMPARE(s.feed.takeChanged(), (std::set<QString>{QStringLiteral("a"), QStringLiteral("b")}));
        QVERIFY(s.feed.takeChanged().empty());
        QCOMPARE(s.feed.count(Standing::Known), std::size_t{2});
        QVERIFY(s.feed.standing(QStringLiteral("c")) == Standing::Unknown);
    }

    void howFarAValueCanBeReliedUpon() {
        Subscriber s;
        s.set("a", 1);
        s.set("b", 2);
        QCOMPARE(s.values(), QStringLiteral("a=1 b=2"));
        s.host.bus.stale(kTopic, QStringLiteral("a"));
        QCOMPARE(s.values(), QStringLiteral("a=1(Stale) b=2"));
        s.host.bus.publisherGone(kTopic, QStringLiteral("a"), QStringLiteral("died"));
        s.host.bus.publisherGone(kTopic, QStringLiteral("b"), QStringLiteral("died"));
        QCOMPARE(s.values(), QStringLiteral("a=1(Orphaned) b=2(Orphaned)"));
        s.set("b", 3);
        QCOMPARE(s.values(), QStringLiteral("a=1(Orphaned) b=3"));
        QVERIFY(s.feed.anyOf(Standing::Orphaned, [](const Number& number) { return number.n == 1; }));
        QVERIFY(!s.feed.anyOf(Standing::Orphaned, [](const Number& number) { return number.n == 3; }));
        s.host.bus.absent(kTopic, QStringLiteral("b"), QStringLiteral("retracted"));
        QCOMPARE(s.values(), QStringLiteral("a=1(Orphaned)"));
        (void)s.feed.takeChanged();
        s.feed.forget(Standing::Orphaned);
        QCOMPARE(s.values(), QString());
        QCOMPARE(s.feed.takeChanged(), std::set<QString>{QStringLiteral("a")});
    }

    void whatIsRetractedCanBeHeld() {
        Subscriber s(WithdrawnValues::Held);
        s.set("a", 1);
        s.set("b", 2);
        QCOMPARE(s.values(), QStringLiteral("a=1 b=2"));
        s.host.bus.absent(kTopic, QStringLiteral("a"), QStringLiteral("retracted"));
        QCOMPARE(s.values(), QStringLiteral("a=1(Withdrawn) b=2"));
        // When the publisher stops, a value that it had already retracted stays Withdrawn.
        s.host.bus.publisherGone(kTopic, QStringLiteral("a"), QStringLiteral("died"));
        QCOMPARE(s.values(), QStringLiteral("a=1(Withdrawn) b=2"));
        s.set("a", 5);
        QCOMPARE(s.values(), QStringLiteral("a=5 b=2"));
        s.host.bus.absent(kTopic, QStringLiteral("a"), QStringLiteral("retracted"));
        s.host.bus.absent(kTopic, QStringLiteral("b"), QStringLiteral("retracted"));
        QCOMPARE(s.values(), QStringLiteral("a=5(Withdrawn) b=2(Withdrawn)"));
        s.feed.forget(Standing::Withdrawn, [](const Number& number) { return number.n == 5; });
        QCOMPARE(s.values(), QStringLiteral("b=2(Withdrawn)"));
    }

    void whatCannotBeDecodedChangesNothing() {
        Subscriber s;
        s.set("a", 1);
        QCOMPARE(s.values(), QStringLiteral("a=1"));
        s.host.bus.set(kTopic, QStringLiteral("a"), {{QStringLiteral("n"), QStringLiteral("one")}});
        QCOMPARE(s.values(), QStringLiteral("a=1"));
        QCOMPARE(s.mistakes, QStringList(QStringLiteral("a n: must be a number")));
        QCOMPARE(s.calls, 1);
    }

    void whatChangedIsPublishedAndWhatIsGoneRetracted() {
        Publisher p;
        p.publication.show({{QStringLiteral("a"), {1}}, {QStringLiteral("b"), {2}}}, QStringLiteral("gone"));
        QVERIFY(p.host.bus.utterances().empty());  // never from inside a call
        QCOMPARE(p.utterances(), QStringLiteral("a=1 b=2"));
        QCOMPARE(p.done, 1);
        p.publication.show({{QStringLiteral("a"), {1}}, {QStringLiteral("c"), {3}}}, QStringLiteral("gone"));
        QCOMPARE(p.utterances(), QStringLiteral("-b gone c=3"));
        p.publication.show({{QStringLiteral("a"), {1}}, {QStringLiteral("c"), {3}}}, QStringLiteral("gone"));
        QCOMPARE(p.utterances(), QString());
        p.publication.set(QStringLiteral("a"), {4});
        p.publication.set(QStringLiteral("a"), {5});
        QCOMPARE(p.utterances(), QStringLiteral("a=5"));
        p.publication.retract(QStringLiteral("x"), QStringLiteral("never was"));
        p.publication.retractAll(QStringLiteral("the end"));
        QCOMPARE(p.utterances(), QStringLiteral("-a the end -c the end"));
        QVERIFY(p.publication.values().empty());
    }

    /// Subscribers see no gap when a value is retracted and set in one turn.
    void retractedAndSetIsAChange() {
        Publisher p;
        p.publication.set(QStringLiteral("a"), {1});
        QCOMPARE(p.utterances(), QStringLiteral("a=1"));
        p.publication.retractAll(QStringLiteral("all anew"));
        p.publication.set(QStringLiteral("a"), {2});
        QCOMPARE(p.utterances(), QStringLiteral("a=2"));
    }

    void afterStopNothingIsPublished() {
        Publisher p;
        p.publication.set(QStringLiteral("a"), {1});
        p.publication.stop();
        QCOMPARE(p.utterances(), QString());
        QCOMPARE(p.done, 0);
    }

    /// Each step takes 4 ms, so a slice is a few steps; the loop runs between two slices.
    void longWorkIsDoneInSlices() {
        int steps = 0;
        int turns = 0;
        Slices slices([&steps] {
            std::this_thread::sleep_for(std::chrono::milliseconds(4));
            return ++steps < 20;
        });
        QTimer turning;
        QObject::connect(&turning, &QTimer::timeout, &turning, [&turns] { ++turns; });
        turning.start(0);
        slices.start();
        QCOMPARE(steps, 0);
        QTRY_COMPARE(steps, 20);
        QVERIFY2(turns >= 4, qPrintable(QString::number(turns)));
        QVERIFY(!slices.isWaiting());
        steps = 0;
        slices.startNow();
        QVERIFY(steps > 0 && steps < 20 && slices.isWaiting());
        slices.stop();
        const int before = steps;
        PluginHarness::settle();
        QCOMPARE(steps, before);
    }
};

QTEST_GUILESS_MAIN(TestFeed)
#include "tst_feed.moc"
