// SPDX-License-Identifier: MIT
// Topic dhcp.ntp/v1, key = name of a VLAN: the NTP servers that the DHCP servers of this node tell its clients.
// Normative schema: contracts/schemas/dhcp.ntp.v1.json.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QStringList>
#include <vector>

#include "fos1/cbor_reader.h"
#include "fos1/result.h"

namespace fos1::dhcp {

/// What one server tells the clients of one subnet.
struct ToldSubnet {
    QString server;         ///< as it is named in the configuration
    QString subnet;         ///< such as 10.1.0.0/24
    qint64 subnetId = 0;    ///< 0: unknown
    bool told = false;      ///< clients are pointed to `addresses`
    bool owned = true;      ///< false: an administrator has set `addresses`, and this node leaves them alone
    QStringList addresses;  ///< as the server has them
    qint64 since = 0;       ///< Unix time in seconds at which this was first seen; 0: never
    /// Unix time in seconds until which clients that were told before may still come; 0: none.
    qint64 clientsUntil = 0;
    QString reason;  ///< why nothing is told, in one sentence
    bool operator==(const ToldSubnet&) const = default;

    [[nodiscard]] QCborMap encode() const {
        return {{QStringLiteral("server"), server},
                {QStringLiteral("subnet"), subnet},
                {QStringLiteral("subnet_id"), subnetId},
                {QStringLiteral("told"), told},
                {QStringLiteral("owned"), owned},
                {QStringLiteral("addresses"), QCborArray::fromStringList(addresses)},
                {QStringLiteral("since_unix_s"), since},
                {QStringLiteral("clients_until_unix_s"), clientsUntil},
                {QStringLiteral("reason"), reason}};
    }
    static ToldSubnet decode(const CborReader& reader) {
        ToldSubnet subnet;
        subnet.server = reader.text(QStringLiteral("server"));
        subnet.subnet = reader.text(QStringLiteral("subnet"));
        subnet.subnetId = reader.integer(QStringLiteral("subnet_id"));
        subnet.told = reader.boolean(QStringLiteral("told"));
        subnet.owned = reader.boolean(QStringLiteral("owned"), true);
        subnet.addresses = reader.texts(QStringLiteral("addresses"));
        subnet.since = reader.integer(QStringLiteral("since_unix_s"));
        subnet.clientsUntil = reader.integer(QStringLiteral("clients_until_unix_s"));
        subnet.reason = reader.text(QStringLiteral("reason"));
        return subnet;
    }
};

struct ToldState {
    static constexpr const char* kTopic = "dhcp.ntp/v1";

    bool told = false;  ///< clients of at least one subnet are pointed to this node or to the servers of their group
    QString reason;     ///< why not, in one sentence
    std::vector<ToldSubnet> subnets;

    bool operator==(const ToldState&) const = default;

    [[nodiscard]] QCborMap encode() const {
        QCborArray list;
        for (const ToldSubnet& each : subnets) list.append(each.encode());
        return {{QStringLiteral("told"), told}, {QStringLiteral("reason"), reason}, {QStringLiteral("subnets"), list}};
    }

    /// Unknown fields are ignored; a field of the wrong type is an error with its path.
    static Result<ToldState> decode(const QCborMap& map) {
        Errors errors;
        const CborReader reader(map, {}, &errors);
        ToldState state;
        state.told = reader.boolean(QStringLiteral("told"));
        state.reason = reader.text(QStringLiteral("reason"));
        for (const CborReader& each : reader.children(QStringLiteral("subnets")))
            state.subnets.push_back(ToldSubnet::decode(each));
        if (!errors.empty()) return tl::unexpected<Error>(errors.front());
        return state;
    }
};

}  // namespace fos1::dhcp
