// SPDX-License-Identifier: GPL-2.0-or-later
#include "pages/page_lookup.h"

#include <algorithm>
#include <cmath>

namespace fos1::ntp {

using std::chrono::nanoseconds;

bool isCalled(const QString& object, const QString& wanted) {
    return wanted.isEmpty() || object == wanted || object.section(u'/', 1) == wanted;
}

QCborMap noService(const PageFacts& facts, const QString& wanted) {
    const bool hasAny = facts.status || !facts.idle.empty();
    return page::error(hasAny ? QStringLiteral("there is no NTPService \"%1\"").arg(wanted)
                              : QStringLiteral("there is no NTPService; `fos1ctl apply -f FILE` creates one"));
}

bool isMeant(const SourceReport& source, const QString& wanted) {
    return displayName(source).compare(wanted, Qt::CaseInsensitive) == 0 ||
           numericAddress(source).compare(wanted, Qt::CaseInsensitive) == 0;
}

bool hasSource(const StatusInput& in, const QString& wanted) {
    return std::any_of(in.sources.begin(), in.sources.end(),
                       [&wanted](const SourceReport& each) { return isMeant(each, wanted); });
}

QCborMap noSource(const StatusInput& in, const QString& wanted) {
    QStringList known;
    for (const SourceReport& each : in.sources) known.append(displayName(each));
    known.removeDuplicates();
    return page::error(QStringLiteral("there is no source \"%1\"; %2")
                           .arg(wanted, known.isEmpty()
                                            ? QStringLiteral("there are none")
                                            : QStringLiteral("there are: %1").arg(known.join(QStringLiteral(", ")))));
}

const SourceStatistics* statisticsOf(const SourceReport& source, const StatusInput& in) {
    const auto found = std::find_if(in.statistics.begin(), in.statistics.end(),
                                    [&](const SourceStatistics& each) { return isAbout(each, source); });
    return found == in.statistics.end() ? nullptr : &*found;
}

QString fastOrSlow(qint64 value) { return value < 0 ? QStringLiteral("slow") : QStringLiteral("fast"); }

QString refIdWithText(quint32 refId, int stratum) {
    const QString digits = QStringLiteral("%1").arg(refId, 8, 16, QLatin1Char('0')).toUpper();
    const QString text = stratum <= 1 ? refIdText(refId) : QString();
    return text.isEmpty() || text == digits ? digits : QStringLiteral("%1 (%2)").arg(digits, text);
}

QString addedOptions(const Selection& selection) {
    const QString added = optionsText(static_cast<quint16>(selection.effectiveOptions & ~selection.configuredOptions));
    return added.isEmpty() ? QString() : QStringLiteral("chronyd added %1 (authselectmode)").arg(added);
}

QString titleOf(const SourceReport& source) {
    const QString address = numericAddress(source);
    const bool hasOwnName = !address.isEmpty() && address != displayName(source);
    return displayName(source) + (hasOwnName ? QStringLiteral(" (%1)").arg(address) : QString()) +
           QStringLiteral(", ") + kindText(source.mode);
}

page::Cell timeOf(nanoseconds sinceEpoch) {
    return page::time(
        QDateTime::fromMSecsSinceEpoch(std::chrono::duration_cast<std::chrono::milliseconds>(sinceEpoch).count()));
}

page::Cell durationOf(nanoseconds value) { return page::duration(value.count()); }

page::Cell durationOf(const std::optional<nanoseconds>& value) { return value ? durationOf(*value) : page::none(); }

page::Cell offsetOf(nanoseconds value) { return page::offset(value.count()); }

page::Cell ageOf(const std::optional<std::chrono::seconds>& value) {
    return value ? page::age(value->count()) : page::none();
}

page::Cell powerOfTwo(const std::optional<int>& exponent) {
    constexpr int kLongest = 32;  // 2^33 s are more nanoseconds than 63 bits hold
    return exponent && *exponent <= kLongest ? page::duration(std::llround(std::ldexp(1e9, *exponent))) : page::none();
}

}  // namespace fos1::ntp
