// SPDX-License-Identifier: GPL-2.0-or-later
// How often what a VLAN's clients are told may change.
#include <QTest>

#include "offer_gate.h"

using namespace fos1::bridge;
using namespace std::chrono_literals;

namespace {

struct Offer {
    Wish wish = Wish::Unknown;
    QString address;
    QString reason;
};

bool tellsTheSame(const Offer& a, const Offer& b) {
    return a.wish == b.wish && (a.wish != Wish::Tell || a.address == b.address);
}

Offer offer(Wish wish, const QString& address = QStringLiteral("10.1.0.1")) { return {wish, address, {}}; }

}  // namespace

class TestOfferGate : public QObject {
    Q_OBJECT

    using Gate = OfferGate<Offer>;

    Gate m_gate{60s, 10s};
    const Gate::TimePoint m_start = Gate::TimePoint() + 1h;

    /// Passes the wish of VLAN "a" at a time since the start and returns the wish in effect.
    Wish pass(std::chrono::milliseconds at, Wish wish) {
        m_gate.update({{"a", offer(wish)}}, m_start + at);
        return m_gate.effective().at("a").wish;
    }

   private Q_SLOTS:
    void init() {
        std::destroy_at(&m_gate);
        std::construct_at(&m_gate, 60s, 10s);
    }

    void theFirstOfferAndItsWithdrawalAreImmediate() {
        QCOMPARE(pass(0s, Wish::Tell), Wish::Tell);
        QCOMPARE(pass(1s, Wish::Withhold), Wish::Withhold);
        // From now on once per minute.
        QCOMPARE(pass(2s, Wish::Tell), Wish::Withhold);
        QCOMPARE(m_gate.nextIn(m_start + 2s), std::optional<std::chrono::milliseconds>(59s));
        QCOMPARE(pass(61s, Wish::Tell), Wish::Tell);
        QCOMPARE(m_gate.nextIn(m_start + 61s), std::nullopt);
        QCOMPARE(m_gate.suppressed(), quint64(0));
    }

    /// A service that flaps is never told longer than one interval after it failed for good.
    void flappingMakesOneChangePerInterval() {
        pass(0s, Wish::Tell);
        int changes = 0;
        Wish last = Wish::Tell;
        for (int second = 1; second <= 300; ++second) {
            const Wish now = pass(std::chrono::seconds(second), second % 2 == 1 ? Wish::Withhold : Wish::Tell);
            if (now != last) ++changes;
            last = now;
        }
        QVERIFY2(changes >= 1 && changes <= 5, qPrintable(QString::number(changes)));
        QVERIFY(m_gate.suppressed() > 100);
        QCOMPARE(pass(361s, Wish::Withhold), Wish::Withhold);
    }

    void whatIsTakenBackInTimeIsNoChange() {
        pass(0s, Wish::Tell);
        pass(1s, Wish::Withhold);
        pass(2s, Wish::Tell);
        QCOMPARE(pass(3s, Wish::Withhold), Wish::Withhold);
        QCOMPARE(m_gate.nextIn(m_start + 3s), std::nullopt);
        QCOMPARE(m_gate.suppressed(), quint64(1));
    }

    void aReasonIsNoChange() {
        pass(0s, Wish::Tell);
        pass(1s, Wish::Withhold);
        Offer other = offer(Wish::Withhold);
        other.reason = QStringLiteral("another");
        m_gate.update({{"a", other}}, m_start + 2s);
        QCOMPARE(m_gate.effective().at("a").reason, other.reason);
    }

    void aNewAddressIsAChange() {
        m_gate.update({{"a", offer(Wish::Tell, "10.1.0.2")}}, m_start);
        m_gate.update({{"a", offer(Wish::Tell, "10.1.0.3")}}, m_start + 1s);
        QCOMPARE(m_gate.effective().at("a").address, QStringLiteral("10.1.0.3"));
        m_gate.update({{"a", offer(Wish::Tell, "10.1.0.4")}}, m_start + 2s);
        QCOMPARE(m_gate.effective().at("a").address, QStringLiteral("10.1.0.3"));
    }

    /// The time service starts together with us, and needs a moment.
    void whatAnEarlierRunToldStaysForAWhile() {
        QCOMPARE(pass(0s, Wish::Withhold), Wish::Keep);
        QCOMPARE(m_gate.nextIn(m_start), std::optional<std::chrono::milliseconds>(10s));
        QCOMPARE(pass(9s, Wish::Withhold), Wish::Keep);
        QCOMPARE(pass(10s, Wish::Withhold), Wish::Withhold);
        QCOMPARE(m_gate.nextIn(m_start + 10s), std::nullopt);
        // None of that counts as a change.
        QCOMPARE(pass(11s, Wish::Tell), Wish::Tell);
        QCOMPARE(pass(12s, Wish::Withhold), Wish::Withhold);
    }

    void aVlanThatIsGoneIsForgotten() {
        pass(0s, Wish::Tell);
        m_gate.update({}, m_start + 1s);
        QVERIFY(m_gate.effective().empty());
    }
};

QTEST_GUILESS_MAIN(TestOfferGate)
#include "tst_offer_gate.moc"
