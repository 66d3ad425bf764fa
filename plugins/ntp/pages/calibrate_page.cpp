// SPDX-License-Identifier: GPL-2.0-or-later
#include "pages/calibrate_page.h"

#include <algorithm>

#include "core/config_text.h"
#include "core/plain_text.h"
#include "pages/page_lookup.h"

namespace fos1::ntp {

namespace {

using std::chrono::nanoseconds;

constexpr int kWidth = 40;
constexpr int kSigmas = 4;
constexpr int kEnough = 300;  ///< instants, for a proposal that need not be taken with care

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

QStringList proposal(const RefclockFacts& clock) {
    const ProposedDelay wanted = proposed(*clock.delay);
    QStringList lines{QStringLiteral("spec:"),
                      QStringLiteral("  sources:"),
                      QStringLiteral("    hardware:"),
                      QStringLiteral("      gps:"),
                      QStringLiteral("        offset: %1").arg(QString::fromLatin1(decimalSeconds(wanted.offset))),
                      QStringLiteral("        delay: %1").arg(QString::fromLatin1(decimalSeconds(wanted.delay)))};
    if (clock.delay->count < kEnough)
        lines.append(
            QStringLiteral("# Only %1 instants so far; ask again after %2.").arg(clock.delay->count).arg(kEnough));
    return lines;
}

}  // namespace

ProposedDelay proposed(const DelayFacts& measured) {
    const nanoseconds left = std::max(measured.deviation * kSigmas,
                                      std::max(measured.most - measured.mean, measured.mean - measured.least)) +
                             measured.bound;
    return {wholeMilliseconds(measured.mean), std::chrono::ceil<std::chrono::milliseconds>(2 * left)};
}

QCborMap calibratePage(const PageFacts& facts, const QString& name) {
    if (!facts.status) return noService(facts, {});
    const RefclockFacts* receiver = nullptr;
    if (facts.status->clocks)
        for (const RefclockFacts& clock : *facts.status->clocks)
            if (clock.kind == ClockKind::Gps && (name.isEmpty() || name.compare(clock.name, Qt::CaseInsensitive) == 0))
                receiver = &clock;
    if (!receiver)
        return page::error(name.isEmpty() ? QStringLiteral("no receiver is declared for this node")
                                          : QStringLiteral("there is no receiver \"%1\"").arg(name));
    if (!receiver->delay)
        return page::error(
            QStringLiteral("nothing was measured yet: it takes 10 instants of a receiver that is well (%1: %2), and a "
                           "pulse or sources in the network to measure it by")
                .arg(receiver->name, receiver->reason));
    const DelayFacts& measured = *receiver->delay;
    page::Fields fields;
    fields.add(QStringLiteral("Receiver"), page::text(receiver->name), receiver->device);
    fields.add(QStringLiteral("Measured by"), page::text(measured.against),
               QStringLiteral("right to within %1").arg(plainDuration(measured.bound)));
    fields.add(QStringLiteral("Instants"), page::count(measured.count),
               QStringLiteral("in %1").arg(plainDuration(measured.span)));
    fields.add(QStringLiteral("Delay"), page::duration(measured.mean.count()),
               QStringLiteral("the sentences come so much later than their second"));
    fields.add(QStringLiteral("Standard deviation"), page::duration(measured.deviation.count()));
    fields.add(QStringLiteral("Least"), page::duration(measured.least.count()));
    fields.add(QStringLiteral("Most"), page::duration(measured.most.count()));
    page::Document document(QStringLiteral("Delay of a receiver"));
    document.add(fields);
    document.addLines(plot(measured), QStringLiteral("How often each delay came"));
    document.addLines(proposal(*receiver), QStringLiteral("Proposed for the NTPService"));
    return document.toCbor();
}

}  // namespace fos1::ntp
