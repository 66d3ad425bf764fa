// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/unimplemented_fields.h"

#include <QCborArray>

namespace fos1::ntp {

namespace {

/// Whether a value asks for anything at all.
bool hasEffect(const QCborValue& value) {
    if (value.isUndefined() || value.isNull()) return false;
    if (value.isBool()) return value.toBool();
    if (value.isString()) return !value.toString().isEmpty();
    if (value.isArray()) return !value.toArray().isEmpty();
    if (!value.isMap()) return true;
    const QCborMap map = value.toMap();
    const QCborValue enabled = map.value(QStringLiteral("enabled"));
    if (enabled.isBool()) return enabled.toBool();
    return std::any_of(map.begin(), map.end(), [](const auto& entry) { return hasEffect(entry.second); });
}

QCborMap child(const QCborMap& map, const char* key) { return map.value(QLatin1String(key)).toMap(); }

class Finder {
   public:
    void effect(const QCborMap& map, const QString& path, std::initializer_list<const char*> keys) {
        for (const char* key : keys)
            if (hasEffect(map.value(QLatin1String(key)))) add(path, key);
    }
    void unlessText(const QCborMap& map, const QString& path, const char* key, const QString& harmless) {
        const QCborValue value = map.value(QLatin1String(key));
        if (hasEffect(value) && value.toString() != harmless) add(path, key);
    }
    void unlessBool(const QCborMap& map, const QString& path, const char* key, bool harmless) {
        const QCborValue value = map.value(QLatin1String(key));
        if (value.isBool() && value.toBool() != harmless) add(path, key);
    }
    void add(const QString& path, const char* key) { m_paths.append(path + u'.' + QLatin1String(key)); }
    [[nodiscard]] QStringList paths() const { return m_paths; }

   private:
    QStringList m_paths;
};

void findInSources(Finder& find, const QCborMap& sources) {
    for (const char* list : {"pools", "servers"}) {
        const QCborArray array = sources.value(QLatin1String(list)).toArray();
        for (qsizetype i = 0; i < array.size(); ++i) {
            const QString path = QStringLiteral("spec.sources.%1[%2]").arg(QLatin1String(list)).arg(i);
            const QCborMap source = array.at(i).toMap();
            find.effect(source, path, {"nts", "keyId"});
            find.unlessText(source, path, "family", QStringLiteral("any"));
        }
    }
    find.effect(sources, QStringLiteral("spec.sources"), {"peers"});
    find.effect(child(sources, "hardware"), QStringLiteral("spec.sources.hardware"), {"pps", "gps", "phc", "atomic"});
}

void findInServer(Finder& find, const QCborMap& server) {
    const QString path = QStringLiteral("spec.server");
    if (!server.value(QStringLiteral("interleaved")).isUndefined()) find.add(path, "interleaved");
    find.effect(server, path, {"hwtimestamp"});
    const QCborMap leap = child(server, "leap");
    find.unlessText(leap, path + QStringLiteral(".leap"), "mode", QStringLiteral("system"));
    find.effect(leap, path + QStringLiteral(".leap"), {"list"});
}

void findInSecurity(Finder& find, const QCborMap& security) {
    const QString path = QStringLiteral("spec.security");
    find.effect(security, path, {"nts"});
    const QCborMap authentication = child(security, "authentication");
    const bool off = authentication.value(QStringLiteral("enabled")).isFalse();
    if (!off && hasEffect(authentication.value(QStringLiteral("keys")))) find.add(path, "authentication");
}

}  // namespace

QStringList unimplementedFields(const QCborMap& spec) {
    Finder find;
    find.effect(spec, QStringLiteral("spec"), {"nodeSelector"});
    findInSources(find, child(spec, "sources"));
    findInServer(find, child(spec, "server"));
    findInSecurity(find, child(spec, "security"));
    find.effect(spec, QStringLiteral("spec"), {"vlanConfig"});
    // The documented default, {enabled: true, broadcast: false, clientsOnly: true}, says nothing that was asked for.
    const QCborMap vlanDefaults = child(spec, "vlanDefaults");
    const QString vlanPath = QStringLiteral("spec.vlanDefaults");
    find.unlessBool(vlanDefaults, vlanPath, "enabled", true);
    find.unlessBool(vlanDefaults, vlanPath, "broadcast", false);
    find.unlessBool(vlanDefaults, vlanPath, "clientsOnly", true);
    find.effect(vlanDefaults, vlanPath, {"redirect", "ratelimit", "nts"});
    find.effect(spec, QStringLiteral("spec"), {"advertise"});
    return find.paths();
}

}  // namespace fos1::ntp
