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
