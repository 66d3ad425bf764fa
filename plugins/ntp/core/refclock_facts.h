// SPDX-License-Identifier: GPL-2.0-or-later
// How each attached clock fares, as values. Knows nothing of how that was found out.
#pragma once

#include <QString>
#include <chrono>
#include <map>
#include <optional>
#include <vector>

namespace fos1::ntp {

/// The reason of a clock that works as it should.
inline constexpr const char* kHealthyClock = "Healthy";

enum class ClockKind { Unknown = 0, Gps, Pps, Phc, Atomic };

/// "gps", "pps", "phc" or "atomic".
[[nodiscard]] QString toText(ClockKind kind);

/// What a satellite receiver reports of itself and the sky.
struct GnssFacts {
    QString fix;                    ///< "none", "autonomous", "differential", ...; empty: not reported
    std::optional<int> dimensions;  ///< 1: no fix, 2, 3
    std::optional<int> used;        ///< satellites
    std::optional<int> inView;
    std::optional<int> hdopHundredths;  ///< horizontal dilution of precision, times 100
    std::optional<int> leapSeconds;     ///< GPS minus UTC
    std::optional<int> leapChange;      ///< 1 or -1: a leap second is scheduled
    std::optional<int> bestSignal;      ///< carrier to noise of the best satellite in use, in dBHz
    std::optional<int> quantizationPs;  ///< by how much the next pulse will be off, as the receiver knows
    QString antenna;                    ///< "ok", "open", "short"; empty: not reported
    QString model;
    QString firmware;
    int baud = 0;  ///< 0: none, or not found
    quint64 sentences = 0;
    std::map<QString, quint64> rejected;  ///< sentences, by reason
    bool operator==(const GnssFacts&) const = default;
};

/// What a device for pulses has shown.
struct PulseFacts {
    std::optional<std::chrono::nanoseconds> jitter;  ///< standard deviation of their distance
    quint64 seen = 0;
    quint64 missed = 0;
    quint64 extra = 0;
    bool operator==(const PulseFacts&) const = default;
};

/// How much later than true time the sentences of a receiver come, as measured against something better.
struct DelayFacts {
    QString against;  ///< "PPS", "3 sources in the network"
    int count = 0;    ///< of instants that were measured
    std::chrono::seconds span{0};
    std::chrono::nanoseconds mean{0};
    std::chrono::nanoseconds deviation{0};  ///< standard
    std::chrono::nanoseconds least{0};
    std::chrono::nanoseconds most{0};
    std::chrono::nanoseconds bound{0};  ///< of the error of what it was measured against
    std::vector<int> histogram;         ///< counts in equal parts from `least` to `most`
    bool operator==(const DelayFacts&) const = default;
};

struct RefclockFacts {
    QString name;  ///< reference ID
    ClockKind kind = ClockKind::Unknown;
    QString device;
    bool isPresent = false;
    bool isHealthy = false;
    QString reason;             ///< in one word: "Healthy", "NoFix", "HardwareMissing"
    QString message;            ///< the same in a sentence, with what to do
    bool isMisleading = false;  ///< chronyd would follow it, and must not
    std::optional<std::chrono::seconds> sinceSample;
    std::optional<std::chrono::nanoseconds> deviation;  ///< clock minus the network's time; nothing: not known
    std::map<QString, quint64> unused;                  ///< instants that became no sample, by reason
    quint64 samples = 0;                                ///< given to chronyd
    std::optional<GnssFacts> gnss;
    std::optional<PulseFacts> pulse;
    std::optional<DelayFacts> delay;
    bool operator==(const RefclockFacts&) const = default;
};

}  // namespace fos1::ntp
