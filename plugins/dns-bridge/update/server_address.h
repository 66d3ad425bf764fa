// SPDX-License-Identifier: GPL-2.0-or-later
// Where a server is, as people write it. Pure.
#pragma once

#include <optional>

#include "fos1/result.h"
#include "ip_address.h"

namespace fos1::dns {

constexpr quint16 kDnsPort = 53;

struct ServerAddress {
    std::optional<net::IpAddress> address;
    QString host;  ///< when there is no address
    quint16 port = kDnsPort;

    bool operator==(const ServerAddress&) const = default;
};

/// "192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]:5353", "ns.example.org", "ns.example.org:5353".
[[nodiscard]] Result<ServerAddress> serverFrom(const QString& text);

}  // namespace fos1::dns
