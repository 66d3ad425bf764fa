// SPDX-License-Identifier: GPL-2.0-or-later
#include "host_config.h"

#include <QCborArray>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>

#include "config.h"
#include "fos1/cbor_reader.h"
#include "host_paths.h"
#include "json_schema.h"

namespace fos1::host {

namespace {

// The schema of host.yaml itself. docs/operating.md describes these keys and defaults.
constexpr const char kSchema[] = R"json({
  "type": "object",
  "properties": {
    "version": {"type": "integer", "minimum": 1, "default": 1},
    "stateDir": {"type": "string", "minLength": 1, "default": "%S/fos1"},
    "runtimeDir": {"type": "string", "minLength": 1},
    "crdDir": {"type": "string", "minLength": 1},
    "coreDumps": {"type": "boolean", "default": false},
    "pluginDirs": {"type": "array", "items": {"type": "string", "minLength": 1}, "default": []},
    "control": {
      "type": "object",
      "properties": {
        "socket": {"type": "string", "minLength": 1},
        "group": {"type": "string", "default": ""}
      },
      "default": {}
    },
    "http": {
      "type": "object",
      "properties": {
        "enabled": {"type": "boolean", "default": true},
        "address": {"type": "string", "minLength": 1, "default": "127.0.0.1"},
        "port": {"type": "integer", "minimum": 0, "maximum": 65535, "default": 9559}
      },
      "default": {}
    },
    "dbus": {
      "type": "object",
      "properties": {
        "enabled": {"type": "boolean", "default": true},
        "address": {"type": "string", "default": ""}
      },
      "default": {}
    },
    "isolation": {
      "type": "object",
      "additionalProperties": {
        "type": "object",
        "properties": {
          "mode": {"type": "string", "enum": ["local", "remote"]},
          "user": {"type": "string", "minLength": 1},
          "groups": {"type": "array", "maxItems": 32, "items": {"type": "string", "minLength": 1}},
          "capabilities": {"type": "array", "items": {"type": "string", "pattern": "^CAP_[A-Z_]+$"}},
          "read": {"type": "array", "items": {"type": "string", "pattern": "^/"}},
          "write": {"type": "array", "items": {"type": "string", "pattern": "^/"}},
          "execute": {"type": "array", "items": {"type": "string", "pattern": "^/"}},
          "secrets": {"type": "boolean"},
          "features": {"type": "array", "items": {"type": "string"}},
          "memoryMiB": {"type": "integer", "minimum": 8, "maximum": 65536},
          "cpuPercent": {"type": "integer", "minimum": 1, "maximum": 100}
        }
      },
      "default": {}
    },
    "plugins": {
      "type": "object",
      "additionalProperties": {"type": "object", "nullable": true, "x-kubernetes-preserve-unknown-fields": true},
      "default": {}
    }
  }
})json";

constexpr qint64 kConfigVersion = 1;

Errors located(const yaml::Document& document, const QString& prefix, const Errors& errors) {
    Errors result;
    for (const Error& error : errors) {
        const QString path =
            prefix.isEmpty() || error.path.isEmpty() ? prefix + error.path : prefix + u'.' + error.path;
        result.push_back({ErrorCode::InvalidInput, path.isEmpty() ? error.message : path + ": " + error.message,
                          document.locate(path)});
    }
    return result;
}

/// Reads a path setting and expands it. An unknown specifier becomes an error.
QString path(const CborReader& reader, const QString& key, const QString& base, Errors& errors,
             const QString& fallback = {}) {
    if (!reader.has(key)) return fallback;
    const QString given = reader.text(key);
    QString expanded = expandPath(given, base);
    if (expanded.isEmpty())
        errors.push_back(
            {ErrorCode::InvalidInput,
             QStringLiteral("\"%1\" has an unknown specifier; known specifiers are %S, %t and %%").arg(given),
             reader.path(key)});
    return expanded;
}

QCborMap expandPaths(QCborMap section, const QJsonObject& schema, const QString& prefix, const QString& base,
                     Errors& errors) {
    const QJsonObject properties = schema.value(QLatin1String("properties")).toObject();
    for (auto it = properties.begin(); it != properties.end(); ++it) {
        const QJsonObject property = it.value().toObject();
        const QString at = prefix.isEmpty() ? it.key() : prefix + u'.' + it.key();
        if (!section.contains(it.key())) continue;
        if (property.value(QLatin1String("format")).toString() == QLatin1String("path")) {
            const QString given = section.value(it.key()).toString();
            const QString expanded = expandPath(given, base);
            if (expanded.isEmpty())
                errors.push_back({ErrorCode::InvalidInput, QStringLiteral("\"%1\" is not a path").arg(given), at});
            section.insert(it.key(), expanded);
        } else if (property.contains(QLatin1String("properties"))) {
            section.insert(it.key(), expandPaths(section.value(it.key()).toMap(), property, at, base, errors));
        } else if (const QJsonObject item = property.value(QLatin1String("items")).toObject();
                   item.contains(QLatin1String("properties"))) {
            QCborArray list = section.value(it.key()).toArray();
            for (qsizetype i = 0; i < list.size(); ++i)
                list[i] = expandPaths(list.at(i).toMap(), item, at + u'[' + QString::number(i) + u']', base, errors);
            section.insert(it.key(), list);
        }
    }
    return section;
}

QStringList texts(const QCborArray& list) {
    QStringList result;
    for (const QCborValue& item : list) result.append(item.toString());
    return result;
}

PluginIsolation isolationOf(const CborReader& reader) {
    PluginIsolation isolation;
    isolation.mode = isolationFromText(reader.text(QStringLiteral("mode")));
    isolation.powers.secrets = reader.boolean(QStringLiteral("secrets"));
    isolation.powers.features = texts(reader.array(QStringLiteral("features")));
    isolation.granted.user = reader.text(QStringLiteral("user"));
    isolation.granted.groups = texts(reader.array(QStringLiteral("groups")));
    isolation.granted.capabilities = texts(reader.array(QStringLiteral("capabilities")));
    isolation.granted.read = texts(reader.array(QStringLiteral("read")));
    isolation.granted.write = texts(reader.array(QStringLiteral("write")));
    isolation.granted.execute = texts(reader.array(QStringLiteral("execute")));
    isolation.granted.memoryMiB = static_cast<int>(reader.integer(QStringLiteral("memoryMiB")));
    isolation.granted.cpuPercent = static_cast<int>(reader.integer(QStringLiteral("cpuPercent")));
    return isolation;
}

}  // namespace

tl::expected<HostConfig, Errors> parseHostConfig(const QByteArray& text, const QString& file) {
    const auto refuse = [](Errors errors) { return tl::unexpected<Errors>(std::move(errors)); };
    auto documents = yaml::parse(text, file);
    if (!documents) return refuse({documents.error()});
    if (documents->size() > 1)
        return refuse(
            {{ErrorCode::InvalidInput, QStringLiteral("more than one document"), (*documents)[1].locate({})}});

    HostConfig config;
    config.file = file;
    if (!documents->empty()) config.document = documents->front();
    const auto schema = schema::JsonSchema::compile(QJsonDocument::fromJson(kSchema).object());
    Q_ASSERT(schema.has_value());
    // First: a later version may have keys that are unknown here.
    if (const qint64 version = config.document.value.value(QStringLiteral("version")).toInteger();
        version > kConfigVersion)
        return refuse({{ErrorCode::InvalidInput,
                        QStringLiteral("version: %1 is of a later fos1-host; this one reads version %2")
                            .arg(version)
                            .arg(kConfigVersion),
                        config.document.locate(QStringLiteral("version"))}});
    const Errors findings = schema->validate(config.document.value);
    if (!findings.empty()) return refuse(located(config.document, {}, findings));

    const QString base = QFileInfo(file).absolutePath();
    Errors errors;
    const CborReader root(schema->withDefaults(config.document.value).toMap(), {}, &errors);
    config.stateDir = path(root, QStringLiteral("stateDir"), base, errors);
    config.runtimeDir =
        path(root, QStringLiteral("runtimeDir"), base, errors, config.stateDir + QStringLiteral("/run"));
    config.crdDir = path(root, QStringLiteral("crdDir"), base, errors, installedPath(QStringLiteral(FOS1_CRD_DIR)));
    const QCborArray pluginDirs = root.array(QStringLiteral("pluginDirs"));
    for (const QCborValue& dir : pluginDirs) config.pluginDirs.append(expandPath(dir.toString(), base));
    if (config.pluginDirs.isEmpty())
        config.pluginDirs = {installedPath(QStringLiteral(FOS1_PLUGIN_DIR)),
                             installedPath(QStringLiteral(FOS1_SITE_PLUGIN_DIR))};

    config.coreDumps = root.boolean(QStringLiteral("coreDumps"));
    const CborReader control = root.child(QStringLiteral("control"));
    config.controlSocket =
        path(control, QStringLiteral("socket"), base, errors, config.runtimeDir + QStringLiteral("/control.sock"));
    config.controlGroup = control.text(QStringLiteral("group"));
    const CborReader http = root.child(QStringLiteral("http"));
    config.httpEnabled = http.boolean(QStringLiteral("enabled"));
    config.httpAddress = http.text(QStringLiteral("address"));
    config.httpPort = static_cast<quint16>(http.integer(QStringLiteral("port")));
    const CborReader dbus = root.child(QStringLiteral("dbus"));
    config.dbusEnabled = dbus.boolean(QStringLiteral("enabled"));
    config.dbusAddress = dbus.text(QStringLiteral("address"));
    const CborReader isolation = root.child(QStringLiteral("isolation"));
    const QCborMap& isolated = isolation.map();
    for (const auto& item : isolated)
        config.isolation.emplace(item.first.toString(), isolationOf(isolation.child(item.first.toString())));
    const QCborMap plugins = root.child(QStringLiteral("plugins")).map();
    for (const auto& section : plugins)
        config.plugins.emplace(section.first.toString(), QCborValue(section.second).toMap());

    for (const auto& [id, unused] : config.isolation)
        if (!config.plugins.contains(id))
            errors.push_back({ErrorCode::InvalidInput,
                              QStringLiteral("plugin \"%1\" is not listed under \"plugins\"").arg(id),
                              QStringLiteral("isolation.") + id});

    // sockaddr_un.sun_path, unix(7)
    if (config.controlSocket.toLocal8Bit().size() > 107)
        errors.push_back(
            {ErrorCode::InvalidInput,
             QStringLiteral("\"%1\" is longer than the 107 bytes of a Unix socket's path").arg(config.controlSocket),
             QStringLiteral("control.socket")});
    if (!errors.empty()) return refuse(located(config.document, {}, errors));
    return config;
}

tl::expected<HostConfig, Errors> loadHostConfig(const QString& file) {
    QFile input(file);
    if (!input.open(QIODevice::ReadOnly))
        return tl::unexpected<Errors>(Errors{{ErrorCode::Io, input.errorString(), file}});
    return parseHostConfig(input.readAll(), file);
}

tl::expected<QCborMap, Errors> checkPluginSection(const HostConfig& config, const QString& pluginId,
                                                  const QJsonObject& schema) {
    const QString prefix = QStringLiteral("plugins.") + pluginId;
    const auto section = config.plugins.find(pluginId);
    const QCborMap given = section == config.plugins.end() ? QCborMap() : section->second;
    const QJsonObject effective = schema.isEmpty() ? QJsonObject{{QStringLiteral("type"), QStringLiteral("object")},
                                                                 {QStringLiteral("additionalProperties"), false}}
                                                   : schema;
    const auto compiled = schema::JsonSchema::compile(effective);
    if (!compiled) return tl::unexpected<Errors>(Errors{compiled.error()});
    const Errors findings = compiled->validate(given);
    if (!findings.empty()) return tl::unexpected<Errors>(located(config.document, prefix, findings));
    Errors errors;
    const QCborMap complete = expandPaths(compiled->withDefaults(given).toMap(), effective, {},
                                          QFileInfo(config.file).absolutePath(), errors);
    if (!errors.empty()) return tl::unexpected<Errors>(located(config.document, prefix, errors));
    return complete;
}

}  // namespace fos1::host
