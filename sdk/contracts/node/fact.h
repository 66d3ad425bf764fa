// SPDX-License-Identifier: MIT
// Topic node.fact/v1, key = name of a fact about this node, published by the host: what plugins build upon without
// knowing which plugin reports it. A plugin provides a fact by the "facts" of its metadata.
// Normative schema: contracts/schemas/node.fact.v1.json.
#pragma once

#include <QCborMap>
#include <QString>

#include "fos1/cbor_reader.h"
#include "fos1/result.h"

namespace fos1::node {

/// The system clock was set from a source that can be relied upon, and follows it.
inline constexpr const char* kClockTrusted = "clock.trusted";

struct Fact {
    static constexpr const char* kTopic = "node.fact/v1";

    bool holds = false;

    bool operator==(const Fact&) const = default;

    [[nodiscard]] QCborMap encode() const { return {{QStringLiteral("holds"), holds}}; }

    /// Unknown fields are ignored; a field of the wrong type is an error with its path.
    static Result<Fact> decode(const QCborMap& map) {
        Errors errors;
        const Fact fact{CborReader(map, {}, &errors).boolean(QStringLiteral("holds"))};
        if (!errors.empty()) return tl::unexpected(errors.front());
        return fact;
    }
};

}  // namespace fos1::node
