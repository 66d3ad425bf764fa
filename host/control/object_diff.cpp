// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/object_diff.h"

#include <QJsonArray>
#include <QJsonObject>
#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace fos1::host {

namespace {

QString nameOf(const QJsonValue& element, const QString& field) {
    const QJsonValue value = element[field];
    return value.isString() ? value.toString() : QString::number(value.toInteger());
}

/// The values (text or integer) of `field` in the elements; nothing when an element lacks the field or two elements
/// have the same value.
std::optional<std::set<QString>> namesIn(const QJsonArray& list, const QString& field) {
    std::set<QString> names;
    for (const QJsonValue element : list) {
        const QJsonValue value = element[field];
        if (!value.isString() && !value.isDouble()) return std::nullopt;
        if (!names.insert(nameOf(element, field)).second) return std::nullopt;
    }
    return names;
}

/// The field that identifies the elements of both lists, preferably the one with the most values in common; nothing
/// when no field does.
std::optional<QString> namingField(const QJsonArray& from, const QJsonArray& to) {
    QStringList candidates{QStringLiteral("name"), QStringLiteral("id")};
    candidates += (from.isEmpty() ? to : from).first().toObject().keys();
    std::optional<QString> best;
    qsizetype agreed = -1;
    for (const QString& field : candidates) {
        const auto before = namesIn(from, field);
        const auto after = namesIn(to, field);
        if (!before || !after) continue;
        const qsizetype same =
            std::count_if(before->begin(), before->end(), [&](const QString& name) { return after->contains(name); });
        if (same <= agreed) continue;
        best = field;
        agreed = same;
    }
    return best;
}

std::map<QString, QJsonValue> elements(const QJsonArray& list, const std::optional<QString>& field) {
    std::map<QString, QJsonValue> named;
    for (qsizetype i = 0; i < list.size(); ++i)
        named.emplace(field ? nameOf(list.at(i), *field) : QString::number(i), list.at(i));
    return named;
}

std::map<QString, QJsonValue> fields(const QJsonObject& object) {
    std::map<QString, QJsonValue> named;
    for (auto it = object.begin(); it != object.end(); ++it) named.emplace(it.key(), it.value());
    return named;
}

template <typename PathOf>
void compare(const std::map<QString, QJsonValue>& from, const std::map<QString, QJsonValue>& to, const PathOf& pathOf,
             std::vector<FieldChange>& changes) {
    std::map<QString, QJsonValue> all = from;
    all.insert(to.begin(), to.end());
    const auto valueIn = [](const std::map<QString, QJsonValue>& map, const QString& name) {
        const auto found = map.find(name);
        return found == map.end() ? QJsonValue(QJsonValue::Undefined) : found->second;
    };
    for (const auto& [name, value] : all) {
        auto inside = fieldChanges(pathOf(name), valueIn(from, name), valueIn(to, name));
        changes.insert(changes.end(), inside.begin(), inside.end());
    }
}

}  // namespace

std::vector<FieldChange> fieldChanges(const QString& path, const QJsonValue& from, const QJsonValue& to) {
    std::vector<FieldChange> changes;
    if (from == to) return changes;
    if (from.isObject() && to.isObject()) {
        compare(
            fields(from.toObject()), fields(to.toObject()),
            [&path](const QString& name) { return path.isEmpty() ? name : path + u'.' + name; }, changes);
    } else if (from.isArray() && to.isArray()) {
        const auto field = namingField(from.toArray(), to.toArray());
        compare(
            elements(from.toArray(), field), elements(to.toArray(), field),
            [&path](const QString& name) { return path + u'[' + name + u']'; }, changes);
    } else {
        changes.push_back({path, from, to});
    }
    return changes;
}

}  // namespace fos1::host
