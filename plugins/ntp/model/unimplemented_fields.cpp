// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/unimplemented_fields.h"

namespace fos1::ntp {

namespace {

QCborMap child(const QCborMap& map, const char* key) { return map.value(QLatin1String(key)).toMap(); }

}  // namespace

QStringList unimplementedFields(const QCborMap& spec) {
    QStringList paths;
    const QCborMap gps = child(child(child(spec, "sources"), "hardware"), "gps");
    if (gps.value(QStringLiteral("enabled")).isTrue() && gps.value(QStringLiteral("gpsd")).isTrue())
        paths.append(QStringLiteral("spec.sources.hardware.gps.gpsd"));
    return paths;
}

}  // namespace fos1::ntp
