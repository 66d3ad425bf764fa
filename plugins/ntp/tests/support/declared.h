// SPDX-License-Identifier: GPL-2.0-or-later
// A chronyd of an engine that has the spec of a manifest, and what its reports say.
#pragma once

#include "engine_fixture.h"
#include "model/spec_parser.h"
#include "upstream.h"
#include "yaml_document.h"

namespace fos1::ntp::test {

/// A chronyd with the spec of a manifest; PORT in it is the upstream's.
struct Declared : EngineFixture {
    QString declare(QByteArray yaml, const Upstream* upstream = nullptr) {
        if (upstream) yaml.replace("PORT", QByteArray::number(upstream->port()));
        const auto documents = fos1::yaml::parse(yaml, QStringLiteral("test"));
        if (!documents) return documents.error().text();
        auto parsed = ntp::parse(documents->front().value);
        if (!parsed) return joined(parsed.error());
        const quint16 port = spec.server.port;
        spec = *parsed;
        if (!yaml.contains("port: 0")) spec.server.port = port;
        materials.version = {4, 3};
        return apply();
    }
    /// One field of the first line of a report in CSV.
    [[nodiscard]] QByteArray field(const char* report, int index) const {
        return chronyc({QStringLiteral("-c"), QLatin1String(report)}).split('\n').first().split(',').value(index);
    }
};

}  // namespace fos1::ntp::test
