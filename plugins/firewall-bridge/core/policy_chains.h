// SPDX-License-Identifier: GPL-2.0-or-later
// The chains of one policy, as rules of nft(8). Pure. A chain's name encodes everything that its rules depend on.
#pragma once

#include <QString>
#include <QStringList>
#include <array>

#include "core/firewall_plan.h"

namespace fos1::firewall {

/// Lengths of an NTP packet (the UDP payload) in bytes.
namespace length {
constexpr int kUdpHeader = 8;
constexpr int kShortest = 48;      ///< RFC 5905, figure 8
constexpr int kLongest = 1472;     ///< fills an Ethernet frame; NTP packets are not fragmented
constexpr int kPlain = 72;         ///< with the longest MAC that chrony accepts (RFC 5905, 7.5; RFC 7822)
constexpr int kShortestNts = 124;  ///< header, unique identifier and authenticator of RFC 8915, 5, without a cookie
}  // namespace length

struct Chain {
    QString name;
    QStringList rules;
};

[[nodiscard]] Chain vlanChain(const time::ServiceState& vlan);
/// For requests of a VLAN to other servers. `areAll`: diverts all except those of `kept`; otherwise only those of
/// `turned`. Those of our own time sources are never diverted.
[[nodiscard]] Chain divertChain(int port, bool areAll);

/// The verdict for a group's clients. `chain` has no rules when none is needed. Empty: the policy of their VLAN
/// applies.
struct GroupVerdict {
    QString verdict;
    Chain chain;
};
[[nodiscard]] GroupVerdict inOpenVlan(const time::ClientState& group);
[[nodiscard]] GroupVerdict inClosedVlan(const time::ClientState& group);

[[nodiscard]] std::optional<Limit> limitOf(const std::optional<time::ServedRate>& rate);
/// The sets that remember the clients of a limit: one per family, and one for clients that did not fit.
struct LimitSet {
    QString name;
    const char* key;  ///< the type of the set
};
[[nodiscard]] std::array<LimitSet, 3> limitSets(const Limit& limit);
/// How long a client is remembered: until its bucket is full, within fixed bounds.
[[nodiscard]] std::chrono::seconds limitMemory(const Limit& limit);

}  // namespace fos1::firewall
