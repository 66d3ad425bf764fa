// SPDX-License-Identifier: GPL-2.0-or-later
// Bytes of a u-blox receiver: where they are cut has no effect, no byte is lost or taken twice, a frame has its
// checksum, and the values of messages are in their range.
#include "refclock/ubx_parser.h"

#include "fuzz.h"

namespace fos1::fuzz {

namespace {

using namespace fos1::ntp;

struct Split {
    QByteArray text;
    QByteArray all;  ///< text and frames in their order
    quint64 frames = 0;
    bool isInside = false;
    bool operator==(const Split&) const = default;
};

void checkValues(const UbxFrame& frame) {
    if (const auto leap = ubxLeap(frame)) {
        FUZZ_CLAIM(!leap->change || (*leap->change >= -1 && *leap->change <= 1));
        FUZZ_CLAIM(!leap->untilChangeSeconds || leap->change);
    }
    if (const auto sky = ubxSky(frame))
        FUZZ_CLAIM(sky->used >= 0 && sky->used <= sky->inView && sky->inView <= 255 && sky->best <= 255);
    const auto pulse = ubxPulse(frame);
    FUZZ_CLAIM(!pulse || frame.payload.size() == 16);
}

Split split(const std::vector<QByteArray>& pieces) {
    Split result;
    UbxParser parser;
    for (const QByteArray& piece : pieces)
        parser.feed(
            piece,
            [&](QByteArrayView text) {
                FUZZ_CLAIM(!text.isEmpty());
                result.text += text.toByteArray();
                result.all += text.toByteArray();
            },
            [&](const UbxFrame& frame) {
                checkValues(frame);
                const QByteArray again = ubxFrame(kindOf(frame), frame.payload.toByteArray());
                FUZZ_CLAIM(again.size() == frame.payload.size() + 8);
                result.all += again;
            });
    result.frames = parser.frames();
    result.isInside = parser.isInside();
    return result;
}

}  // namespace

void runOne(const QByteArray& input) {
    const Split whole = split({input});
    FUZZ_CLAIM(whole == split(pieces(input)));
    // A frame that is encoded again is the bytes that came; what may go on is not passed on yet.
    FUZZ_CLAIM(input.startsWith(whole.all));
    FUZZ_CLAIM(whole.isInside || whole.all == input);
    FUZZ_CLAIM(input.size() - whole.all.size() < static_cast<qsizetype>(kLongestUbxPayload) + 8);
}

}  // namespace fos1::fuzz
