// SPDX-License-Identifier: GPL-2.0-or-later
// Values of a topic as they would be after a change that is only previewed (IPreviewer). Must not know what they mean.
#pragma once

#include <QCborMap>
#include <QString>
#include <map>

#include "fos1/result.h"

namespace fos1::bridge {

/// `values` with those of `topics` in their place: a value that would be retracted, or cannot be read, is left out.
template <typename Payload>
[[nodiscard]] std::map<QString, Payload> previewedValues(std::map<QString, Payload> values, const QCborMap& topics) {
    const QCborMap others = topics.value(QLatin1String(Payload::kTopic)).toMap();
    for (const auto& [key, value] : others) {
        if (const auto decoded = value.isMap() ? Payload::decode(value.toMap()) : failure(ErrorCode::NotFound, {}))
            values.insert_or_assign(key.toString(), *decoded);
        else
            values.erase(key.toString());
    }
    return values;
}

}  // namespace fos1::bridge
