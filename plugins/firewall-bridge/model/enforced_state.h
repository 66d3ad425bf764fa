// SPDX-License-Identifier: GPL-2.0-or-later
// Topic firewall.ntp/v1, key = name of a VLAN: what the kernel enforces there, and its counters. Schema:
// schemas/firewall.ntp.v1.json.
#pragma once

#include <QCborMap>
#include <QString>

#include "model/counters.h"

namespace fos1::firewall {

struct EnforcedState {
    static constexpr const char* kTopic = "firewall.ntp/v1";

    QString interface;      ///< empty when the VLAN has no link
    bool enforced = false;  ///< the kernel holds the policy
    QString policy;         ///< for people
    bool redirect = false;  ///< requests to other servers are answered here
    QString reason;         ///< why it is not enforced
    Counter admitted;
    Counter refused;
    Counter redirected;  ///< exchanges, counted by their first packet

    bool operator==(const EnforcedState&) const = default;

    [[nodiscard]] QCborMap encode() const {
        QCborMap map{{QStringLiteral("interface"), interface},
                     {QStringLiteral("enforced"), enforced},
                     {QStringLiteral("policy"), policy},
                     {QStringLiteral("redirect"), redirect},
                     {QStringLiteral("reason"), reason}};
        const auto count = [&map](const QString& name, const Counter& counter) {
            map.insert(name + QStringLiteral("_packets"), static_cast<qint64>(counter.packets));
            map.insert(name + QStringLiteral("_bytes"), static_cast<qint64>(counter.bytes));
        };
        count(QStringLiteral("admitted"), admitted);
        count(QStringLiteral("refused"), refused);
        count(QStringLiteral("redirected"), redirected);
        return map;
    }
};

}  // namespace fos1::firewall
