// SPDX-License-Identifier: GPL-2.0-or-later
// What Kea's answer to config-get and the offers come to: what each subnet is told, and the configuration to set. Pure;
// for thousands of subnets it takes longer than a turn of the event loop may.
#pragma once

#include "dhcp_backend.h"
#include "kea/kea_option.h"

namespace fos1::dhcp {

struct KeaDraft {
    std::shared_ptr<const SubnetTable> table;
    QByteArray arguments;  ///< for config-set; null: nothing is to be changed
    Option56Form form = Option56Form::Unknown;
};

/// What decides about a draft, beside the answer.
struct DraftWish {
    std::shared_ptr<const Offers> offers;  ///< never null
    Sntp sntp = Sntp::Omitted;
    Option56Form known = Option56Form::Unknown;    ///< was accepted before
    Option56Form refused = Option56Form::Unknown;  ///< was refused just now
};

/// An error when `raw` is not the configuration of a server of this family.
[[nodiscard]] Result<std::shared_ptr<const KeaDraft>> draftOf(const QByteArray& raw, const KeaFamily& family,
                                                              const DraftWish& wish);

/// Without option 31, Kea tells a client of IPv6 one server.
void leaveOutUntold(std::vector<SubnetPlan>& plans, const KeaFamily& family, Sntp sntp);

}  // namespace fos1::dhcp
