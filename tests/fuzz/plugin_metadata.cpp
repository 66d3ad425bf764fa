// SPDX-License-Identifier: GPL-2.0-or-later
// The metadata of a third party's shared object, and the answers of its validator.
#include <QCborMap>
#include <QJsonDocument>

#include "fuzz.h"
#include "plugins/plugin_metadata.h"
#include "plugins/verdict.h"

namespace fos1::fuzz {

void runOne(const QByteArray& input) {
    const QJsonObject json = QJsonDocument::fromJson(input).object();
    const auto metadata = host::checkPluginMetadata(json, QStringLiteral("/f.so"));
    if (metadata) {
        FUZZ_CLAIM(!metadata->id.isEmpty() && !metadata->id.contains(u'/'));
    } else {
        FUZZ_CLAIM(!metadata.error().empty());
        for (const Error& error : metadata.error()) FUZZ_CLAIM(saysWhy(error));
    }
    const auto verdict = host::verdictOf(QCborMap::fromJsonObject(json));
    if (!verdict) return FUZZ_CLAIM(saysWhy(verdict.error()));
    for (const Error& error : *verdict) FUZZ_CLAIM(saysWhy(error));
}

}  // namespace fos1::fuzz
