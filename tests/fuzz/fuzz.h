// SPDX-License-Identifier: GPL-2.0-or-later
// What the fuzz targets share. A target is a file with runOne(); the same input always does the same.
#pragma once

#include <QByteArray>
#include <cstdint>
#include <vector>

#include "fos1/result.h"

namespace fos1::fuzz {

/// Gives one input to the parser. What must hold whatever the input is a FUZZ_CLAIM.
void runOne(const QByteArray& input);

[[noreturn]] void broken(const char* claim, const char* file, int line);

/// A refusal that nobody could act upon is a mistake of ours.
inline bool saysWhy(const Error& error) { return !error.message.isEmpty(); }

/// The input cut into pieces, small ones first: how a stream may come.
std::vector<QByteArray> pieces(const QByteArray& input);

/// A list of byte strings, each behind its length in two bytes, little end first; a length beyond the end takes all.
std::vector<QByteArray> records(const QByteArray& input);

}  // namespace fos1::fuzz

/// Ends the process, in a build without Q_ASSERT too.
#define FUZZ_CLAIM(claim) ((claim) ? void() : ::fos1::fuzz::broken(#claim, __FILE__, __LINE__))
