// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a source brings time from outside, or only repeats what this node or somebody's free-running clock says.
// Agreement with such a source is no evidence that the time is right. Pure.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "core/observation.h"
#include "model/addresses.h"

namespace fos1::ntp {

/// What is known of this node that tells its own time from somebody else's.
struct OwnReference {
    std::set<quint32> refIds;        ///< of the node's addresses, as its clients report them
    std::vector<IpPrefix> networks;  ///< that the node is connected to
};

/// The refid by which a client names a server of this address (RFC 5905, section 7.3): an IPv4 address itself, or the
/// first four bytes of the MD5 of an IPv6 address.
[[nodiscard]] quint32 refIdOf(const IpAddress& address);

/// Whether a refid names a free-running clock: 127.127.1.x (chrony's `local`, ntpd's driver 1) or "LOCL".
[[nodiscard]] bool isFreeRunning(quint32 refId);

/// `addresses`: of the node, each with the length of its network.
[[nodiscard]] OwnReference ownReference(const std::vector<IpPrefix>& addresses);

/// Why `source` brings no time from outside, as the end of "ntp1 ..."; nothing where it does, as far as is known.
/// `localStratum`: of spec.server.local, where it is enabled.
[[nodiscard]] std::optional<QString> whyNoEvidence(const SourceReport& source, std::optional<int> localStratum,
                                                   const OwnReference& own);

}  // namespace fos1::ntp
