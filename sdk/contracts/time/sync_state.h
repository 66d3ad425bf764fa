// SPDX-License-Identifier: MIT
// Topic time.sync/v1, key = name of the time service: facts about the quality of this node's time.
// Normative schema: contracts/schemas/time.sync.v1.json.
#pragma once

#include <QCborMap>
#include <QString>
#include <chrono>
#include <optional>

#include "fos1/cbor_reader.h"
#include "fos1/result.h"

namespace fos1::time {

enum class LeapState { Unknown = 0, Normal, InsertSecond, DeleteSecond, Unsynchronised };

[[nodiscard]] inline QString toText(LeapState leap) {
    switch (leap) {
        case LeapState::Normal: return QStringLiteral("normal");
        case LeapState::InsertSecond: return QStringLiteral("insert");
        case LeapState::DeleteSecond: return QStringLiteral("delete");
        case LeapState::Unsynchronised: return QStringLiteral("unsynchronised");
        case LeapState::Unknown: break;
    }
    return QStringLiteral("unknown");
}

[[nodiscard]] inline LeapState leapFromText(const QString& text) {
    for (const LeapState leap :
         {LeapState::Normal, LeapState::InsertSecond, LeapState::DeleteSecond, LeapState::Unsynchronised})
        if (toText(leap) == text) return leap;
    return LeapState::Unknown;
}

struct SelectedSource {
    QString name;     ///< as configured, or the refid of a reference clock
    QString address;  ///< numeric; empty for a reference clock
    QString kind;     ///< "server", "peer", "refclock" or "local"
    bool operator==(const SelectedSource&) const = default;
};

struct SourceCounts {
    qint64 total = 0;
    qint64 reachable = 0;   ///< answered at least one of the last eight polls
    qint64 selectable = 0;  ///< good enough to be combined or selected
    bool operator==(const SourceCounts&) const = default;
};

struct SyncState {
    static constexpr const char* kTopic = "time.sync/v1";

    bool synchronised = false;  ///< following a source that answers
    int stratum = 0;            ///< 1–15; 0 when unknown
    LeapState leap = LeapState::Unknown;
    QString refid;  ///< of the reference, eight hex digits (RFC 5905, section 7.3)
    std::optional<SelectedSource> source;
    /// Of the machine's clock: local clock minus reference; positive = the local clock is fast. What clients get is
    /// corrected for it.
    std::chrono::nanoseconds offset{0};
    std::chrono::nanoseconds jitter{0};
    qint64 frequencyPpb = 0;  ///< of the local clock; positive: fast
    std::chrono::nanoseconds rootDelay{0};
    std::chrono::nanoseconds rootDispersion{0};
    /// How far the served time may be off at most: root dispersion + root delay / 2, and more where a source that is
    /// followed contradicts that.
    std::chrono::nanoseconds errorBound{0};
    std::chrono::nanoseconds clockErrorBound{0};  ///< the same for the machine's clock: |offset| + errorBound
    std::chrono::nanoseconds servedOffset{0};     ///< served time minus the followed source, as last measured
    bool holdover = false;                        ///< was synchronized, has no source now, still keeps time
    qint64 holdoverSinceUnixMs = 0;               ///< 0 when not in holdover
    SourceCounts sources;
    bool fitToAdvertise = false;  ///< whether the service should be advertised to clients
    QString reason;               ///< why it is or is not fit, in one sentence

    bool operator==(const SyncState&) const = default;

    [[nodiscard]] QCborMap encode() const {
        QCborMap map{{QStringLiteral("synchronised"), synchronised},
                     {QStringLiteral("stratum"), stratum},
                     {QStringLiteral("leap"), toText(leap)},
                     {QStringLiteral("refid"), refid},
                     {QStringLiteral("offset_ns"), qint64{offset.count()}},
                     {QStringLiteral("jitter_ns"), qint64{jitter.count()}},
                     {QStringLiteral("frequency_ppb"), frequencyPpb},
                     {QStringLiteral("root_delay_ns"), qint64{rootDelay.count()}},
                     {QStringLiteral("root_dispersion_ns"), qint64{rootDispersion.count()}},
                     {QStringLiteral("error_bound_ns"), qint64{errorBound.count()}},
                     {QStringLiteral("clock_error_bound_ns"), qint64{clockErrorBound.count()}},
                     {QStringLiteral("served_offset_ns"), qint64{servedOffset.count()}},
                     {QStringLiteral("holdover"), holdover},
                     {QStringLiteral("sources"), QCborMap{{QStringLiteral("total"), sources.total},
                                                          {QStringLiteral("reachable"), sources.reachable},
                                                          {QStringLiteral("selectable"), sources.selectable}}},
                     {QStringLiteral("fit_to_advertise"), fitToAdvertise},
                     {QStringLiteral("reason"), reason}};
        if (source)
            map.insert(QStringLiteral("source"), QCborMap{{QStringLiteral("name"), source->name},
                                                          {QStringLiteral("address"), source->address},
                                                          {QStringLiteral("kind"), source->kind}});
        if (holdover) map.insert(QStringLiteral("holdover_since"), holdoverSinceUnixMs);
        return map;
    }

    /// Unknown fields are ignored; a field of the wrong type is an error with its path.
    static Result<SyncState> decode(const QCborMap& map) {
        using std::chrono::nanoseconds;
        Errors errors;
        const CborReader reader(map, {}, &errors);
        SyncState state;
        state.synchronised = reader.boolean(QStringLiteral("synchronised"));
        state.stratum = reader.smallInteger(QStringLiteral("stratum"));
        state.leap = leapFromText(reader.text(QStringLiteral("leap")));
        state.refid = reader.text(QStringLiteral("refid"));
        if (reader.has(QStringLiteral("source"))) {
            const CborReader source = reader.child(QStringLiteral("source"));
            state.source = SelectedSource{source.text(QStringLiteral("name")), source.text(QStringLiteral("address")),
                                          source.text(QStringLiteral("kind"))};
        }
        state.offset = nanoseconds(reader.integer(QStringLiteral("offset_ns")));
        state.jitter = nanoseconds(reader.integer(QStringLiteral("jitter_ns")));
        state.frequencyPpb = reader.integer(QStringLiteral("frequency_ppb"));
        state.rootDelay = nanoseconds(reader.integer(QStringLiteral("root_delay_ns")));
        state.rootDispersion = nanoseconds(reader.integer(QStringLiteral("root_dispersion_ns")));
        state.errorBound = nanoseconds(reader.integer(QStringLiteral("error_bound_ns")));
        state.clockErrorBound = nanoseconds(reader.integer(QStringLiteral("clock_error_bound_ns")));
        state.servedOffset = nanoseconds(reader.integer(QStringLiteral("served_offset_ns")));
        state.holdover = reader.boolean(QStringLiteral("holdover"));
        state.holdoverSinceUnixMs = reader.integer(QStringLiteral("holdover_since"));
        const CborReader sources = reader.child(QStringLiteral("sources"));
        state.sources = {sources.integer(QStringLiteral("total")), sources.integer(QStringLiteral("reachable")),
                         sources.integer(QStringLiteral("selectable"))};
        state.fitToAdvertise = reader.boolean(QStringLiteral("fit_to_advertise"));
        state.reason = reader.text(QStringLiteral("reason"));
        if (!errors.empty()) return tl::unexpected<Error>(errors.front());
        return state;
    }
};

}  // namespace fos1::time
