// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/run_record.h"

#include <QCborArray>
#include <QCborMap>
#include <QCborValue>
#include <QCryptographicHash>
#include <QFile>

#include "model/serving_fields.h"

namespace fos1::ntp {

namespace {

constexpr qint64 kVersion = 1;
constexpr qint64 kLongestStat = 4096;
/// Fields of /proc/PID/stat behind the name, which may hold anything: the state is the third of all.
constexpr int kStartTime = 22 - 3;

// Keys of the map.
const QString kVersionKey = QStringLiteral("version");
const QString kPid = QStringLiteral("pid");
const QString kStart = QStringLiteral("start");
const QString kConfig = QStringLiteral("config");
const QString kSources = QStringLiteral("sources");
const QString kKeys = QStringLiteral("keys_sha256");
const QString kNames = QStringLiteral("source_names");
const QString kKeyOf = QStringLiteral("key_of");
const QString kLeasedOn = QStringLiteral("leased_on");
const QString kMaxUpdateSkew = QStringLiteral("max_update_skew_ppm");
const QString kSettingsAreLogged = QStringLiteral("settings_are_logged");
const QString kMakestep = QStringLiteral("makestep");
const QString kLocal = QStringLiteral("local");
const QString kAccess = QStringLiteral("access");
const QString kHeld = QStringLiteral("held_access");

QByteArray digest(const QByteArray& keys) { return QCryptographicHash::hash(keys, QCryptographicHash::Sha256); }

QCborArray encodeRule(const IpPrefix& network, Permission permission) {
    return {network.text(), permission == Permission::Allow};
}

std::optional<std::vector<AccessRule>> decodeRules(const QCborValue& value) {
    if (!value.isArray()) return {};
    std::vector<AccessRule> rules;
    for (const QCborValue& rule : value.toArray()) {
        const auto network = IpPrefix::parse(rule[0].toString());
        if (!network || !rule[1].isBool()) return {};
        rules.push_back({*network, rule[1].toBool() ? Permission::Allow : Permission::Deny});
    }
    return rules;
}

/// All values of a local reference are times.
using LocalTime = std::optional<std::chrono::nanoseconds> LocalSpec::*;
QString keyOf(const ValueField<LocalSpec>& field) { return QLatin1String(field.key) + QStringLiteral("_ns"); }

QCborValue encodeLocal(const LocalSpec& local) {
    QCborMap map{{QStringLiteral("enabled"), local.enabled}, {QStringLiteral("orphan"), local.orphan}};
    if (local.stratum) map.insert(QStringLiteral("stratum"), *local.stratum);
    for (const ValueField<LocalSpec>& field : kLocalValues)
        if (const auto& time = local.*std::get<LocalTime>(field.member))
            map.insert(keyOf(field), qint64{time->count()});
    return map;
}

LocalSpec decodeLocal(const QCborMap& map) {
    LocalSpec local;
    local.enabled = map.value(QStringLiteral("enabled")).toBool();
    local.orphan = map.value(QStringLiteral("orphan")).toBool();
    const QCborValue stratum = map.value(QStringLiteral("stratum"));
    if (stratum.isInteger()) local.stratum = static_cast<int>(stratum.toInteger());
    for (const ValueField<LocalSpec>& field : kLocalValues)
        if (const QCborValue time = map.value(keyOf(field)); time.isInteger())
            local.*std::get<LocalTime>(field.member) = std::chrono::nanoseconds(time.toInteger());
    return local;
}

}  // namespace

QByteArray encode(const RunRecord& record, quint64 startTicks) {
    const OnlineSettings& online = record.plan.online;
    QCborArray names;
    for (const QString& name : online.sourceNames) names.append(name);
    QCborMap keys;
    for (const auto& [name, key] : online.keyOf) keys.insert(name, key);
    QCborMap leasedOn;
    for (const auto& [name, interface] : online.leasedOn) leasedOn.insert(name, interface);
    QCborArray access;
    for (const AccessRule& rule : online.access) access.append(encodeRule(rule.network, rule.permission));
    QCborArray held;
    for (const auto& [network, permission] : record.held.access.rules()) held.append(encodeRule(network, permission));
    return QCborMap{{kVersionKey, kVersion},
                    {kPid, record.pid},
                    {kStart, static_cast<qint64>(startTicks)},
                    {kConfig, record.plan.config},
                    {kSources, record.plan.sources},
                    {kKeys, digest(record.plan.keys)},
                    {kNames, names},
                    {kKeyOf, keys},
                    {kLeasedOn, leasedOn},
                    {kMaxUpdateSkew, online.maxUpdateSkew},
                    {kSettingsAreLogged, online.settingsAreLogged},
                    {kMakestep, QCborArray{qint64{online.makestep.threshold.count()}, online.makestep.limit}},
                    {kLocal, encodeLocal(online.local)},
                    {kAccess, access},
                    {kHeld, held}}
        .toCborValue()
        .toCbor();
}

std::optional<RunRecord> decodeRunRecord(const QByteArray& bytes, qint64 pid, quint64 startTicks,
                                         const QByteArray& keys) {
    QCborParserError broken;
    const QCborMap map = QCborValue::fromCbor(bytes, &broken).toMap();
    if (broken.error != QCborError::NoError) return {};
    const bool isOfThis = map.value(kVersionKey).toInteger() == kVersion && pid > 0 && startTicks > 0 &&
                          map.value(kPid).toInteger() == pid &&
                          map.value(kStart).toInteger() == static_cast<qint64>(startTicks);
    if (!isOfThis || map.value(kKeys).toByteArray() != digest(keys)) return {};
    const auto access = decodeRules(map.value(kAccess));
    const auto held = decodeRules(map.value(kHeld));
    const QCborValue makestep = map.value(kMakestep);
    if (!access || !held || !makestep[0].isInteger() || !makestep[1].isInteger()) return {};
    RunRecord record;
    record.pid = pid;
    record.plan.config = map.value(kConfig).toByteArray();
    record.plan.sources = map.value(kSources).toByteArray();
    record.plan.keys = keys;
    for (const QCborValue& name : map.value(kNames).toArray())
        record.plan.online.sourceNames.push_back(name.toString());
    for (const auto& [name, key] : map.value(kKeyOf).toMap())
        record.plan.online.keyOf.emplace(name.toString(), key.toInteger());
    for (const auto& [name, interface] : map.value(kLeasedOn).toMap())
        record.plan.online.leasedOn.emplace(name.toString(), interface.toString());
    record.plan.online.maxUpdateSkew = map.value(kMaxUpdateSkew).toDouble(record.plan.online.maxUpdateSkew);
    record.plan.online.settingsAreLogged = map.value(kSettingsAreLogged).toBool();
    record.plan.online.makestep = {std::chrono::nanoseconds(makestep[0].toInteger()),
                                   static_cast<int>(makestep[1].toInteger())};
    record.plan.online.local = decodeLocal(map.value(kLocal).toMap());
    record.plan.online.access = *access;
    record.held = HeldSettings(record.plan);
    record.held.access = AccessTable(*held);
    return record;
}

quint64 processStart(qint64 pid) {
    QFile file(QStringLiteral("/proc/%1/stat").arg(pid));
    if (!file.open(QIODevice::ReadOnly)) return 0;
    const QByteArray stat = file.read(kLongestStat);
    const QByteArrayList fields = stat.mid(stat.lastIndexOf(')') + 2).split(' ');
    return fields.size() > kStartTime ? fields.at(kStartTime).toULongLong() : 0;
}

}  // namespace fos1::ntp
