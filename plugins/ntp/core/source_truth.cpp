// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/source_truth.h"

#include <QCryptographicHash>
#include <QtEndian>
#include <algorithm>

namespace fos1::ntp {

namespace {

constexpr quint32 kLocalDriver = 0x7F7F01;   // 127.127.1, without the unit
constexpr quint32 kLocalClock = 0x4C4F434C;  // "LOCL" (RFC 5905, figure 12)
/// A better stratum of a local clock is declared on purpose: the time of an isolated network, or of a device that
/// keeps time by means that NTP does not know. The defaults, 10 in chrony and 5 in ntpd, are fallbacks.
constexpr int kBestFallbackStratum = 5;

/// Private addresses are used again and again: one that a distant server names need not be ours.
bool isNeighbor(const SourceReport& source, const OwnReference& own) {
    const auto ip = source.address.ip();
    return ip && std::any_of(own.networks.begin(), own.networks.end(),
                             [&ip](const IpPrefix& network) { return network.contains(*ip); });
}

}  // namespace

quint32 refIdOf(const IpAddress& address) {
    if (address.family == AddressFamily::Inet4) return qFromBigEndian<quint32>(address.bytes.data());
    const QByteArray digest = QCryptographicHash::hash(
        QByteArrayView(reinterpret_cast<const char*>(address.bytes.data()), 16), QCryptographicHash::Md5);
    return qFromBigEndian<quint32>(digest.constData());
}

bool isFreeRunning(quint32 refId) { return refId >> 8 == kLocalDriver || refId == kLocalClock; }

OwnReference ownReference(const std::vector<IpPrefix>& addresses) {
    OwnReference own;
    for (const IpPrefix& each : addresses) {
        own.refIds.insert(refIdOf(each.address));
        own.networks.push_back(each.network());
    }
    return own;
}

std::optional<QString> whyNoEvidence(const SourceReport& source, std::optional<int> localStratum,
                                     const OwnReference& own) {
    if (source.mode == SourceMode::ReferenceClock) return {};
    if (source.ntp && source.ntp->validReplies > 0 && source.ntp->stratum > 0) {
        if (isFreeRunning(source.ntp->refId) && source.ntp->stratum >= kBestFallbackStratum)
            return QStringLiteral("has no source of its own: it serves its free-running local clock");
        if (source.ntp->stratum > 1 && own.refIds.contains(source.ntp->refId) && isNeighbor(source, own))
            return QStringLiteral("takes its time from this node, which is a timing loop");
    }
    // What it says itself: the options minstratum and copy change what chronyd makes of it.
    const bool isKnown = source.ntp && source.ntp->validReplies > 0 && source.ntp->stratum > 0;
    const int stratum = isKnown ? source.ntp->stratum : source.stratum;
    if (localStratum && stratum >= *localStratum)
        return QStringLiteral("is at stratum %1, no better than this node's own local clock (stratum %2)")
            .arg(stratum)
            .arg(*localStratum);
    return {};
}

}  // namespace fos1::ntp
