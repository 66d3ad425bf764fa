// SPDX-License-Identifier: GPL-2.0-or-later
#include "pages/calibrate_page.h"

#include <algorithm>
#include <cmath>

#include "core/config_text.h"
#include "core/plain_text.h"
#include "pages/page_lookup.h"

namespace fos1::ntp {

namespace {

using std::chrono::nanoseconds;

constexpr int kWidth = 40;
constexpr int kSigmas = 4;
constexpr int kEnough = 300;  ///< instants, where the user does not say how many
constexpr int kFewest = 10;
constexpr int kMost = 1024;  ///< as many as are kept
/// By how much the sentences may be off, so that it is clear which pulse is theirs, at one pulse per second.
constexpr std::chrono::milliseconds kRoomForLock{400};

nanoseconds wholeMilliseconds(nanoseconds time) { return std::chrono::round<std::chrono::milliseconds>(time); }

/// One line a part: where it begins, a bar, and how many are in it.
QStringList plot(const DelayFacts& measured) {
    const auto parts = static_cast<int>(measured.histogram.size());
    const int most = *std::max_element(measured.histogram.begin(), measured.histogram.end());
    QStringList lines;
    for (int i = 0; i < parts; ++i) {
        const int count = measured.histogram[static_cast<std::size_t>(i)];
        const nanoseconds from = measured.least + (measured.most - measured.least) * i / parts;
        lines.append(QStringLiteral("%1 %2 %3")
                         .arg(plainDuration(from), 10)
                         .arg(QString(count * kWidth / std::max(most, 1), u'#'), -kWidth)
                         .arg(count));
    }
    return lines;
}

/// What of the page's argument is the receiver, and how many instants it is measured by.
struct Wanted {
    QString name;
    int count = kEnough;
    bool isWrong = false;
};

Wanted wantedBy(const QString& argument) {
    Wanted wanted{argument.section(u':', 0, 0)};
    if (!argument.contains(u':')) return wanted;
    bool isNumber = false;
    wanted.count = argument.section(u':', 1).toInt(&isNumber);
    wanted.isWrong = !isNumber || wanted.count < kFewest || wanted.count > kMost;
    return wanted;
}

double inSeconds(nanoseconds time) { return decimalSeconds(time).toDouble(); }

/// The pulse that this receiver numbers, if there is one.
const PpsSpec* pulseOf(const RefclockFacts& receiver, const StatusInput& in) {
    const auto& pulse = in.spec.hardware.pps;
    return pulse && (pulse->lock.isEmpty() || pulse->lock == receiver.name) ? &*pulse : nullptr;
}

page::Proposal proposal(const RefclockFacts& receiver, const PageFacts& facts) {
    const ProposedDelay wanted = proposed(*receiver.delay);
    QCborMap hardware{{QStringLiteral("gps"), QCborMap{{QStringLiteral("offset"), inSeconds(wanted.offset)},
                                                       {QStringLiteral("delay"), inSeconds(wanted.delay)}}}};
    const QString left = plainDuration(wanted.delay / 2);
    QStringList notes{QStringLiteral("offset: ± %1. delay: a single sample is off by %2 at most, half of it.")
                          .arg(plainDuration(wanted.uncertainty), left)};
    if (const PpsSpec* const pulse = pulseOf(receiver, *facts.status)) {
        const nanoseconds room = kRoomForLock / std::max(pulse->rate, 1);
        const bool isClear = wanted.delay / 2 < room;
        if (isClear) hardware.insert(QStringLiteral("pps"), QCborMap{{QStringLiteral("lock"), receiver.name}});
        notes.append(
            QStringLiteral("lock: %1 %2 the pulses of %3 with these values; it may be off by %4, and %5 would do.")
                .arg(receiver.name, isClear ? QStringLiteral("numbers") : QStringLiteral("cannot number"),
                     pulse->options.refid, left, plainDuration(room)));
    }
    const QCborMap sources{{QStringLiteral("sources"), QCborMap{{QStringLiteral("hardware"), hardware}}}};
    return {QStringLiteral("ntp.fos1.io/v1alpha1"),
            QStringLiteral("NTPService"),
            facts.object.section(u'/', 0, 0),
            facts.object.section(u'/', 1),
            QCborMap{{QStringLiteral("spec"), sources}},
            notes};
}

page::Fields figures(const RefclockFacts& receiver) {
    page::Fields fields;
    fields.add(QStringLiteral("Receiver"), page::text(receiver.name), receiver.device);
    fields.add(QStringLiteral("State"), page::text(receiver.reason), receiver.message,
               receiver.isHealthy ? page::Mark::None : page::Mark::Trouble);
    if (!receiver.delay) {
        fields.add(QStringLiteral("Measured by"),
                   page::text(QStringLiteral("nothing yet: it takes a receiver that is healthy, and a pulse or sources "
                                             "in the network to measure it by")));
        return fields;
    }
    const DelayFacts& measured = *receiver.delay;
    fields.add(QStringLiteral("Measured by"), page::text(measured.against),
               QStringLiteral("right to within %1").arg(plainDuration(measured.bound)));
    fields.add(QStringLiteral("Instants"), page::count(measured.count),
               QStringLiteral("in %1").arg(plainDuration(measured.span)));
    fields.add(QStringLiteral("Delay"), page::duration(measured.mean.count()),
               QStringLiteral("the sentences come so much later than their second; ± %1")
                   .arg(plainDuration(proposed(measured).uncertainty)));
    fields.add(QStringLiteral("Standard deviation"), page::duration(measured.deviation.count()));
    fields.add(QStringLiteral("Least"), page::duration(measured.least.count()));
    fields.add(QStringLiteral("Most"), page::duration(measured.most.count()));
    return fields;
}

}  // namespace

ProposedDelay proposed(const DelayFacts& measured) {
    constexpr double kSigmasOfMean = 3;
    constexpr std::chrono::microseconds kRounding(500);
    const nanoseconds left = std::max(measured.deviation * kSigmas,
                                      std::max(measured.most - measured.mean, measured.mean - measured.least)) +
                             measured.bound;
    const auto ofMean = static_cast<double>(measured.deviation.count()) * kSigmasOfMean / std::sqrt(measured.count);
    return {wholeMilliseconds(measured.mean), nanoseconds(std::llround(ofMean)) + measured.bound + kRounding,
            std::chrono::ceil<std::chrono::milliseconds>(2 * left)};
}

QCborMap calibratePage(const PageFacts& facts, const QString& argument) {
    if (!facts.status) return noService(facts, {});
    const Wanted wanted = wantedBy(argument);
    if (wanted.isWrong)
        return page::error(QStringLiteral("\"%1\" is not a number of instants from %2 to %3, as in %4:600")
                               .arg(argument.section(u':', 1))
                               .arg(kFewest)
                               .arg(kMost)
                               .arg(wanted.name.isEmpty() ? QStringLiteral("NMEA") : wanted.name));
    const RefclockFacts* receiver = nullptr;
    if (facts.status->clocks)
        for (const RefclockFacts& clock : *facts.status->clocks)
            if (clock.kind == ClockKind::Gps &&
                (wanted.name.isEmpty() || wanted.name.compare(clock.name, Qt::CaseInsensitive) == 0))
                receiver = &clock;
    if (!receiver)
        return page::error(wanted.name.isEmpty() ? QStringLiteral("no receiver is declared for this node")
                                                 : QStringLiteral("there is no receiver \"%1\"").arg(wanted.name));
    page::Document document(QStringLiteral("Delay of a receiver"));
    document.add(figures(*receiver));
    document.setProgress(receiver->delay ? receiver->delay->count : 0, wanted.count, QStringLiteral("instants"));
    if (!receiver->delay) return document.toCbor();
    document.addLines(plot(*receiver->delay), QStringLiteral("How often each delay came"));
    document.propose(proposal(*receiver, facts));
    return document.toCbor();
}

}  // namespace fos1::ntp
