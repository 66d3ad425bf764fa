// SPDX-License-Identifier: GPL-2.0-or-later
// Real DHCP and DNS servers in a namespace of the lab, usually the router's. Each has the directory Lab::path(name) to
// itself. The caller's configuration decides what they serve.
#pragma once

#include <memory>

#include "lab.h"

namespace fos1::lab {

enum class IpFamily { Unknown, V4, V6 };

/// dnsmasq(8). Files that `config` does not name are in its directory.
[[nodiscard]] std::unique_ptr<Daemon> startDnsmasq(const Lab& lab, const QString& ns, const QString& name,
                                                   const QByteArray& config);

/// kea-dhcp4(8) or kea-dhcp6(8) with a JSON configuration, in which "DIRECTORY" stands for its directory.
[[nodiscard]] std::unique_ptr<Daemon> startKea(const Lab& lab, const QString& ns, const QString& name, IpFamily family,
                                               QByteArray config);

/// named(8). `options` are the lines inside the options braces of named.conf, `statements` the rest of it. Its files,
/// such as zones, are relative to its directory.
[[nodiscard]] std::unique_ptr<Daemon> startNamed(const Lab& lab, const QString& ns, const QString& name,
                                                 const QByteArray& options, const QByteArray& statements);

}  // namespace fos1::lab
