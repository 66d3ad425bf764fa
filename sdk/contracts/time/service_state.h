// SPDX-License-Identifier: MIT
// Topic time.service/v1, key = name of a VLAN: how time is served in this VLAN now. Bridges act on it.
// Normative schema: contracts/schemas/time.service.v1.json.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QString>
#include <chrono>
#include <optional>
#include <vector>

#include "fos1/cbor_reader.h"
#include "fos1/result.h"

namespace fos1::time {

/// One client gets at most `burst` answers at once, and one per `interval` on average.
struct ServedRate {
    std::chrono::nanoseconds interval{0};
    int burst = 0;
    bool operator==(const ServedRate&) const = default;

    [[nodiscard]] QCborMap encode() const {
        return {{QStringLiteral("interval_ns"), qint64{interval.count()}}, {QStringLiteral("burst"), burst}};
    }
    static ServedRate decode(const CborReader& reader) {
        return {std::chrono::nanoseconds(reader.integer(QStringLiteral("interval_ns"))),
                reader.smallInteger(QStringLiteral("burst"))};
    }
};

/// An address of this node in the VLAN.
struct ServedAddress {
    QString address;  ///< numeric
    int prefixLength = 0;
    bool operator==(const ServedAddress&) const = default;
};

struct ServiceState {
    static constexpr const char* kTopic = "time.service/v1";

    QString interface;  ///< empty when the VLAN has no link
    std::vector<ServedAddress> addresses;
    int port = 0;             ///< UDP
    int ntsPort = 0;          ///< TCP; 0 when NTS is not served here
    bool accepting = false;   ///< clients are answered
    bool clientsOnly = true;  ///< only client requests (NTP mode 3) may pass
    bool broadcast = false;   ///< time is sent to the VLAN's broadcast address
    bool redirect = false;    ///< NTP to other servers is answered here
    std::optional<ServedRate> rateLimit;
    /// What applies when the publisher of this topic is gone or the host has stopped. true: nothing is blocked. false:
    /// the last published state.
    bool opensOnFailure = false;
    bool advertise = false;  ///< fit to be advertised to clients now
    bool dhcp = false;       ///< advertise by DHCP when `advertise` is true
    QString dnsName;         ///< advertise in DNS when `advertise` is true; empty: no name
    QString dnsZone;         ///< empty: the zone that the name belongs to
    QString reason;          ///< why it is or is not accepting and advertised, in one sentence

    bool operator==(const ServiceState&) const = default;

    [[nodiscard]] QCborMap encode() const {
        QCborArray list;
        for (const ServedAddress& each : addresses)
            list.append(QCborMap{{QStringLiteral("address"), each.address},
                                 {QStringLiteral("prefix_length"), each.prefixLength}});
        QCborMap map{{QStringLiteral("interface"), interface}, {QStringLiteral("addresses"), list},
                     {QStringLiteral("port"), port},           {QStringLiteral("nts_port"), ntsPort},
                     {QStringLiteral("accepting"), accepting}, {QStringLiteral("clients_only"), clientsOnly},
                     {QStringLiteral("broadcast"), broadcast}, {QStringLiteral("redirect"), redirect},
                     {QStringLiteral("advertise"), advertise}, {QStringLiteral("dhcp"), dhcp},
                     {QStringLiteral("dns_name"), dnsName},    {QStringLiteral("dns_zone"), dnsZone},
                     {QStringLiteral("reason"), reason}};
        if (rateLimit) map.insert(QStringLiteral("rate_limit"), rateLimit->encode());
        if (opensOnFailure) map.insert(QStringLiteral("on_failure"), QStringLiteral("open"));
        return map;
    }

    /// Unknown fields are ignored; a field of the wrong type is an error with its path.
    static Result<ServiceState> decode(const QCborMap& map) {
        Errors errors;
        const CborReader reader(map, {}, &errors);
        ServiceState state;
        state.interface = reader.text(QStringLiteral("interface"));
        for (const CborReader& each : reader.children(QStringLiteral("addresses")))
            state.addresses.push_back(
                {each.text(QStringLiteral("address")), each.smallInteger(QStringLiteral("prefix_length"))});
        state.port = reader.smallInteger(QStringLiteral("port"));
        state.ntsPort = reader.smallInteger(QStringLiteral("nts_port"));
        state.accepting = reader.boolean(QStringLiteral("accepting"));
        state.clientsOnly = reader.boolean(QStringLiteral("clients_only"), true);
        state.broadcast = reader.boolean(QStringLiteral("broadcast"));
        state.redirect = reader.boolean(QStringLiteral("redirect"));
        if (reader.has(QStringLiteral("rate_limit")))
            state.rateLimit = ServedRate::decode(reader.child(QStringLiteral("rate_limit")));
        state.opensOnFailure = reader.text(QStringLiteral("on_failure")) == QStringLiteral("open");
        state.advertise = reader.boolean(QStringLiteral("advertise"));
        state.dhcp = reader.boolean(QStringLiteral("dhcp"));
        state.dnsName = reader.text(QStringLiteral("dns_name"));
        state.dnsZone = reader.text(QStringLiteral("dns_zone"));
        state.reason = reader.text(QStringLiteral("reason"));
        if (!errors.empty()) return tl::unexpected<Error>(errors.front());
        return state;
    }
};

}  // namespace fos1::time
