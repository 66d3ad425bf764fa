// SPDX-License-Identifier: MIT
// Topic network.vlan/v1, key = name of the VLAN resource: facts about the link that carries the VLAN on this node.
// Normative schema: contracts/schemas/network.vlan.v1.json.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QString>
#include <vector>

#include "fos1/cbor_reader.h"
#include "fos1/result.h"

namespace fos1::network {

/// An address fit to be advertised: not tentative, deprecated, temporary or IPv6 link-local.
struct VlanAddress {
    QString address;  ///< numeric; IPv6 in the text form of RFC 5952
    int prefixLength = 0;
    QString broadcast;  ///< IPv4 only; empty when the link has none
    bool operator==(const VlanAddress&) const = default;
};

struct VlanState {
    static constexpr const char* kTopic = "network.vlan/v1";

    int vlanId = 0;      ///< 1–4094
    QString interface;   ///< name of the link; empty when there is none
    qint64 ifindex = 0;  ///< of the link; 0 when there is none
    bool up = false;     ///< the link exists, is enabled and has a carrier
    std::vector<VlanAddress> addresses;
    QString zone;    ///< as declared; empty when not declared
    QString reason;  ///< why the link is not up, in one sentence; empty when it is up

    bool operator==(const VlanState&) const = default;

    [[nodiscard]] QCborMap encode() const {
        QCborArray list;
        for (const VlanAddress& each : addresses) {
            QCborMap map{{QStringLiteral("address"), each.address},
                         {QStringLiteral("prefix_length"), each.prefixLength}};
            if (!each.broadcast.isEmpty()) map.insert(QStringLiteral("broadcast"), each.broadcast);
            list.append(map);
        }
        QCborMap map{{QStringLiteral("vlan_id"), vlanId}, {QStringLiteral("interface"), interface},
                     {QStringLiteral("up"), up},          {QStringLiteral("addresses"), list},
                     {QStringLiteral("zone"), zone},      {QStringLiteral("reason"), reason}};
        if (ifindex != 0) map.insert(QStringLiteral("ifindex"), ifindex);
        return map;
    }

    /// Unknown fields are ignored; a field of the wrong type is an error with its path.
    static Result<VlanState> decode(const QCborMap& map) {
        Errors errors;
        const CborReader reader(map, {}, &errors);
        VlanState state;
        state.vlanId = reader.smallInteger(QStringLiteral("vlan_id"));
        state.interface = reader.text(QStringLiteral("interface"));
        state.ifindex = reader.integer(QStringLiteral("ifindex"));
        state.up = reader.boolean(QStringLiteral("up"));
        for (const CborReader& each : reader.children(QStringLiteral("addresses")))
            state.addresses.push_back({each.text(QStringLiteral("address")),
                                       each.smallInteger(QStringLiteral("prefix_length")),
                                       each.text(QStringLiteral("broadcast"))});
        state.zone = reader.text(QStringLiteral("zone"));
        state.reason = reader.text(QStringLiteral("reason"));
        if (!errors.empty()) return tl::unexpected<Error>(errors.front());
        return state;
    }
};

}  // namespace fos1::network
