// SPDX-License-Identifier: GPL-2.0-or-later
// Bytes of a receiver: where they are cut has no effect, values are in their range, and nothing that is not vouched for
// becomes a sample.
#include "fuzz.h"
#include "refclock/nmea_receiver.h"

namespace fos1::fuzz {

namespace {

using namespace fos1::ntp;

struct Summary {
    quint64 accepted = 0;
    std::vector<quint64> starts;
    bool operator==(const Summary&) const = default;
};

Summary parse(const std::vector<QByteArray>& pieces) {
    Summary summary;
    NmeaParser parser;
    for (const QByteArray& piece : pieces)
        parser.feed(piece, [&](const NmeaSentence& sentence) {
            summary.starts.push_back(sentence.start);
            FUZZ_CLAIM(sentence.start < parser.position() + 1);
            if (sentence.time)
                FUZZ_CLAIM(sentence.time->hour < 24 && sentence.time->minute < 60 && sentence.time->second <= 60 &&
                           sentence.time->nanosecond < 1'000'000'000);
            if (sentence.date)
                FUZZ_CLAIM(sentence.date->month >= 1 && sentence.date->month <= 12 && sentence.date->day >= 1 &&
                           sentence.date->day <= 31);
            FUZZ_CLAIM(sentence.text.size() <= kLongestSentence);
        });
    summary.accepted = parser.accepted();
    FUZZ_CLAIM(summary.accepted == summary.starts.size());
    return summary;
}

}  // namespace

void runOne(const QByteArray& input) {
    FUZZ_CLAIM(parse({input}) == parse(pieces(input)));
    // Each piece comes a fifth of a second after the one before.
    Arrival at{1'790'000'000'000'000'000, 1'000'000'000};
    ReceiverPolicy policy;
    policy.pivotUnix = 1'767'225'600;
    int samples = 0;
    NmeaReceiver receiver(policy, LeapTable(input), [&](const ReceiverSample& sample) {
        ++samples;
        FUZZ_CLAIM(sample.unixNs >= policy.pivotUnix * kNsPerSecond);
        FUZZ_CLAIM(sample.arrival.rawNs <= at.rawNs);
    });
    for (const QByteArray& piece : pieces(input)) {
        at.realNs += 200'000'000;
        at.rawNs += 200'000'000;
        receiver.feed(piece, at);
        (void)receiver.gnss().facts(at.rawNs);
    }
    receiver.settle();
    FUZZ_CLAIM(samples == 0 || receiver.state().counts[static_cast<std::size_t>(InstantVerdict::Settling)] >= 3);
}

}  // namespace fos1::fuzz
