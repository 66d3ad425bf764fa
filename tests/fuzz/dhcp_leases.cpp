// SPDX-License-Identifier: GPL-2.0-or-later
// Files of DHCP clients: only a few addresses come out, each once, and only such as a server elsewhere can have.
#include "dhcp/lease_formats.h"
#include "fuzz.h"

namespace fos1::fuzz {

namespace {

void check(const std::vector<ntp::IpAddress>& servers) {
    FUZZ_CLAIM(servers.size() <= ntp::kMostLeasedServers);
    for (std::size_t i = 0; i < servers.size(); ++i) {
        FUZZ_CLAIM(ntp::canBeServer(servers[i]));
        for (std::size_t j = 0; j < i; ++j) FUZZ_CLAIM(!(servers[i] == servers[j]));
    }
}

}  // namespace

void runOne(const QByteArray& input) {
    check(ntp::serversOfChronySources(input));
    check(ntp::serversOfNetworkdLease(input));
}

}  // namespace fos1::fuzz
