// SPDX-License-Identifier: GPL-2.0-or-later
// The addresses and prefixes of lib/net under short names for the whole plugin.
#pragma once

#include "ip_address.h"
#include "ip_prefix.h"

namespace fos1::ntp {

using AddressFamily = net::AddressFamily;
using IpAddress = net::IpAddress;
using IpPrefix = net::IpPrefix;

}  // namespace fos1::ntp
