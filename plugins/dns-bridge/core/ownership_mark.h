// SPDX-License-Identifier: GPL-2.0-or-later
// The TXT record beside our records that says whose they are and which ones: by it they are recognized after any crash,
// by any router. Pure.
//
// "heritage=fos1-host" "owner=router-a" "service=ntp" "A=10.10.0.1": one record of each owner at a name, one string for
// each of its records there.
#pragma once

#include <QByteArray>
#include <optional>
#include <set>
#include <vector>

#include "model/record.h"

namespace fos1::dns {

struct Mark {
    QByteArray owner;
    std::set<Record> records;

    bool operator==(const Mark&) const = default;
};

/// Whether the record can be named in a mark: a string of TXT has at most 255 bytes.
[[nodiscard]] bool fitsMark(const Record& record);

[[nodiscard]] Record markRecord(const Mark& mark);
/// Nothing when the TXT record is not such a mark. Strings that cannot be read are left out, so that later versions can
/// say more.
[[nodiscard]] std::optional<Mark> markFrom(const Record& text);

}  // namespace fos1::dns
