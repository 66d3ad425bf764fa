// SPDX-License-Identifier: GPL-2.0-or-later
// Whether clients get this node's time, as facts: found by asking the node's own addresses as a client does.
#pragma once

#include <QString>
#include <map>
#include <set>

#include "model/addresses.h"

namespace fos1::ntp {

/// Another program with a UDP socket on the NTP port.
struct PortHolder {
    QString name;       ///< of the program; empty when the kernel does not say
    qint64 pid = 0;     ///< 0: not known
    qint64 userId = 0;  ///< of the socket's owner
    QString address;    ///< that it is bound to; "*": every one of its family
    bool operator==(const PortHolder&) const = default;
};

/// "ntpd (pid 812)", or "a program of user 0".
[[nodiscard]] QString holderText(const PortHolder& holder);

struct ServingFacts {
    std::set<IpAddress> served;             ///< answered as this chronyd answers
    std::map<IpAddress, QString> unserved;  ///< why, as the end of a sentence
    std::set<IpAddress> pending;            ///< asked, and not decided yet
    std::vector<PortHolder> holders;        ///< looked for when something is not served
    bool operator==(const ServingFacts&) const = default;

    /// Some are not served, and none is.
    [[nodiscard]] bool isNobodyServed() const { return !unserved.empty() && served.empty() && pending.empty(); }
    /// Nothing has been found out yet.
    [[nodiscard]] bool isUndecided() const { return !pending.empty() && served.empty(); }
    /// Why nobody, or not everybody, is served; empty when nothing is known to be wrong.
    [[nodiscard]] QString problem() const;
};

}  // namespace fos1::ntp
