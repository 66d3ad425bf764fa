// SPDX-License-Identifier: MIT
// Topic time.client/v1, key = name of an NTPClient: the policy in force for a group of clients, in any VLAN. If the
// networks of two groups overlap, the longer prefix decides. It takes precedence over the policy of the VLAN.
// Normative schema: contracts/schemas/time.client.v1.json.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QStringList>

#include "time/service_state.h"

namespace fos1::time {

struct ClientState {
    static constexpr const char* kTopic = "time.client/v1";

    QStringList networks;  ///< ADDRESS/LENGTH without host bits; no network is in two groups
    bool allow = true;     ///< whether the clients are answered
    bool requireNts = false;
    bool redirect = false;                ///< NTP to other servers is answered here
    std::optional<ServedRate> rateLimit;  ///< replaces the VLAN's rate limit
    QStringList servers;                  ///< servers that DHCP advertises instead of this node; empty: this node

    bool operator==(const ClientState&) const = default;

    [[nodiscard]] QCborMap encode() const {
        QCborMap map{{QStringLiteral("networks"), QCborArray::fromStringList(networks)},
                     {QStringLiteral("allow"), allow},
                     {QStringLiteral("require_nts"), requireNts},
                     {QStringLiteral("redirect"), redirect},
                     {QStringLiteral("servers"), QCborArray::fromStringList(servers)}};
        if (rateLimit) map.insert(QStringLiteral("rate_limit"), rateLimit->encode());
        return map;
    }

    /// Unknown fields are ignored; a field of the wrong type is an error with its path.
    static Result<ClientState> decode(const QCborMap& map) {
        Errors errors;
        const CborReader reader(map, {}, &errors);
        ClientState state;
        state.networks = reader.texts(QStringLiteral("networks"));
        state.allow = reader.boolean(QStringLiteral("allow"), true);
        state.requireNts = reader.boolean(QStringLiteral("require_nts"));
        state.redirect = reader.boolean(QStringLiteral("redirect"));
        if (reader.has(QStringLiteral("rate_limit")))
            state.rateLimit = ServedRate::decode(reader.child(QStringLiteral("rate_limit")));
        state.servers = reader.texts(QStringLiteral("servers"));
        if (!errors.empty()) return tl::unexpected<Error>(errors.front());
        return state;
    }
};

}  // namespace fos1::time
