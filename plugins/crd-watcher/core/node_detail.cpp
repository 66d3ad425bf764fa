// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/node_detail.h"

#include <algorithm>
#include <vector>

#include "core/node_status.h"
#include "fos1/condition.h"

namespace fos1::crd {

namespace {

constexpr qsizetype kMostWorst = 8;
constexpr qsizetype kLongestMessage = 256;
const QString kPropertiesField = QStringLiteral("properties");
const QString kItemsField = QStringLiteral("items");
const QString kTypeField = QStringLiteral("type");
const QString kStatusField = QStringLiteral("status");
const QString kReasonField = QStringLiteral("reason");
const QString kMessageField = QStringLiteral("message");
const QString kNameField = QStringLiteral("name");
const QString kTotalField = QStringLiteral("total");
const QString kServiceField = QStringLiteral("service");
const QString kFurtherField = QStringLiteral("further");
const QString kGenerationField = QStringLiteral("observedGeneration");
const QString kConditionsField = QStringLiteral("conditions");

QString typeOf(const QCborMap& schema) { return schema.value(kTypeField).toString(); }

QCborValue fittedValue(const QCborValue& value, const QCborMap& schema);

QCborArray fittedList(const QCborArray& list, const QCborMap& schema) {
    const QCborMap items = schema.value(kItemsField).toMap();
    QCborArray result;
    const qsizetype most = schema.value(QStringLiteral("maxItems")).toInteger(list.size());
    for (qsizetype i = 0; i < std::min(most, list.size()); ++i) result.append(fittedValue(list.at(i), items));
    return result;
}

QCborMap summarized(const QCborArray& list, const QCborMap& schema) {
    QCborMap result;
    std::vector<QString> counted;
    const QCborMap properties = schema.value(kPropertiesField).toMap();
    for (const auto& item : properties) {
        const QString field = item.first.toString();
        if (typeOf(QCborValue(item.second).toMap()) != u"integer") continue;
        const auto isTrue = [&field](const QCborValue& each) { return each.toMap().value(field).toBool(); };
        result.insert(field, field == kTotalField ? list.size() : std::count_if(list.begin(), list.end(), isTrue));
        if (field != kTotalField) counted.push_back(field);
    }
    QCborArray troubled;
    for (const QCborValue& each : list)
        if (std::any_of(counted.begin(), counted.end(),
                        [item = each.toMap()](const QString& field) { return !item.value(field).toBool(); }))
            troubled.append(each);
    for (const auto& item : properties)
        if (const QCborMap inner = QCborValue(item.second).toMap(); typeOf(inner) == u"array")
            result.insert(QCborValue(item.first), fittedList(troubled, inner));
    return result;
}

QCborValue fittedValue(const QCborValue& value, const QCborMap& schema) {
    if (value.isString()) {
        const QString text = value.toString();
        return text.left(schema.value(QStringLiteral("maxLength")).toInteger(text.size()));
    }
    if (value.isMap()) return fitted(value.toMap(), schema);
    if (!value.isArray()) return value;
    if (typeOf(schema) == u"object") return summarized(value.toArray(), schema);
    return fittedList(value.toArray(), schema);
}

/// Without lists other than conditions, and without what belongs to the object itself.
QCborMap plainEntry(const QCborMap& status) {
    QCborMap entry;
    for (const auto& item : status) {
        const QString field = item.first.toString();
        const QCborValue value = item.second;
        if (field == kConditionsField || (!value.isArray() && !value.isMap() && field != kServiceField))
            entry.insert(QCborValue(item.first), value);
    }
    return entry;
}

QCborMap withoutMessage(QCborMap condition) {
    condition.insert(kMessageField, condition.value(kMessageField).toString().left(kLongestMessage));
    return condition;
}

}  // namespace

QString serviceOf(const ObjectKey& key) { return key.ns.isEmpty() ? key.name : key.ns + u'/' + key.name; }

QCborMap fitted(const QCborMap& value, const QCborMap& schema) {
    const QCborMap properties = schema.value(kPropertiesField).toMap();
    // Without properties, the schema describes no more than that it is an object.
    if (properties.isEmpty()) return value;
    const bool isOpen = schema.value(QStringLiteral("x-kubernetes-preserve-unknown-fields")).toBool();
    QCborMap result;
    for (const auto& item : value) {
        const QCborValue inner = properties.value(QCborValue(item.first));
        if (inner.isMap())
            result.insert(QCborValue(item.first), fittedValue(QCborValue(item.second), inner.toMap()));
        else if (isOpen)
            result.insert(QCborValue(item.first), QCborValue(item.second));
    }
    return result;
}

QCborMap nodeDetail(const std::map<ObjectKey, QCborMap>& served, const QCborMap& schema, const QCborMap& facts) {
    if (served.empty()) return {};
    // An object in conflict with the one that is really served has a shorter status.
    const auto shown = std::max_element(served.begin(), served.end(), [](const auto& a, const auto& b) {
        return std::pair(isReady(a.second), a.second.size()) < std::pair(isReady(b.second), b.second.size());
    });
    QCborMap detail = shown->second;
    detail.insert(kServiceField, serviceOf(shown->first));
    for (const auto& item : facts) detail.insert(QCborValue(item.first), QCborValue(item.second));
    QCborArray further;
    for (const auto& [key, status] : served) {
        if (key == shown->first) continue;
        QCborMap entry = plainEntry(status);
        entry.insert(kServiceField, serviceOf(key));
        further.append(entry);
    }
    if (!further.isEmpty()) detail.insert(kFurtherField, further);
    return fitted(detail, schema);
}

std::optional<QCborMap> entryIn(const QCborMap& detail, const QString& node, const QString& service) {
    const auto isIt = [&service](const QCborMap& map) { return map.value(kServiceField).toString() == service; };
    if (isIt(detail)) return nodeEntry(node, plainEntry(detail));
    const QCborArray further = detail.value(kFurtherField).toArray();
    for (const QCborValue& value : further)
        if (isIt(value.toMap())) return nodeEntry(node, plainEntry(value.toMap()));
    return std::nullopt;
}

bool isSilent(const QCborMap& status) {
    const QCborArray conditions = status.value(kConditionsField).toArray();
    return std::any_of(conditions.begin(), conditions.end(), [](const QCborValue& condition) {
        return condition.toMap().value(kReasonField).toString() == QLatin1String(kNodeSilent);
    });
}

QCborMap silentDetail(const QCborMap& detail, const QString& since) {
    const auto silent = [&since](const QCborMap& about) {
        const qint64 generation = about.value(kGenerationField).toInteger();
        QCborMap ready = Condition{QStringLiteral("Ready"), ConditionStatus::Unknown, QString::fromLatin1(kNodeSilent),
                                   QStringLiteral("The host on this node no longer renews its Lease: it may be down or "
                                                  "cut off from the API server."),
                                   generation}
                             .toCbor();
        ready.insert(QStringLiteral("lastTransitionTime"), since);
        return QCborMap{{kServiceField, about.value(kServiceField)},
                        {kGenerationField, generation},
                        {kConditionsField, QCborArray{ready}}};
    };
    QCborMap status = silent(detail);
    QCborArray further;
    const QCborArray given = detail.value(kFurtherField).toArray();
    for (const QCborValue& value : given) further.append(silent(value.toMap()));
    if (!further.isEmpty()) status.insert(kFurtherField, further);
    return status;
}

QCborMap summaryOf(const QCborArray& entries) {
    QCborArray known;
    for (const QCborValue& entry : entries)
        if (!isSilent(entry.toMap())) known.append(entry);
    QCborMap whole = aggregate(known.isEmpty() ? entries : known);
    if (whole.isEmpty()) return {};
    QCborArray worst;
    qsizetype ready = 0;
    for (const QCborValue& value : entries) {
        const QCborMap entry = value.toMap();
        if (isReady(entry)) {
            ++ready;
            continue;
        }
        if (worst.size() == kMostWorst) continue;
        QCborMap shown{{kNameField, entry.value(kNameField)}};
        const QCborArray conditions = entry.value(kConditionsField).toArray();
        for (const QCborValue& each : conditions) {
            const QCborMap condition = withoutMessage(each.toMap());
            if (condition.value(kTypeField).toString() != u"Ready") continue;
            shown.insert(QStringLiteral("ready"), condition.value(kStatusField));
            shown.insert(kReasonField, condition.value(kReasonField));
            shown.insert(kMessageField, condition.value(kMessageField));
        }
        worst.append(shown);
    }
    whole.insert(QStringLiteral("nodeCount"), entries.size());
    whole.insert(QStringLiteral("nodesReady"), QStringLiteral("%1/%2").arg(ready).arg(entries.size()));
    if (!worst.isEmpty()) whole.insert(QStringLiteral("worstNodes"), worst);
    return whole;
}

}  // namespace fos1::crd
