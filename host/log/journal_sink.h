// SPDX-License-Identifier: GPL-2.0-or-later
// The journal's own protocol (sd_journal_sendv(3)), for lines with fields.
#pragma once

#include <QByteArray>
#include <QList>

namespace fos1::host::log {

/// `fields`: "NAME=value" each, as fieldsOf() makes them. False when the journal is unavailable. For any thread.
bool sendToJournal(const QList<QByteArray>& fields);

}  // namespace fos1::host::log
