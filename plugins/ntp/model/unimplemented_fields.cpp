// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/unimplemented_fields.h"

namespace fos1::ntp {

namespace {

QCborMap child(const QCborMap& map, const char* key) { return map.value(QLatin1String(key)).toMap(); }

}  // namespace

QStringList unimplementedFields(const QCborMap& spec) {
    QStringList paths;
    const QCborMap hardware = child(child(spec, "sources"), "hardware");
    for (const char* clock : {"pps", "gps", "phc", "atomic"})
        if (child(hardware, clock).value(QStringLiteral("enabled")).isTrue())
            paths.append(QStringLiteral("spec.sources.hardware.") + QLatin1String(clock));
    return paths;
}

}  // namespace fos1::ntp
