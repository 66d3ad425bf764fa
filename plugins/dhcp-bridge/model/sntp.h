// SPDX-License-Identifier: GPL-2.0-or-later
// Whether clients of DHCPv6 are told option 31 (RFC 4075) beside option 56: many know only the older one, and RFC 5908
// deprecates it. A value.
#pragma once

namespace fos1::dhcp {

enum class Sntp { Unknown = 0, Omitted, Told };

}  // namespace fos1::dhcp
