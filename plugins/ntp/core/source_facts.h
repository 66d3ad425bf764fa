// SPDX-License-Identifier: GPL-2.0-or-later
// What chronyd says about one source beyond its place in the list: its last packet, how it is authenticated, and what
// the last selection made of it. Facts in our units; no conclusions.
#pragma once

#include <QStringList>
#include <chrono>
#include <optional>

#include "core/source_address.h"
#include "time/sync_state.h"

namespace fos1::ntp {

/// What a received packet has to pass (RFC 5905, section 9.2; chronyc(1), "ntpdata"). Tests 1 to 5 make a packet valid,
/// the rest make it good to synchronise by.
enum class PacketTest : quint16 {
    LoopFree = 1 << 0,        ///< D: the server does not follow us
    SteadyDelay = 1 << 1,     ///< C: the delay does not stand out from the scatter
    UsualDelay = 1 << 2,      ///< B: nor from the least one seen
    DelayAllowed = 1 << 3,    ///< A: delay and interval are below their limits
    RootDistance = 1 << 4,    ///< 7
    Synchronised = 1 << 5,    ///< 6
    Authentic = 1 << 6,       ///< 5
    HasTimestamps = 1 << 7,   ///< 3
    AnswersRequest = 1 << 8,  ///< 2
    NotDuplicate = 1 << 9,    ///< 1
};

/// What took a local timestamp (chronyc(1), "ntpdata", TX and RX timestamping).
enum class Timestamping { Unknown = 0, Daemon, Kernel, Hardware };

/// "daemon", "kernel" or "hardware"; empty when not known.
[[nodiscard]] QString toText(Timestamping timestamping);

/// How many packets to and from a source have a timestamp that is better than the daemon's own.
struct SourceTimestamps {
    quint32 kernelTx = 0;
    quint32 kernelRx = 0;
    quint32 hardwareTx = 0;
    quint32 hardwareRx = 0;
    bool operator==(const SourceTimestamps&) const = default;
};

/// The last valid packet of an NTP source, and how many there were.
struct NtpData {
    SourceAddress address;
    int stratum = 0;  ///< 0: the packet is a kiss-o'-death, and refId its code (RFC 5905, section 7.4)
    time::LeapState leap = time::LeapState::Unknown;
    std::chrono::nanoseconds rootDelay{0};
    std::chrono::nanoseconds rootDispersion{0};
    quint32 refId = 0;
    std::chrono::nanoseconds delay{0};
    quint16 passedTests = 0;  ///< of PacketTest
    bool interleaved = false;
    bool authenticated = false;
    quint32 sent = 0;
    quint32 received = 0;
    quint32 validReplies = 0;
    std::optional<quint32> goodReplies;  ///< since chrony 4.3
    SourceAddress localAddress = {};
    quint16 port = 0;
    int version = 0;                            ///< of NTP
    int poll = 0;                               ///< that the packet names; log2 seconds
    int precision = 0;                          ///< log2 seconds
    std::chrono::nanoseconds referenceTime{0};  ///< when the source set its clock last; since 1970, UTC
    std::chrono::nanoseconds dispersion{0};     ///< chronyc(1): "Peer dispersion"
    std::chrono::nanoseconds responseTime{0};   ///< that the source spent on the answer
    double jitterAsymmetry = 0;                 ///< -0.5 to 0.5: on which half of the path the jitter is
    Timestamping tx = Timestamping::Unknown;
    Timestamping rx = Timestamping::Unknown;
    std::optional<SourceTimestamps> timestamps = {};  ///< since chrony 4.6
    bool operator==(const NtpData&) const = default;

    [[nodiscard]] bool passed(PacketTest test) const { return (passedTests & static_cast<quint16>(test)) != 0; }
};

/// The tests that the last packet failed, by their number or letter in RFC 5905 and chronyc(1) with a word on each:
/// "6 (the source is not synchronized)". Empty when it passed them all, or when there was
/// no valid packet.
[[nodiscard]] QStringList failedTests(const NtpData& data);

enum class AuthenticationMode { Unknown = 0, None, SymmetricKey, Nts };

/// chronyc(1), "authdata".
struct Authentication {
    AuthenticationMode mode = AuthenticationMode::Unknown;
    quint16 algorithm = 0;     ///< hash, cipher or AEAD
    quint32 keyId = 0;         ///< with NTS: the number of key establishments
    int keyBits = 0;           ///< 0: there is no key of this id, or none established yet
    int keyExchangeTries = 0;  ///< since the last that succeeded
    std::optional<std::chrono::seconds> sinceKeyExchange;
    int cookies = 0;  ///< 8 when all is well
    int cookieBytes = 0;
    int naks = 0;  ///< chrony 4: 1 when one came since the last request
    bool operator==(const Authentication&) const = default;
};

/// The key type or AEAD algorithm by its name in chronyc(1), "authdata", column Type: "SHA256", "AES-SIV-CMAC-256"; a
/// number that it does not list, as a number. Empty without authentication.
[[nodiscard]] QString algorithmText(const Authentication& authentication);

/// chronyc(1), "selectdata", column S, by its letter.
enum class SelectionState {
    Unknown = 0,
    NoSelect,         ///< N
    MissingSamples,   ///< M
    Unsynchronised,   ///< s
    BadStratum,       ///< r
    LargeDistance,    ///< d
    Jittery,          ///< ~
    WaitsForSamples,  ///< w: of others
    Stale,            ///< S
    Orphan,           ///< O
    Untrusted,        ///< T
    Falseticker,      ///< x
    WaitsForSources,  ///< W
    NotPreferred,     ///< P
    WaitsForUpdate,   ///< U
    Distant,          ///< D
    Outlier,          ///< L
    Combined,         ///< +
    Selected,         ///< *
};

/// chronyc(1), "selectdata", columns COpts and EOpts.
enum class SelectOption : quint16 { NoSelect = 1, Prefer = 2, Trust = 4, Require = 8 };

/// As chrony.conf(5) writes a set of SelectOption: "trust require"; empty when there are none.
[[nodiscard]] QString optionsText(quint16 options);

struct Selection {
    SelectionState state = SelectionState::Unknown;
    bool authenticated = false;
    time::LeapState leap = time::LeapState::Unknown;
    quint16 configuredOptions = 0;  ///< of SelectOption
    quint16 effectiveOptions = 0;
    std::optional<std::chrono::seconds> sinceSample;  ///< when the selection was made
    double score = 0;
    /// The true offset of the local clock was expected between these; positive = the local clock is fast.
    std::chrono::nanoseconds lowLimit{0};
    std::chrono::nanoseconds highLimit{0};
    bool operator==(const Selection&) const = default;

    [[nodiscard]] bool has(SelectOption option) const { return (effectiveOptions & static_cast<quint16>(option)) != 0; }
};

}  // namespace fos1::ntp
