// SPDX-License-Identifier: GPL-2.0-or-later
// The answer to a watch: lines that arrive in pieces, and the messages of a server's errors.
#include "api_types.h"
#include "fuzz.h"
#include "line_splitter.h"

namespace fos1::fuzz {

namespace {

constexpr qsizetype kLongest = 200;

/// The lines, and at the end whether one was too long.
QList<QByteArray> split(const std::vector<QByteArray>& stream) {
    kube::LineSplitter splitter(kLongest);
    QList<QByteArray> lines;
    for (const QByteArray& piece : stream) {
        splitter.add(piece);
        while (const auto line = splitter.next()) lines.append(*line);
        if (splitter.isOverlong()) return lines << "too long";
    }
    return lines;
}

}  // namespace

void runOne(const QByteArray& input) {
    const QList<QByteArray> lines = split({input});
    FUZZ_CLAIM(lines == split(pieces(input)));
    for (const QByteArray& line : lines) FUZZ_CLAIM(!line.isEmpty() && line.size() <= kLongest && !line.contains('\n'));
    FUZZ_CLAIM(!kube::problemOf(500, input).isEmpty());
    const kube::ApiReply reply{200, input, std::nullopt, {}};
    FUZZ_CLAIM(reply.isOk());
    static_cast<void>(reply.json());
}

}  // namespace fos1::fuzz
