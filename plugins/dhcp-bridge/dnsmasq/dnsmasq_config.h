// SPDX-License-Identifier: GPL-2.0-or-later
// What dnsmasq's configuration says about DHCP ranges and NTP servers (dnsmasq(8)). Pure: the caller reads the files.
// Only what is needed here is understood; anything else is skipped, because dnsmasq itself has accepted it.
#pragma once

#include <QString>
#include <QStringList>
#include <chrono>
#include <optional>
#include <vector>

#include "ip_prefix.h"

namespace fos1::dhcp {

/// A "dhcp-range" whose clients can be given options.
struct DnsmasqRange {
    net::AddressFamily family = net::AddressFamily::Unknown;
    QString tag;  ///< of "set:"; empty: none
    net::IpAddress first;
    /// Nothing: the prefix of the interface that has an address around `first`.
    std::optional<int> prefixLength;
    /// IPv6: the range is in the prefixes of these interfaces; may end with '*'. Empty: it has a prefix of its own.
    QString interfaces;
    std::chrono::seconds lease{0};
    QString where;  ///< "/etc/dnsmasq.conf:12"

    bool operator==(const DnsmasqRange&) const = default;
};

/// A "dhcp-option" with NTP servers: 42 (RFC 2132), 56 (RFC 5908) or 31 (RFC 4075).
struct DnsmasqOption {
    net::AddressFamily family = net::AddressFamily::Unknown;
    int code = 0;
    QStringList tags;  ///< as written, with '!' for those that clients must not have
    QString value;
    QString where;

    bool operator==(const DnsmasqOption&) const = default;
};

enum class DnsmasqFiles { Unknown = 0, Configuration, ConfigurationDirectory, Options, OptionsDirectory };

/// Other files that dnsmasq reads.
struct DnsmasqInclude {
    DnsmasqFiles kind = DnsmasqFiles::Unknown;
    QString path;
    QStringList filters;  ///< of a configuration directory: "*.conf", or a suffix to leave out

    bool operator==(const DnsmasqInclude&) const = default;
};

struct DnsmasqConfig {
    std::vector<DnsmasqRange> ranges;
    std::vector<DnsmasqOption> options;
    std::vector<DnsmasqInclude> includes;

    bool operator==(const DnsmasqConfig&) const = default;
};

/// Adds what the command line says. Without --conf-file, it includes the default configuration.
void readArguments(const QStringList& arguments, DnsmasqConfig& config);
/// Adds what a configuration file says.
void readConfiguration(const QString& text, const QString& path, DnsmasqConfig& config);
/// Adds what a file of "dhcp-optsfile" or "dhcp-optsdir" says: values of "dhcp-option" without the keyword.
void readOptions(const QString& text, const QString& path, DnsmasqConfig& config);

/// Whether dnsmasq reads a file of this name in a configuration directory with these filters.
[[nodiscard]] bool isIncluded(const QString& name, const QStringList& filters);
/// Whether dnsmasq skips a file of this name in any directory: hidden ones and backups.
[[nodiscard]] bool isSkipped(const QString& name);

}  // namespace fos1::dhcp
