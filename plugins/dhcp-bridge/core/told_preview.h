// SPDX-License-Identifier: GPL-2.0-or-later
// Says in words what other offers would change for the clients of each subnet. Pure. Must not know servers' own forms.
#pragma once

#include <QCborMap>

#include "model/subnet.h"

namespace fos1::dhcp {

/// The subnets of one server, with a plan of each for the offers as they are and as they would be.
struct Foreseen {
    QString server;
    std::vector<Subnet> subnets;
    std::vector<SubnetPlan> now;
    std::vector<SubnetPlan> then;
};

/// The answer of IPreviewer::preview(); empty when no client would be told anything else. `unread`: servers whose
/// subnets are not known.
[[nodiscard]] QCborMap describeTold(const std::vector<Foreseen>& servers, const QStringList& unread);

}  // namespace fos1::dhcp
