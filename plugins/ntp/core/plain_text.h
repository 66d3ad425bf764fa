// SPDX-License-Identifier: GPL-2.0-or-later
// Times and lists as people read them, in messages. Pure.
#pragma once

#include <QStringList>
#include <chrono>

namespace fos1::ntp {

/// Three significant digits and a fitting unit: "812 ns", "1.25 ms", "3 s".
[[nodiscard]] QString plainDuration(std::chrono::nanoseconds duration);

/// "2026-11-23 11:00:13 UTC".
[[nodiscard]] QString utcText(qint64 unixMs);

/// RFC 3339, to the second: "2026-11-23T11:00:13Z".
[[nodiscard]] QString isoTime(qint64 unixMs);

/// Milliseconds as a number, as status fields show them.
[[nodiscard]] double milliseconds(std::chrono::nanoseconds duration);

/// The first ten: "a, b, … and 4084 more". There may be thousands.
[[nodiscard]] QString someOf(const QStringList& all, const QString& separator = QStringLiteral(", "));

}  // namespace fos1::ntp
