// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/refclock_facts.h"

namespace fos1::ntp {

QString toText(ClockKind kind) {
    switch (kind) {
        case ClockKind::Gps: return QStringLiteral("gps");
        case ClockKind::Pps: return QStringLiteral("pps");
        case ClockKind::Phc: return QStringLiteral("phc");
        case ClockKind::Atomic: return QStringLiteral("atomic");
        case ClockKind::Unknown: break;
    }
    return {};
}

}  // namespace fos1::ntp
