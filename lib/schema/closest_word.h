// SPDX-License-Identifier: GPL-2.0-or-later
// "Did you mean": the known word nearest to a mistyped one.
#pragma once

#include <QString>
#include <vector>

namespace fos1::schema {

/// The word of `known` that `word` was most likely meant to be, or nothing when none is near: at most two letters (one
/// in a word of three or four, none in a shorter one) inserted, left out, replaced or swapped, whatever their case.
QString closestWord(const QString& word, const std::vector<QString>& known);

/// `; did you mean "servers"?`, or nothing.
QString suggestion(const QString& word, const std::vector<QString>& known);

}  // namespace fos1::schema
