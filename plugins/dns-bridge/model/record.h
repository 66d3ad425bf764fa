// SPDX-License-Identifier: GPL-2.0-or-later
// The data of resource records as values. Must not know messages, zones or owners of names.
#pragma once

#include <QByteArray>
#include <QByteArrayList>
#include <compare>

#include "ip_address.h"
#include "model/dns_name.h"

namespace fos1::dns {

/// The numbers of RFC 1035, 3.2.2, RFC 3596 and RFC 2782.
enum class RecordType : quint16 {
    Unknown = 0,
    A = 1,
    Ns = 2,
    Cname = 5,
    Soa = 6,
    Ptr = 12,
    Txt = 16,
    Aaaa = 28,
    Srv = 33
};

/// "AAAA", or "TYPE65280" (RFC 3597) for a type that is not in the list.
[[nodiscard]] QString toText(RecordType type);

struct Record {
    RecordType type = RecordType::Unknown;
    QByteArray data;  ///< as in a message, uncompressed; names in it are in lower case

    std::strong_ordering operator<=>(const Record& other) const {
        if (type != other.type) return type <=> other.type;
        return data == other.data  ? std::strong_ordering::equal
               : data < other.data ? std::strong_ordering::less
                                   : std::strong_ordering::greater;
    }
    bool operator==(const Record& other) const { return type == other.type && data == other.data; }

    /// As in a zone file; TXT in quotes, with anything unprintable escaped.
    [[nodiscard]] QString text() const;
};

[[nodiscard]] Record addressRecord(const net::IpAddress& address);
[[nodiscard]] Record pointerRecord(const DnsName& target);

struct ServiceTarget {
    quint16 priority = 0;  ///< lower is preferred
    quint16 weight = 0;
    quint16 port = 0;
    DnsName target;
};
[[nodiscard]] Record serviceRecord(const ServiceTarget& service);

/// Each string has at most 255 bytes.
[[nodiscard]] Record textRecord(const QByteArrayList& strings);
/// The strings of TXT data; bytes that are no complete string are left out.
[[nodiscard]] QByteArrayList stringsOf(const Record& text);
/// Of A, AAAA, PTR, SRV and TXT, as text() writes it; nothing for anything else.
[[nodiscard]] std::optional<Record> recordFromText(const QString& type, const QString& data);
/// The name that an SRV record points at; nothing for other records.
[[nodiscard]] std::optional<DnsName> serviceTargetOf(const Record& record);
/// Nothing unless it is an A or AAAA record.
[[nodiscard]] std::optional<net::IpAddress> addressOf(const Record& record);

}  // namespace fos1::dns
