// SPDX-License-Identifier: GPL-2.0-or-later
// Real DHCP and DNS servers in a namespace of the lab, usually the router's. Each has the directory Lab::path(name) to
// itself; what it should serve is the caller's configuration.
#pragma once

#include <memory>

#include "lab.h"

namespace fos1::lab {

enum class IpFamily { Unknown, V4, V6 };

/// dnsmasq(8); its files that are not named in `config` are in its directory.
[[nodiscard]] std::unique_ptr<Daemon> startDnsmasq(const Lab& lab, const QString& ns, const QString& name,
                                                   const QByteArray& config);

/// kea-dhcp4(8) or kea-dhcp6(8) with a configuration in JSON; for "DIRECTORY" in it stands its directory.
[[nodiscard]] std::unique_ptr<Daemon> startKea(const Lab& lab, const QString& ns, const QString& name, IpFamily family,
                                               QByteArray config);

/// named(8) with the statements of named.conf beside `options`, of which the lines in the braces are `options`; its
/// files, such as those of zones, are looked for in its directory.
[[nodiscard]] std::unique_ptr<Daemon> startNamed(const Lab& lab, const QString& ns, const QString& name,
                                                 const QByteArray& options, const QByteArray& statements);

}  // namespace fos1::lab
