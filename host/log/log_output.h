// SPDX-License-Identifier: GPL-2.0-or-later
// Qt's messages on standard error, in the form that suits it.
#pragma once

#include "log/log_line.h"

namespace fos1::host::log {

/// Journal when standard error goes there (systemd.exec(5), $JOURNAL_STREAM).
[[nodiscard]] Form formOfStandardError();

/// Takes the fields of a line; false when it cannot. For any thread.
using Sink = bool (*)(const QList<QByteArray>& fields);

/// From now on, every message of this process is one line on standard error, or goes to the sink if it takes it.
/// `prefix` stands before each text.
void install(Form form, const QString& prefix = {}, Sink sink = nullptr);

/// Writes one line in the installed form; for text that is not a message of ours.
void write(Priority priority, const QString& category, const QString& text);

}  // namespace fos1::host::log
