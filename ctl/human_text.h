// SPDX-License-Identifier: GPL-2.0-or-later
// Formats values for people. Pure.
#pragma once

#include <QDateTime>
#include <QJsonValue>
#include <QString>

namespace fos1::ctl {

/// "45s", "5m30s", "3h", "12d": as kubectl shows ages.
QString ageText(qint64 seconds);

/// The age of an RFC 3339 time, or "-" when `time` is invalid.
QString ageSince(const QString& time, const QDateTime& now);

/// "1.25 ms", "812 ns", "3 s": three digits and a suitable unit.
QString durationText(double nanoseconds);

/// The same with its sign: "+1.25 ms".
QString signedDurationText(double nanoseconds);

/// A value of a table cell: "-" when absent, numbers with at most six digits, lists joined by commas.
QString cellText(const QJsonValue& value);

}  // namespace fos1::ctl
