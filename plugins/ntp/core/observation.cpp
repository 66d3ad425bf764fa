// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/observation.h"

#include <set>

namespace fos1::ntp {

QString refIdText(quint32 refId) {
    QString text;
    for (int shift = 24; shift >= 0; shift -= 8) {
        const auto c = static_cast<char>(refId >> shift & 0xff);
        if (c == 0) break;
        if (c < 0x20 || c > 0x7e) return QStringLiteral("%1").arg(refId, 8, 16, QLatin1Char('0')).toUpper();
        text += QLatin1Char(c);
    }
    return text;
}

QString stateText(SourceState state) {
    switch (state) {
        case SourceState::Selected: return QStringLiteral("selected");
        case SourceState::Combined: return QStringLiteral("combined");
        case SourceState::Selectable: return QStringLiteral("selectable");
        case SourceState::Unusable: return QStringLiteral("unusable");
        case SourceState::Falseticker: return QStringLiteral("falseticker");
        case SourceState::Jittery: return QStringLiteral("jittery");
        case SourceState::Unknown: break;
    }
    return QStringLiteral("unknown");
}

QString displayName(const SourceReport& source) {
    if (source.mode == SourceMode::ReferenceClock) return refIdText(source.address.number());
    if (!source.name.isEmpty()) return source.name;
    const QString address = numericAddress(source);
    return address.isEmpty() ? QStringLiteral("unresolved-%1").arg(source.address.number()) : address;
}

QString numericAddress(const SourceReport& source) {
    if (source.mode == SourceMode::ReferenceClock) return {};
    const auto ip = source.address.ip();
    return ip ? ip->text() : QString();
}

std::vector<SourceReport> withoutEmptyPlaces(std::vector<SourceReport> sources) {
    const auto isPlace = [](const SourceReport& source) {
        return source.address.kind == SourceAddressKind::Unresolved;
    };
    std::set<QString> seen;
    for (const SourceReport& source : sources)
        if (!isPlace(source)) seen.insert(source.name);
    std::erase_if(sources,
                  [&](const SourceReport& source) { return isPlace(source) && !seen.insert(source.name).second; });
    return sources;
}

QString collectorText(Collector collector) {
    switch (collector) {
        case Collector::Tracking: return QStringLiteral("tracking");
        case Collector::Sources: return QStringLiteral("sources");
        case Collector::Statistics: return QStringLiteral("sourcestats");
        case Collector::Names: return QStringLiteral("sourcename");
        case Collector::NtpData: return QStringLiteral("ntpdata");
        case Collector::Authentication: return QStringLiteral("authdata");
        case Collector::Selection: return QStringLiteral("selectdata");
        case Collector::ServerStatistics: return QStringLiteral("serverstats");
        case Collector::Clients: return QStringLiteral("clients");
        case Collector::Unknown: break;
    }
    return QStringLiteral("unknown");
}

bool hasOtherSources(const Observation& observation, const std::vector<QString>& names) {
    if (!observation.sources) return false;
    std::set<QString> seen;
    for (const SourceReport& source : *observation.sources) {
        if (source.mode == SourceMode::ReferenceClock) continue;
        if (source.name.isEmpty()) return false;
        seen.insert(source.name);
    }
    return seen != std::set<QString>(names.begin(), names.end());
}

QString kindText(SourceMode mode) {
    switch (mode) {
        case SourceMode::Server: return QStringLiteral("server");
        case SourceMode::Peer: return QStringLiteral("peer");
        case SourceMode::ReferenceClock: return QStringLiteral("refclock");
        case SourceMode::Unknown: break;
    }
    return QStringLiteral("unknown");
}

}  // namespace fos1::ntp
