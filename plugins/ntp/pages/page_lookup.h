// SPDX-License-Identifier: GPL-2.0-or-later
// What the argument of a page names, the error when it names nothing, and words that several pages share. Pure.
#pragma once

#include "fos1/page.h"
#include "pages/service_pages.h"

namespace fos1::ntp {

/// Whether `wanted` names the object as `fos1ctl get` shows it: "name", or "namespace/name". Empty names each.
[[nodiscard]] bool isCalled(const QString& object, const QString& wanted);
/// The error page.
[[nodiscard]] QCborMap noService(const PageFacts& facts, const QString& wanted);

/// Whether `wanted` is the name or the address of the source, in upper or lower case.
[[nodiscard]] bool isMeant(const SourceReport& source, const QString& wanted);
[[nodiscard]] bool hasSource(const StatusInput& in, const QString& wanted);
/// The error page, which lists the names that there are.
[[nodiscard]] QCborMap noSource(const StatusInput& in, const QString& wanted);

/// Null when nothing is known of the source.
[[nodiscard]] const SourceStatistics* statisticsOf(const SourceReport& source, const StatusInput& in);

[[nodiscard]] QString fastOrSlow(qint64 value);
/// Eight hex digits, and for stratum 0 and 1 the text that they are: "47505300 (GPS)" (RFC 5905, section 7.3).
[[nodiscard]] QString refIdWithText(quint32 refId, int stratum);
/// Which selection options chronyd itself added, and for what; empty when there are none.
[[nodiscard]] QString addedOptions(const Selection& selection);
/// "name (address), kind".
[[nodiscard]] QString titleOf(const SourceReport& source);

/// `sinceEpoch`: since 1970, UTC.
[[nodiscard]] page::Cell timeOf(std::chrono::nanoseconds sinceEpoch);
[[nodiscard]] page::Cell durationOf(std::chrono::nanoseconds value);
[[nodiscard]] page::Cell durationOf(const std::optional<std::chrono::nanoseconds>& value);
[[nodiscard]] page::Cell offsetOf(std::chrono::nanoseconds value);
[[nodiscard]] page::Cell ageOf(const std::optional<std::chrono::seconds>& value);
/// 2^`exponent` seconds; none where it is out of the range of a duration.
[[nodiscard]] page::Cell powerOfTwo(const std::optional<int>& exponent);

}  // namespace fos1::ntp
