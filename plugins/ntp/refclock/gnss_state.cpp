// SPDX-License-Identifier: GPL-2.0-or-later
#include "refclock/gnss_state.h"

#include <algorithm>

#include "refclock/arrival.h"

namespace fos1::ntp {

namespace {

constexpr qint64 kLifetime = 15 * kNsPerSecond;
constexpr qint64 kOneInstantNs = 500'000'000;
constexpr qsizetype kLongestText = 60;

constexpr std::array kFixNames{"none",      "autonomous", "differential", "precise",  "RTK",
                               "RTK float", "estimated",  "manual",       "simulated"};

/// In lower case; only printable ASCII gets here.
QString word(std::string_view text) {
    return QString::fromLatin1(text.data(), std::min<qsizetype>(static_cast<qsizetype>(text.size()), kLongestText))
        .trimmed();
}

}  // namespace

template <typename T>
std::optional<T> GnssState::Seen<T>::at(qint64 now) const {
    return isSet && now - rawNs <= kLifetime ? std::optional(value) : std::nullopt;
}

void GnssState::take(const NmeaSentence& sentence, qint64 rawNs) {
    m_quality.set(sentence.quality, rawNs);
    m_dimensions.set(sentence.dimensions, rawNs);
    m_used.set(sentence.used, rawNs);
    m_hdop.set(sentence.hdopHundredths, rawNs);
    if (sentence.leapSeconds) {
        m_leapSeconds = *sentence.leapSeconds;
        m_isLeapDefault = sentence.isLeapDefault;
    }
    if (sentence.kind == SentenceKind::Txt) takeText(sentence.text);
    if (!sentence.inView) return;
    // A place is free where nothing was seen for long. From NMEA 4.11 on, each signal of a constellation has a number
    // of its own; the satellites are those of the signal that most of them send.
    for (Constellation& each : m_sky) {
        if (each.talker != sentence.talker && each.inView.at(rawNs)) continue;
        const bool isSameInstant = each.talker == sentence.talker && rawNs - each.inView.rawNs < kOneInstantNs;
        const auto before = isSameInstant ? each.inView.at(rawNs) : std::nullopt;
        each.talker = sentence.talker;
        each.inView.set(std::max(*sentence.inView, before.value_or(0)), before ? each.inView.rawNs : rawNs);
        return;
    }
}

/// A number of leap seconds that is the firmware's is none: it may be an old one.
void GnssState::take(const UbxFrame& frame, qint64 rawNs) {
    if (const auto leap = ubxLeap(frame)) {
        m_isLeapDefault = !leap->leapSeconds;
        m_leapSeconds = leap->leapSeconds;
        m_leapChange.set(leap->change, rawNs);
    }
    if (const auto pulse = ubxPulse(frame)) m_quantizationPs.set(pulse->quantizationPs, rawNs);
    m_ubxSky.set(ubxSky(frame), rawNs);
}

/// u-blox: "ANTSTATUS=OK", "HW UBX-M8030 00080000", "MOD=NEO-M8N", "FWVER=SPG 3.01". Others: "ANTENNA OPEN".
void GnssState::takeText(std::string_view text) {
    const auto after = [&text](std::string_view start) -> std::optional<QString> {
        if (!text.starts_with(start)) return {};
        return word(text.substr(start.size()));
    };
    if (const auto status = after("ANTSTATUS=")) m_antenna = status->toLower();
    if (const auto status = after("ANTENNA ")) m_antenna = status->toLower();
    if (const auto model = after("MOD=")) m_model = *model;
    if (const auto hardware = after("HW "); hardware && m_model.isEmpty()) m_model = hardware->section(u' ', 0, 0);
    if (const auto firmware = after("FWVER=")) m_firmware = *firmware;
}

GnssFacts GnssState::facts(qint64 rawNs) const {
    GnssFacts facts;
    if (const auto quality = m_quality.at(rawNs); quality && *quality < kFixNames.size())
        facts.fix = QLatin1String(kFixNames[*quality]);
    if (const auto dimensions = m_dimensions.at(rawNs)) facts.dimensions = *dimensions;
    if (const auto used = m_used.at(rawNs)) facts.used = *used;
    for (const Constellation& each : m_sky)
        if (const auto inView = each.inView.at(rawNs)) facts.inView = facts.inView.value_or(0) + *inView;
    if (const auto hdop = m_hdop.at(rawNs)) facts.hdopHundredths = *hdop;
    facts.leapSeconds = m_leapSeconds;
    if (const auto change = m_leapChange.at(rawNs); change && *change != 0) facts.leapChange = *change;
    if (const auto error = m_quantizationPs.at(rawNs)) facts.quantizationPs = *error;
    // It counts what several sentences only count together.
    if (const auto sky = m_ubxSky.at(rawNs)) {
        facts.used = sky->used;
        facts.inView = sky->inView;
        facts.bestSignal = sky->best;
    }
    facts.antenna = m_antenna;
    facts.model = m_model;
    facts.firmware = m_firmware;
    return facts;
}

}  // namespace fos1::ntp
