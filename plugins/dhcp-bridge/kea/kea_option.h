// SPDX-License-Identifier: GPL-2.0-or-later
// The options that point clients to NTP servers, in Kea's configuration: how they are recognized, read and written.
// Pure. DHCPv4: option 42 (RFC 2132, 8.3). DHCPv6: option 56 (RFC 5908) and, on request, option 31 (RFC 4075).
#pragma once

#include <vector>

#include "ip_address.h"
#include "kea/json_span.h"
#include "model/sntp.h"

namespace fos1::dhcp {

/// The words of one of Kea's two servers.
struct KeaFamily {
    net::AddressFamily family = net::AddressFamily::Unknown;
    const char* service = "";  ///< what a control agent calls the server
    const char* root = "";     ///< of the configuration
    const char* subnets = "";  ///< the list of subnets
    const char* space = "";    ///< of standard options
};
extern const KeaFamily kKea4;
extern const KeaFamily kKea6;

/// How a Kea accepts option 56. The bytes that clients receive are the same.
enum class Option56Form {
    Unknown = 0,
    Bytes,       ///< without a definition of its own (up to 2.6): the value in hex
    Suboptions,  ///< built in (from 2.7): a container, and a suboption in a space of its own. It accepts bytes too, but
                 ///< config-get returns nothing of them, so that nobody could compare or copy them.
};

enum class OptionOwner {
    Unknown = 0,
    Other,    ///< an option for something else
    Ours,     ///< has our mark
    Foreign,  ///< points to NTP servers without our mark
};

/// Of an entry of an "option-data" list.
[[nodiscard]] OptionOwner ownerOf(const JsonSpan& entry, const KeaFamily& family);

/// Whether an entry is option 31, the older one.
[[nodiscard]] bool isSntp(const JsonSpan& entry, const KeaFamily& family);

/// The value of an entry for people.
[[nodiscard]] QString valueOf(const JsonSpan& entry);

/// The addresses of an entry; empty when it has none that we would have written.
[[nodiscard]] std::vector<net::IpAddress> addressesOf(const JsonSpan& entry, const KeaFamily& family);

/// The form of option 56 that an entry of ours shows; Unknown when it shows none.
[[nodiscard]] Option56Form formShownBy(const JsonSpan& entry, const KeaFamily& family);

/// An entry with our mark.
struct OptionEntry {
    enum class Value { Unknown = 0, Addresses, Bytes, Container };

    const char* space = "";
    int code = 0;
    const char* name = "";  ///< empty: the server may have none
    Value value = Value::Unknown;
    std::vector<net::IpAddress> addresses;

    /// As a member of a list "option-data".
    [[nodiscard]] QByteArray text() const;
    /// Whether Kea sends the same for `entry`.
    [[nodiscard]] bool isSame(const JsonSpan& entry, const KeaFamily& family) const;
};

/// The entries for these addresses; none for none. Option 56 takes only the first address: it has one server in each
/// instance (RFC 5908, 4), and Kea sends only one instance.
[[nodiscard]] std::vector<OptionEntry> entriesFor(const std::vector<net::IpAddress>& addresses, const KeaFamily& family,
                                                  Option56Form form, Sntp sntp);

}  // namespace fos1::dhcp
