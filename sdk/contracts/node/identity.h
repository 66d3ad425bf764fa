// SPDX-License-Identifier: MIT
// Topic node.identity/v1, key = name of this node in its cluster: what the cluster reports about this node.
// Normative schema: contracts/schemas/node.identity.v1.json.
#pragma once

#include <QCborMap>
#include <QString>
#include <map>

#include "fos1/cbor_reader.h"
#include "fos1/result.h"

namespace fos1::node {

struct Identity {
    static constexpr const char* kTopic = "node.identity/v1";

    std::map<QString, QString> labels;  ///< metadata.labels of the Node

    bool operator==(const Identity&) const = default;

    [[nodiscard]] QCborMap encode() const {
        QCborMap map;
        for (const auto& [name, value] : labels) map.insert(name, value);
        return {{QStringLiteral("labels"), map}};
    }

    /// Unknown fields are ignored; a field of the wrong type is an error with its path.
    static Result<Identity> decode(const QCborMap& map) {
        Errors errors;
        const CborReader reader = CborReader(map, {}, &errors).child(QStringLiteral("labels"));
        Identity identity;
        const QCborMap& labels = reader.map();
        for (const auto& item : labels) {
            const QString name = item.first.toString();
            identity.labels.emplace(name, reader.text(name));
        }
        if (!errors.empty()) return tl::unexpected(errors.front());
        return identity;
    }
};

}  // namespace fos1::node
