// SPDX-License-Identifier: GPL-2.0-or-later
// "Did you mean": the known word that is closest to a mistyped one.
#pragma once

#include <QString>
#include <vector>

namespace fos1::schema {

/// The word of `known` that `word` most likely stands for; nothing when none is close. Close means at most two letters
/// inserted, omitted, replaced or swapped (one in a word of three or four letters, none in a shorter one), ignoring
/// case.
QString closestWord(const QString& word, const std::vector<QString>& known);

/// `; did you mean "servers"?`, or an empty string.
QString suggestion(const QString& word, const std::vector<QString>& known);

}  // namespace fos1::schema
