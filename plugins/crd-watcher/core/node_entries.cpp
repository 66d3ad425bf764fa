// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/node_entries.h"

#include <algorithm>

#include "core/node_status.h"

namespace fos1::crd {

namespace {

const QString kEntryOf = QStringLiteral("name");

QCborValue bounded(const QCborValue& value) {
    if (value.isString()) return value.toString().left(kLongestText);
    if (value.isMap()) {
        QCborMap map;
        const QCborMap given = value.toMap();
        for (const auto& item : given) map.insert(QCborValue(item.first), bounded(QCborValue(item.second)));
        return map;
    }
    if (!value.isArray()) return value;
    const QCborArray given = value.toArray();
    QCborArray array;
    for (qsizetype i = 0; i < std::min(kMostItems, given.size()); ++i) array.append(bounded(given.at(i)));
    return array;
}

}  // namespace

QCborMap boundedEntry(const QString& node, const QCborMap& status) {
    QCborMap entry = bounded(status).toMap();
    entry.insert(kEntryOf, node);
    return entry;
}

std::optional<qsizetype> indexOf(const QString& node, const QCborArray& nodes) {
    for (qsizetype i = 0; i < nodes.size(); ++i)
        if (nodes.at(i).toMap().value(kEntryOf).toString() == node) return i;
    return std::nullopt;
}

std::optional<QCborArray> withEntry(const QCborArray& nodes, const QCborMap& entry) {
    QCborArray all = nodes;
    if (const auto own = indexOf(entry.value(kEntryOf).toString(), nodes)) {
        all[*own] = entry;
        return all;
    }
    if (nodes.size() < kMostEntries) {
        all.append(entry);
        return all;
    }
    if (isReady(entry)) return std::nullopt;
    for (qsizetype i = nodes.size() - 1; i >= 0; --i) {
        if (!isReady(nodes.at(i).toMap())) continue;
        all[i] = entry;
        return all;
    }
    return std::nullopt;
}

}  // namespace fos1::crd
