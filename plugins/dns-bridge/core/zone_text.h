// SPDX-License-Identifier: GPL-2.0-or-later
// Records as the text of files: a hosts file (hosts(5)), and a zone file (RFC 1035, 5) or a part of one. Only files
// that begin with our heading are ever read back or replaced. Pure. Must not know where files are.
#pragma once

#include <QDate>
#include <map>
#include <optional>
#include <set>

#include "fos1/result.h"
#include "model/record.h"

namespace fos1::dns {

using NamedRecords = std::map<DnsName, std::set<Record>>;

enum class FileForm {
    Unknown = 0,
    Hosts,     ///< addresses only
    Fragment,  ///< to be included by a zone file
    Zone,      ///< a zone file of its own, with SOA and NS
};

/// For a zone file of its own.
struct ZoneHead {
    DnsName zone;
    DnsName primary;
    DnsName contact;  ///< the mail address, with its @ as a dot
    std::set<DnsName> nameservers;
    /// Addresses of the nameservers whose names are in the zone.
    NamedRecords glue;
};

struct ZoneText {
    NamedRecords records;           ///< without the head
    std::optional<quint32> serial;  ///< of a zone file of its own
};

/// The first line of our files.
[[nodiscard]] QByteArray headingOf(const QByteArray& owner);

/// `serial`: for a zone file of its own.
[[nodiscard]] QByteArray zoneText(FileForm form, const NamedRecords& records, const QByteArray& owner, quint32 ttl,
                                  const ZoneHead& head, quint32 serial);

/// Any bytes. Refused without our heading, whichever owner it names; other lines that are not ours are left out.
[[nodiscard]] Result<ZoneText> parseZoneText(FileForm form, const QByteArray& bytes);

/// RFC 1982: later than `before`, and like 2026112900 where that is later.
[[nodiscard]] quint32 nextSerial(std::optional<quint32> before, const QDate& today);

}  // namespace fos1::dns
