// SPDX-License-Identifier: GPL-2.0-or-later
// What chronyd said about itself at one moment, in our units and signs: every offset is local clock minus reference,
// so positive = the local clock is fast. Knows neither the wire format nor what the facts mean for a service.
#pragma once

#include <QString>
#include <chrono>
#include <map>
#include <optional>
#include <vector>

#include "core/server_facts.h"
#include "core/source_address.h"
#include "core/source_facts.h"
#include "time/sync_state.h"

namespace fos1::ntp {

struct Tracking {
    quint32 refId = 0;
    SourceAddress address;
    int stratum = 0;  ///< ours; 0 when unsynchronised
    time::LeapState leap = time::LeapState::Unknown;
    std::chrono::nanoseconds referenceTime{0};  ///< since 1970, UTC
    std::chrono::nanoseconds clockOffset{0};    ///< of the system clock, as yet uncorrected
    std::chrono::nanoseconds lastOffset{0};     ///< found by the last update
    std::chrono::nanoseconds rmsOffset{0};
    qint64 frequencyPpb = 0;  ///< positive = the local clock gains
    qint64 residualFrequencyPpb = 0;
    qint64 skewPpb = 0;
    std::chrono::nanoseconds rootDelay{0};
    std::chrono::nanoseconds rootDispersion{0};
    std::chrono::nanoseconds updateInterval{0};
    bool operator==(const Tracking&) const = default;
};

enum class SourceMode { Unknown = 0, Server, Peer, ReferenceClock };

/// chronyc(1), "sources", column S.
enum class SourceState {
    Unknown = 0,
    Selected,     ///< *
    Combined,     ///< +
    Selectable,   ///< -
    Unusable,     ///< ?
    Falseticker,  ///< x
    Jittery,      ///< ~
};

struct SourceReport {
    SourceAddress address;
    QString name;  ///< as configured; empty when not known
    SourceMode mode = SourceMode::Unknown;
    SourceState state = SourceState::Unknown;
    int stratum = 0;
    int poll = 0;                                     ///< log2 seconds
    quint8 reachability = 0;                          ///< one bit for each of the last eight polls
    std::optional<std::chrono::seconds> sinceSample;  ///< nothing: no sample yet
    std::chrono::nanoseconds offset{0};               ///< last measurement, adjusted for what was corrected since
    std::chrono::nanoseconds offsetError{0};          ///< bound of its error
    std::optional<std::chrono::nanoseconds> delay;    ///< round trip of the last good answer; none for a refclock
    QString whyUnreachable;                           ///< what the kernel says of a route to it; empty: there is one
    QString whyUnresolved;                            ///< a sentence, where a name has no address; empty: not known
    QString keyExchangeError;                         ///< of NTS, in chronyd's words; empty: none was logged
    std::optional<NtpData> ntp;                       ///< none for a refclock, nor these when not known
    std::optional<Authentication> authentication;
    std::optional<Selection> selection;
    bool operator==(const SourceReport&) const = default;
};

struct SourceStatistics {
    SourceAddress address;
    quint32 refId = 0;
    qint64 samples = 0;
    std::chrono::seconds span{0};
    std::chrono::nanoseconds deviation{0};  ///< standard deviation of the samples: the jitter of the source
    qint64 residualFrequencyPpb = 0;
    qint64 skewPpb = 0;
    std::chrono::nanoseconds offset{0};  ///< estimated
    std::chrono::nanoseconds offsetError{0};
    bool operator==(const SourceStatistics&) const = default;
};

/// Whether the statistics are those of the source: a reference clock has no address there, only its refid.
[[nodiscard]] inline bool isAbout(const SourceStatistics& statistics, const SourceReport& source) {
    if (source.mode != SourceMode::ReferenceClock) return statistics.address == source.address;
    return statistics.address.kind == SourceAddressKind::Unknown && statistics.refId == source.address.number();
}

/// The kinds of report that a look is made of.
enum class Collector {
    Unknown = 0,
    Tracking,
    Sources,
    Statistics,
    Names,
    NtpData,
    Authentication,
    Selection,
    ServerStatistics,
    Clients,
};

/// Whether all of one kind could be had; when not, why the last that failed did.
struct CollectorResult {
    bool isOk = true;
    QString error;
};

/// One look at chronyd. A report that could not be had is absent, not empty.
struct Observation {
    std::chrono::steady_clock::time_point at;
    qint64 atUnixMs = 0;
    std::optional<Tracking> tracking;
    std::optional<std::vector<SourceReport>> sources;
    std::optional<std::vector<SourceStatistics>> statistics;
    std::optional<ServerStatistics> server;
    std::optional<ClientList> clients;                ///< not asked in every look
    std::map<Collector, CollectorResult> collectors;  ///< those that were asked
    QString error;                                    ///< why something is absent, for people
};

/// chrony's own reference (`local`): 127.127.1.x (refid 7F7F01xx).
[[nodiscard]] inline bool isLocalReference(const Tracking& tracking) { return tracking.refId >> 8 == 0x7F7F01; }

/// The four characters of a reference clock's refid.
[[nodiscard]] QString refIdText(quint32 refId);

/// What people call the source: its configured name, a refid, or its address.
[[nodiscard]] QString displayName(const SourceReport& source);

/// Numeric address; empty for a reference clock and for a name not resolved yet.
[[nodiscard]] QString numericAddress(const SourceReport& source);

/// chronyd keeps twice as many places for a pool as it may use, and those without an address stay in its list. A name
/// without any address is one source; the places beside sources that have one are none.
[[nodiscard]] std::vector<SourceReport> withoutEmptyPlaces(std::vector<SourceReport> sources);

/// As in metrics: "tracking", "ntpdata"…
[[nodiscard]] QString collectorText(Collector collector);

/// Whether chronyd has other NTP sources than those of these names; false while a name is not known.
[[nodiscard]] bool hasOtherSources(const Observation& observation, const std::vector<QString>& names);

/// In one word, as chronyc(1), "sources", calls it: "selected", "falseticker"…; "unknown".
[[nodiscard]] QString stateText(SourceState state);

/// "server", "peer" or "refclock".
[[nodiscard]] QString kindText(SourceMode mode);

}  // namespace fos1::ntp
