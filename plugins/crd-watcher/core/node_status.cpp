// SPDX-License-Identifier: GPL-2.0-or-later
// Conditions: Kubernetes' API conventions, "Typical status properties"; which of them are bad when True: kstatus.
#include "core/node_status.h"

#include <QJsonObject>
#include <QRegularExpression>
#include <algorithm>
#include <map>
#include <vector>

#include "fos1/condition.h"

namespace fos1::crd {

namespace {

const QString kConditions = QStringLiteral("conditions");
const QString kName = QStringLiteral("name");
const QString kType = QStringLiteral("type");
const QString kStatus = QStringLiteral("status");
const QString kMessage = QStringLiteral("message");
const QString kReason = QStringLiteral("reason");
const QString kWhy = QStringLiteral("why");
const QString kGeneration = QStringLiteral("observedGeneration");
const QString kChanged = QStringLiteral("lastTransitionTime");

std::optional<QCborMap> conditionOf(const QCborMap& status, const QString& type) {
    const QCborArray conditions = status.value(kConditions).toArray();
    for (const QCborValue& value : conditions)
        if (value.toMap().value(kType).toString() == type) return value.toMap();
    return std::nullopt;
}

/// 0: no trouble; a higher value is worse.
int badness(const QString& type, const QString& status) {
    if (status == QStringLiteral("Unknown")) return 1;
    return isGood(type, status) ? 0 : 2;
}

/// In the message of an aggregated condition: the nodes that are named, and what each may say.
constexpr qsizetype kMostNamed = 8;
constexpr qsizetype kLongest = 3'000;

struct Said {
    QString node;
    QCborMap condition;
};

/// The worst condition of one type, with the names of the nodes that report it unless all nodes do.
QCborMap worst(const QString& type, const std::vector<Said>& all) {
    int most = 0;
    for (const Said& said : all) most = std::max(most, badness(type, said.condition.value(kStatus).toString()));
    QCborMap result;
    QStringList messages;
    QString changed;
    qint64 generation = -1;
    bool isEverybody = true;
    qsizetype unnamed = 0;
    for (const Said& said : all) {
        const qint64 own = said.condition.value(kGeneration).toInteger();
        generation = generation < 0 ? own : std::min(generation, own);
        if (badness(type, said.condition.value(kStatus).toString()) != most) {
            isEverybody = false;
            continue;
        }
        if (result.isEmpty()) result = said.condition;
        changed = std::max(changed, said.condition.value(kChanged).toString());
        if (messages.size() == kMostNamed)
            ++unnamed;
        else
            messages.append(said.node + QStringLiteral(": ") +
                            said.condition.value(kMessage).toString().left(kLongest));
    }
    if (unnamed > 0) messages.append(QStringLiteral("%1 more nodes report the same condition.").arg(unnamed));
    if (all.size() > 1 && !(isEverybody && most == 0)) result.insert(kMessage, messages.join(u'\n'));
    result.insert(kGeneration, generation);
    if (!changed.isEmpty()) result.insert(kChanged, changed);
    return result;
}

/// Whether an object as a whole has the condition even without trouble.
bool isForAll(const QString& type) { return type == u"Ready" || type == u"Reconciled" || type == u"Accepted"; }

bool isPlain(const QCborValue& value) { return !value.isArray() && !value.isMap(); }

/// A sentence without its measurements ("within 87.8 µs of true time"); other numbers, including addresses, stay.
QString withoutMeasurements(QString sentence) {
    if (std::none_of(sentence.begin(), sentence.end(), [](QChar c) { return c.isDigit(); })) return sentence;
    static const QRegularExpression measurement(
        QStringLiteral(R"([-+]?\d+(\.\d+)? ?(ns|µs|ms|s|ppm|ppb|%)(?![A-Za-z]))"));
    return sentence.remove(measurement);
}

bool isNumberInList(const QCborValue& value) {
    if (value.isInteger()) return true;
    // Octal or hexadecimal registers are reported as text.
    const QString text = value.toString();
    return value.isString() && !text.isEmpty() &&
           std::all_of(text.begin(), text.end(), [](QChar c) { return c.isDigit(); });
}

QCborValue essence(const QCborValue& value, bool isInList) {
    if (value.isString()) return withoutMeasurements(value.toString());
    if (value.isMap()) {
        QCborMap map;
        const QCborMap given = value.toMap();
        const bool isExplained = isInList && given.contains(kReason);
        for (const auto& item : given) {
            if (isExplained && item.first.toString() == kWhy) continue;
            const QCborValue inner = item.second;
            const bool isEmptyText = inner.isString() && inner.toString().isEmpty();
            if (item.first.toString() == kChanged || inner.isDouble() || isEmptyText ||
                (isInList && isNumberInList(inner)))
                continue;
            map.insert(QCborValue(item.first), essence(inner, isInList));
        }
        return map;
    }
    if (value.isArray()) {
        QCborArray array;
        const QCborArray given = value.toArray();
        for (const QCborValue& item : given) array.append(essence(item, true));
        return array;
    }
    return value;
}

}  // namespace

bool isServedHere(const QCborMap& status) {
    const auto ready = conditionOf(status, QStringLiteral("Ready"));
    return !status.isEmpty() &&
           !(ready && ready->value(QStringLiteral("reason")).toString() == QLatin1String(kOtherNode));
}

QCborMap withProgress(const QCborMap& status) {
    const auto is = [](const std::optional<QCborMap>& condition, const char* value) {
        return condition && condition->value(kStatus).toString() == QLatin1String(value);
    };
    const auto reconciled = conditionOf(status, QStringLiteral("Reconciled"));
    const auto conflict = conditionOf(status, QStringLiteral("Conflict"));
    QCborMap added = is(conflict, "True")        ? *conflict
                     : is(reconciled, "False")   ? *reconciled
                     : is(reconciled, "Unknown") ? *reconciled
                                                 : QCborMap();
    if (added.isEmpty()) return status;
    added.insert(kType, added.value(kStatus).toString() == u"Unknown" ? QStringLiteral("Reconciling")
                                                                      : QStringLiteral("Stalled"));
    added.insert(kStatus, QStringLiteral("True"));
    QCborArray conditions = status.value(kConditions).toArray();
    conditions.append(added);
    QCborMap result = status;
    result.insert(kConditions, conditions);
    return result;
}

bool isReady(const QCborMap& status) {
    const auto ready = conditionOf(status, QStringLiteral("Ready"));
    return ready && ready->value(kStatus).toString() == QStringLiteral("True");
}

QCborMap withTimesOf(const QCborMap& present, const QCborMap& status, const QString& now) {
    QCborArray conditions;
    const QCborArray given = status.value(kConditions).toArray();
    for (const QCborValue& value : given) {
        QCborMap condition = value.toMap();
        const auto before = conditionOf(present, condition.value(kType).toString());
        const QString since = before ? before->value(kChanged).toString() : QString();
        if (!since.isEmpty() && before->value(kStatus) == condition.value(kStatus))
            condition.insert(kChanged, since);
        else if (condition.value(kChanged).toString().isEmpty())
            condition.insert(kChanged, now);
        conditions.append(condition);
    }
    QCborMap result = status;
    if (!conditions.isEmpty()) result.insert(kConditions, conditions);
    return result;
}

QCborMap nodeEntry(const QString& node, const QCborMap& status) {
    QCborMap entry = status;
    entry.insert(kName, node);
    return entry;
}

std::optional<QCborMap> entryOf(const QString& node, const QCborArray& nodes) {
    for (const QCborValue& value : nodes)
        if (value.toMap().value(kName).toString() == node) return value.toMap();
    return std::nullopt;
}

QCborMap aggregate(const QCborArray& nodes) {
    std::map<QString, QCborMap> byName;
    for (const QCborValue& value : nodes) byName.emplace(value.toMap().value(kName).toString(), value.toMap());
    if (byName.empty()) return {};
    std::map<QString, std::vector<Said>> said;
    const QCborMap* shown = &byName.begin()->second;
    bool isShownWell = true;
    qint64 generation = -1;
    for (const auto& [name, entry] : byName) {
        const QCborArray conditions = entry.value(kConditions).toArray();
        for (const QCborValue& value : conditions)
            said[value.toMap().value(kType).toString()].push_back({name, value.toMap()});
        const bool isWell = isReady(entry);
        if (!isWell && isShownWell) shown = &entry;
        isShownWell = isShownWell && isWell;
        const qint64 own = entry.value(kGeneration).toInteger();
        generation = generation < 0 ? own : std::min(generation, own);
    }
    QCborMap result;
    for (const auto& item : *shown)
        if (isPlain(item.second) && item.first.toString() != kName)
            result.insert(QCborValue(item.first), QCborValue(item.second));
    result.insert(kGeneration, generation);
    QCborArray conditions;
    for (const auto& [type, all] : said) {
        const QCborMap condition = worst(type, all);
        if (isForAll(type) || !isGood(type, condition.value(kStatus).toString())) conditions.append(condition);
    }
    result.insert(kConditions, conditions);
    return result;
}

QCborMap essenceOf(const QCborMap& status) {
    QCborMap map = essence(status, false).toMap();
    // The numbers in conditions are significant: they name the observed generation.
    QCborArray conditions;
    const QCborArray given = status.value(kConditions).toArray();
    for (const QCborValue& value : given) {
        QCborMap condition = value.toMap();
        condition.remove(kChanged);
        const QString message = withoutMeasurements(condition.value(kMessage).toString());
        condition.remove(kMessage);
        if (!message.isEmpty()) condition.insert(kMessage, message);
        conditions.append(condition);
    }
    if (!conditions.isEmpty()) map.insert(kConditions, conditions);
    return map;
}

QCborMap headlineOf(const QCborMap& status) {
    const QCborMap essence = essenceOf(status);
    QCborMap headline;
    for (const auto& item : essence)
        if (isPlain(item.second)) headline.insert(QCborValue(item.first), QCborValue(item.second));
    QCborArray conditions;
    const QCborArray given = essence.value(kConditions).toArray();
    for (const QCborValue& value : given) {
        QCborMap condition = value.toMap();
        condition.remove(kMessage);
        conditions.append(condition);
    }
    headline.insert(kConditions, conditions);
    return headline;
}

}  // namespace fos1::crd
