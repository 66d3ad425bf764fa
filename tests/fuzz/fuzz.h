// SPDX-License-Identifier: GPL-2.0-or-later
// Shared by the fuzz targets. A target is a file with runOne(); the same input always has the same effect.
#pragma once

#include <QByteArray>
#include <cstdint>
#include <vector>

#include "fos1/result.h"

namespace fos1::fuzz {

/// Passes one input to the parser. A FUZZ_CLAIM states what must hold for any input.
void runOne(const QByteArray& input);

[[noreturn]] void broken(const char* claim, const char* file, int line);

/// A refusal without a message would be a bug, because no user could act on it.
inline bool saysWhy(const Error& error) { return !error.message.isEmpty(); }

/// The input cut into pieces, small ones first, as a stream may arrive.
std::vector<QByteArray> pieces(const QByteArray& input);

/// A list of byte strings, each preceded by its length in two bytes (little-endian). A length beyond the end takes the
/// rest.
std::vector<QByteArray> records(const QByteArray& input);

}  // namespace fos1::fuzz

/// Aborts the process, also in a build without Q_ASSERT.
#define FUZZ_CLAIM(claim) ((claim) ? void() : ::fos1::fuzz::broken(#claim, __FILE__, __LINE__))
