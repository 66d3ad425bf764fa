// SPDX-License-Identifier: MIT
// Topic dns.ntp/v1, key = name of a VLAN: the names that its time service has in DNS.
// Normative schema: contracts/schemas/dns.ntp.v1.json.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QStringList>
#include <vector>

#include "fos1/cbor_reader.h"
#include "fos1/result.h"

namespace fos1::dns {

struct PublishedRecord {
    QString type;  ///< such as AAAA
    QString data;  ///< as in a zone file
    bool operator==(const PublishedRecord&) const = default;

    [[nodiscard]] QCborMap encode() const { return {{QStringLiteral("type"), type}, {QStringLiteral("data"), data}}; }
    static PublishedRecord decode(const CborReader& reader) {
        return {reader.text(QStringLiteral("type")), reader.text(QStringLiteral("data"))};
    }
};

/// One name in one zone.
struct PublishedName {
    QString zone;                          ///< as it is named in the configuration
    QString server;                        ///< where the zone is kept: an address or a file; empty: unknown yet
    QString name;                          ///< without a final dot
    bool published = false;                ///< the zone has `records`
    bool owned = true;                     ///< false: somebody else owns the name, and this node leaves it alone
    std::vector<PublishedRecord> records;  ///< of this node, for this VLAN
    QStringList sharedWith;                ///< other routers with records at this name
    qint64 since = 0;                      ///< Unix time in seconds at which this was first seen; 0: never
    qint64 verified = 0;  ///< Unix time in seconds at which the server was last seen to have it; 0: never
    QString reason;       ///< why it is not published, in one sentence
    bool operator==(const PublishedName&) const = default;

    [[nodiscard]] QCborMap encode() const {
        QCborArray list;
        for (const PublishedRecord& each : records) list.append(each.encode());
        return {{QStringLiteral("zone"), zone},
                {QStringLiteral("server"), server},
                {QStringLiteral("name"), name},
                {QStringLiteral("published"), published},
                {QStringLiteral("owned"), owned},
                {QStringLiteral("records"), list},
                {QStringLiteral("shared_with"), QCborArray::fromStringList(sharedWith)},
                {QStringLiteral("since_unix_s"), since},
                {QStringLiteral("verified_unix_s"), verified},
                {QStringLiteral("reason"), reason}};
    }
    static PublishedName decode(const CborReader& reader) {
        PublishedName name;
        name.zone = reader.text(QStringLiteral("zone"));
        name.server = reader.text(QStringLiteral("server"));
        name.name = reader.text(QStringLiteral("name"));
        name.published = reader.boolean(QStringLiteral("published"));
        name.owned = reader.boolean(QStringLiteral("owned"), true);
        for (const CborReader& each : reader.children(QStringLiteral("records")))
            name.records.push_back(PublishedRecord::decode(each));
        name.sharedWith = reader.texts(QStringLiteral("shared_with"));
        name.since = reader.integer(QStringLiteral("since_unix_s"));
        name.verified = reader.integer(QStringLiteral("verified_unix_s"));
        name.reason = reader.text(QStringLiteral("reason"));
        return name;
    }
};

struct PublishedState {
    static constexpr const char* kTopic = "dns.ntp/v1";

    bool published = false;  ///< at least one name leads clients of this VLAN to this node
    QString reason;          ///< why not, in one sentence
    std::vector<PublishedName> names;

    bool operator==(const PublishedState&) const = default;

    [[nodiscard]] QCborMap encode() const {
        QCborArray list;
        for (const PublishedName& each : names) list.append(each.encode());
        return {{QStringLiteral("published"), published},
                {QStringLiteral("reason"), reason},
                {QStringLiteral("names"), list}};
    }

    /// Unknown fields are ignored; a field of the wrong type is an error with its path.
    static Result<PublishedState> decode(const QCborMap& map) {
        Errors errors;
        const CborReader reader(map, {}, &errors);
        PublishedState state;
        state.published = reader.boolean(QStringLiteral("published"));
        state.reason = reader.text(QStringLiteral("reason"));
        for (const CborReader& each : reader.children(QStringLiteral("names")))
            state.names.push_back(PublishedName::decode(each));
        if (!errors.empty()) return tl::unexpected<Error>(errors.front());
        return state;
    }
};

}  // namespace fos1::dns
