// SPDX-License-Identifier: GPL-2.0-or-later
// The counters of the table.
#pragma once

#include <QString>
#include <map>

namespace fos1::firewall {

struct Counter {
    quint64 packets = 0;
    quint64 bytes = 0;
    bool operator==(const Counter&) const = default;
};

/// By interface, one map per set of the table. An interface that was never counted is missing.
struct Counters {
    std::map<QString, Counter> admitted;
    std::map<QString, Counter> refused;
    std::map<QString, Counter> diverted;  ///< the first packet of each exchange
    bool operator==(const Counters&) const = default;
};

}  // namespace fos1::firewall
