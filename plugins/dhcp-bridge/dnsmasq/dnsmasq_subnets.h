// SPDX-License-Identifier: GPL-2.0-or-later
// dnsmasq's ranges as subnets, the tags by which options reach their clients, and the files of our own that give them
// options. Pure. Must not know directories or processes.
//
// A client has the tags of its class or reservation, the name of the interface that its request came from, and the tag
// of its range ("set:"). dnsmasq prefers an option whose tags include none of a range, and of two equal ones that which
// it read last (dhcp-common.c, option_filter()). So an option by the tag of a range gives way to what an administrator
// has set for a class by itself; one by an interface must leave such clients out.
#pragma once

#include <QByteArray>
#include <map>
#include <optional>
#include <set>

#include "dhcp_backend.h"
#include "dnsmasq/dnsmasq_config.h"
#include "model/sntp.h"

namespace fos1::dhcp {

/// Files of our own by name, with their content.
using DnsmasqOptionFiles = std::map<QString, QByteArray>;

struct DnsmasqPlan {
    SubnetTable table;
    DnsmasqOptionFiles files;  ///< what the files should be; whatever else is ours goes
};

/// What clients should be told. `present`: our files as they are. `sntp`: whether option 31 stands beside 56.
[[nodiscard]] DnsmasqPlan planDnsmasq(const DnsmasqConfig& config, const Offers& offers, Sntp sntp,
                                      const DnsmasqOptionFiles& present);

/// Whether a file of this name and content is ours. Nothing when the name is ours, but the content is somebody else's.
[[nodiscard]] std::optional<bool> isOurFile(const QString& name, const QByteArray& content);
[[nodiscard]] bool hasOurName(const QString& name);

/// Whether `after` in the place of `before` leaves no client with what `before` told: dnsmasq adds what it reads to
/// what it knows, and prefers the last one for the same tags. A null array: no file.
[[nodiscard]] bool replacesFully(const QByteArray& before, const QByteArray& after);

}  // namespace fos1::dhcp
