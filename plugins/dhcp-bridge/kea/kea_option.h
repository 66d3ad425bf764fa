// SPDX-License-Identifier: GPL-2.0-or-later
// The option that points clients to NTP servers, in Kea's configuration: how it is recognized, read and written. Pure.
// DHCPv4: option 42 (RFC 2132, 8.3). DHCPv6: option 56 (RFC 5908).
#pragma once

#include <vector>

#include "ip_address.h"
#include "kea/json_span.h"

namespace fos1::dhcp {

/// The words of one of Kea's two servers.
struct KeaFamily {
    net::AddressFamily family = net::AddressFamily::Unknown;
    const char* service = "";  ///< what a control agent calls the server
    const char* root = "";     ///< of the configuration
    const char* subnets = "";  ///< the list of subnets
    const char* space = "";    ///< of standard options
    const char* option = "";   ///< name
    int code = 0;
};
extern const KeaFamily kKea4;
extern const KeaFamily kKea6;

enum class OptionOwner {
    Unknown = 0,
    Other,    ///< an option for something else
    Ours,     ///< has our mark
    Foreign,  ///< points to NTP servers without our mark
};

/// Of an entry of an "option-data" list.
[[nodiscard]] OptionOwner ownerOf(const JsonSpan& entry, const KeaFamily& family);

/// The value of an entry for people.
[[nodiscard]] QString valueOf(const JsonSpan& entry);

/// The addresses of an entry; empty when it has none that we would have written.
[[nodiscard]] std::vector<net::IpAddress> addressesOf(const JsonSpan& entry, const KeaFamily& family);

/// The entry with our mark for these addresses, of which there is at least one. Option 56 takes only the first: it has
/// one server in each instance, and Kea sends only one instance.
[[nodiscard]] QByteArray entryFor(const std::vector<net::IpAddress>& addresses, const KeaFamily& family);

/// Whether Kea sends the same for `entry` as for entryFor(addresses).
[[nodiscard]] bool isEntryFor(const JsonSpan& entry, const std::vector<net::IpAddress>& addresses,
                              const KeaFamily& family);

}  // namespace fos1::dhcp
