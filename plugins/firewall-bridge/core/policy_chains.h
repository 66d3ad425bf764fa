// SPDX-License-Identifier: GPL-2.0-or-later
// The chains of one policy, as nft's rules (nft(8)). Pure. A chain's name holds everything that its rules depend on.
#pragma once

#include <QString>
#include <QStringList>
#include <array>

#include "core/firewall_plan.h"

namespace fos1::firewall {

/// Lengths of an NTP packet, the payload of UDP, in bytes.
namespace length {
constexpr int kUdpHeader = 8;
constexpr int kShortest = 48;      ///< RFC 5905, figure 8
constexpr int kLongest = 1472;     ///< fills an Ethernet frame; NTP is never fragmented
constexpr int kPlain = 72;         ///< with the longest MAC that chrony takes (RFC 5905, 7.5; RFC 7822)
constexpr int kShortestNts = 124;  ///< header, unique identifier and authenticator of RFC 8915, 5, without a cookie
}  // namespace length

struct Chain {
    QString name;
    QStringList rules;
};

[[nodiscard]] Chain vlanChain(const time::ServiceState& vlan);
/// Requests of a VLAN to elsewhere. `areAll`: but for those of `kept`; else: those of `turned`.
[[nodiscard]] Chain divertChain(int port, bool areAll);

/// The verdict about a group's clients; `chain` without rules: none of its own is needed. Empty: as their VLAN says.
struct GroupVerdict {
    QString verdict;
    Chain chain;
};
[[nodiscard]] GroupVerdict inOpenVlan(const time::ClientState& group);
[[nodiscard]] GroupVerdict inClosedVlan(const time::ClientState& group);

[[nodiscard]] std::optional<Limit> limitOf(const std::optional<time::ServedRate>& rate);
/// The sets in which the clients of a limit are remembered: one for each family, and one for those that did not fit.
struct LimitSet {
    QString name;
    const char* key;  ///< type
};
[[nodiscard]] std::array<LimitSet, 3> limitSets(const Limit& limit);
/// For how long a client is remembered: until its bucket is full, within reason.
[[nodiscard]] std::chrono::seconds limitMemory(const Limit& limit);

}  // namespace fos1::firewall
