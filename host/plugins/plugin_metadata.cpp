// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/plugin_metadata.h"

#include <sys/stat.h>
#include <unistd.h>

#include <QCborMap>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QPluginLoader>
#include <algorithm>
#include <optional>

#include "fos1/features/pages.h"
#include "fos1/iplugin.h"
#include "fos1/version.h"
#include "json_schema.h"

namespace fos1::host {

namespace {

constexpr const char kSchema[] = R"json({
  "type": "object",
  "required": ["id", "version", "sdk", "features"],
  "properties": {
    "id": {"type": "string", "pattern": "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", "maxLength": 100},
    "version": {"type": "string", "minLength": 1},
    "sdk": {"type": "string", "pattern": "^[0-9]+\\.[0-9]+$"},
    "description": {"type": "string"},
    "kinds": {"type": "array", "items": {"type": "string", "pattern": "^([-a-z0-9.]+/)?v[a-z0-9]+/[A-Z][A-Za-z0-9]*$"}},
    "publishes": {"type": "array", "items": {"type": "string", "pattern": "^[a-z0-9.-]+/v[0-9]+$"}},
    "subscribes": {"type": "array", "items": {"type": "string", "pattern": "^[a-z0-9.-]+/v[0-9]+$"}},
    "features": {
      "type": "object",
      "properties": {
        "required": {"type": "array", "items": {"type": "string"}},
        "wanted": {"type": "array", "items": {"type": "string"}}
      }
    },
    "isolation": {"type": "string", "enum": ["local", "remote"]},
    "outlivesRestart": {"type": "boolean"},
    "status": {"type": "string", "enum": ["alpha", "beta", "stable"]},
    "security_posture": {"type": "string"},
    "schemas": {
      "type": "object",
      "additionalProperties": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}
    },
    "runner": {
      "type": "object",
      "properties": {
        "user": {"type": "string", "minLength": 1},
        "groups": {"type": "array", "maxItems": 32, "items": {"type": "string", "minLength": 1}},
        "capabilities": {"type": "array", "items": {"type": "string", "pattern": "^CAP_[A-Z_]+$"}},
        "read": {"type": "array", "items": {"type": "string", "pattern": "^/"}},
        "write": {"type": "array", "items": {"type": "string", "pattern": "^/"}},
        "execute": {"type": "array", "items": {"type": "string", "pattern": "^/"}},
        "memoryMiB": {"type": "integer", "minimum": 8, "maximum": 65536},
        "cpuPercent": {"type": "integer", "minimum": 1, "maximum": 100}
      }
    },
    "command": {
      "type": "object",
      "required": ["name", "help"],
      "properties": {
        "name": {"type": "string", "pattern": "^[a-z][-a-z0-9]*$", "maxLength": 30},
        "help": {"type": "string", "minLength": 1, "maxLength": 200}
      }
    },
    "pages": {
      "type": "array",
      "maxItems": 50,
      "items": {
        "type": "object",
        "required": ["name", "title", "help"],
        "properties": {
          "name": {"type": "string", "pattern": "^[a-z][-a-z0-9]*$", "maxLength": 30},
          "title": {"type": "string", "minLength": 1, "maxLength": 100},
          "help": {"type": "string", "minLength": 1, "maxLength": 200},
          "refresh": {"type": "integer", "minimum": 1, "maximum": 3600},
          "proposes": {"type": "boolean"},
          "argument": {
            "type": "object",
            "required": ["name", "help"],
            "properties": {
              "name": {"type": "string", "pattern": "^[a-z][-a-z0-9]*$", "maxLength": 30},
              "help": {"type": "string", "minLength": 1, "maxLength": 200},
              "required": {"type": "boolean"},
              "kind": {"type": "string", "minLength": 1},
              "topic": {"type": "string", "pattern": "^[a-z0-9.-]+/v[0-9]+$"},
              "values": {"type": "array", "items": {"type": "string"}}
            }
          }
        }
      }
    },
    "helpers": {
      "type": "array",
      "maxItems": 10,
      "items": {
        "type": "object",
        "required": ["name", "help", "program"],
        "properties": {
          "name": {"type": "string", "pattern": "^[a-z][-a-z0-9]*$", "maxLength": 30},
          "help": {"type": "string", "minLength": 1, "maxLength": 200},
          "program": {"type": "string", "pattern": "^[a-z0-9][-a-z0-9._]*$"},
          "needsStopped": {"type": "boolean"}
        }
      }
    },
    "facts": {
      "type": "array",
      "maxItems": 20,
      "items": {
        "type": "object",
        "required": ["name", "topic", "field"],
        "properties": {
          "name": {"type": "string", "pattern": "^[a-z][-a-z0-9]*(\\.[a-z][-a-z0-9]*)+$", "maxLength": 100},
          "topic": {"type": "string", "pattern": "^[a-z0-9.-]+/v[0-9]+$"},
          "field": {"type": "string", "minLength": 1}
        }
      }
    },
    "config": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}
  }
})json";

QStringList texts(const QJsonValue& list) {
    QStringList result;
    const QJsonArray array = list.toArray();
    for (const QJsonValue& item : array) result.append(item.toString());
    return result;
}

RunnerRights runnerRights(const QJsonObject& json) {
    RunnerRights rights;
    rights.user = json.value(QLatin1String("user")).toString();
    rights.groups = texts(json.value(QLatin1String("groups")));
    rights.capabilities = texts(json.value(QLatin1String("capabilities")));
    rights.read = texts(json.value(QLatin1String("read")));
    rights.write = texts(json.value(QLatin1String("write")));
    rights.execute = texts(json.value(QLatin1String("execute")));
    rights.memoryMiB = json.value(QLatin1String("memoryMiB")).toInt();
    rights.cpuPercent = json.value(QLatin1String("cpuPercent")).toInt();
    return rights;
}

std::vector<FactSource> factsOf(const QJsonArray& list) {
    std::vector<FactSource> facts;
    for (const QJsonValue item : list) {
        const QJsonObject fact = item.toObject();
        facts.push_back({fact.value(QLatin1String("name")).toString(), fact.value(QLatin1String("topic")).toString(),
                         fact.value(QLatin1String("field")).toString()});
    }
    return facts;
}

/// A rule that the schema cannot express: a fact is a field of the plugin's own topics.
std::optional<Error> checkFacts(const PluginMetadata& metadata) {
    for (std::size_t i = 0; i < metadata.facts.size(); ++i)
        if (!metadata.publishes.contains(metadata.facts[i].topic))
            return Error{ErrorCode::Refused, QStringLiteral("%1 is not in \"publishes\"").arg(metadata.facts[i].topic),
                         QStringLiteral("facts[%1].topic").arg(i)};
    return std::nullopt;
}

/// A rule that the schema cannot express: pages and helpers are subcommands, so they need a command and unique names.
std::optional<Error> checkCommand(const PluginMetadata& metadata) {
    if (metadata.command.isEmpty() && !metadata.pages.isEmpty())
        return Error{ErrorCode::Refused, QStringLiteral("is required when there are pages"), QStringLiteral("command")};
    if (metadata.command.isEmpty() && !metadata.helpers.isEmpty())
        return Error{ErrorCode::Refused, QStringLiteral("is required when there are helpers"),
                     QStringLiteral("command")};
    QStringList names;
    for (const QJsonArray& list : {metadata.pages, metadata.helpers}) {
        for (const QJsonValue item : list) {
            const QString name = item.toObject().value(QLatin1String("name")).toString();
            if (names.contains(name))
                return Error{ErrorCode::Refused, QStringLiteral("two pages or helpers are named \"%1\"").arg(name),
                             QStringLiteral("pages")};
            names.append(name);
        }
    }
    return std::nullopt;
}

}  // namespace

QString toText(Isolation isolation) {
    switch (isolation) {
        case Isolation::Local: return QStringLiteral("local");
        case Isolation::Remote: return QStringLiteral("remote");
        case Isolation::Unknown: break;
    }
    return {};
}

Isolation isolationFromText(const QString& text) {
    if (text == QLatin1String("local")) return Isolation::Local;
    return text == QLatin1String("remote") ? Isolation::Remote : Isolation::Unknown;
}

bool PluginMetadata::hasPage(const QString& name) const {
    return std::any_of(pages.begin(), pages.end(), [&name](const QJsonValue& page) {
        return page.toObject().value(QLatin1String("name")).toString() == name;
    });
}

bool PluginMetadata::mayUse(const QString& iid) const {
    return requiredFeatures.contains(iid) || wantedFeatures.contains(iid);
}

tl::expected<PluginMetadata, Errors> checkPluginMetadata(const QJsonObject& raw, const QString& file) {
    const auto refuse = [&](const QString& message, const QString& path = {}) {
        return tl::unexpected<Errors>(Errors{{ErrorCode::Refused, message, path}});
    };
    const QString iid = raw.value(QLatin1String("IID")).toString();
    if (iid.isEmpty()) return refuse(QStringLiteral("is not a Qt plugin"));
    if (iid != QLatin1String(FOS1_PLUGIN_IID))
        return refuse(QStringLiteral("implements \"%1\"; this host loads \"%2\"").arg(iid, FOS1_PLUGIN_IID),
                      QStringLiteral("IID"));

    const QJsonObject json = raw.value(QLatin1String("MetaData")).toObject();
    const auto schema = schema::JsonSchema::compile(QJsonDocument::fromJson(kSchema).object());
    Q_ASSERT(schema.has_value());
    Errors findings = schema->validate(QCborMap::fromJsonObject(json));
    if (!findings.empty()) return tl::unexpected<Errors>(std::move(findings));

    const QStringList sdk = json.value(QLatin1String("sdk")).toString().split(u'.');
    if (sdk[0].toInt() != FOS1_SDK_MAJOR || sdk[1].toInt() > FOS1_SDK_MINOR)
        return refuse(QStringLiteral("was built against SDK %1; this host offers %2.%3")
                          .arg(json.value(QLatin1String("sdk")).toString())
                          .arg(FOS1_SDK_MAJOR)
                          .arg(FOS1_SDK_MINOR),
                      QStringLiteral("sdk"));

    const QJsonObject features = json.value(QLatin1String("features")).toObject();
    PluginMetadata metadata;
    metadata.file = file;
    metadata.id = json.value(QLatin1String("id")).toString();
    metadata.version = json.value(QLatin1String("version")).toString();
    metadata.description = json.value(QLatin1String("description")).toString();
    metadata.sdkMinor = sdk[1].toInt();
    metadata.kinds = texts(json.value(QLatin1String("kinds")));
    metadata.publishes = texts(json.value(QLatin1String("publishes")));
    metadata.subscribes = texts(json.value(QLatin1String("subscribes")));
    metadata.facts = factsOf(json.value(QLatin1String("facts")).toArray());
    if (auto problem = checkFacts(metadata)) return tl::unexpected<Errors>(Errors{std::move(*problem)});
    metadata.requiredFeatures = texts(features.value(QLatin1String("required")));
    metadata.wantedFeatures = texts(features.value(QLatin1String("wanted")));
    metadata.isolation = isolationFromText(json.value(QLatin1String("isolation")).toString());
    metadata.outlivesRestart = json.value(QLatin1String("outlivesRestart")).toBool();
    metadata.maturity = json.value(QLatin1String("status")).toString(QStringLiteral("alpha"));
    metadata.securityPosture = json.value(QLatin1String("security_posture")).toString();
    metadata.configSchema = json.value(QLatin1String("config")).toObject();
    metadata.topicSchemas = json.value(QLatin1String("schemas")).toObject();
    metadata.command = json.value(QLatin1String("command")).toObject();
    metadata.pages = json.value(QLatin1String("pages")).toArray();
    metadata.helpers = json.value(QLatin1String("helpers")).toArray();
    // A plugin that offers pages gets the reply feature without requesting it.
    if (!metadata.pages.isEmpty()) metadata.wantedFeatures.append(QString::fromLatin1(IPageReplies::kIid));
    if (auto problem = checkCommand(metadata)) return tl::unexpected<Errors>(Errors{std::move(*problem)});
    metadata.runner = runnerRights(json.value(QLatin1String("runner")).toObject());
    return metadata;
}

Result<void> checkPluginFile(const QString& file) {
    struct stat info {};
    if (::stat(QFile::encodeName(file).constData(), &info) != 0)
        return failure(ErrorCode::Io, QStringLiteral("cannot be read"), file);
    if (!S_ISREG(info.st_mode)) return failure(ErrorCode::Refused, QStringLiteral("is not a regular file"), file);
    if (info.st_uid != 0 && info.st_uid != geteuid())
        return failure(ErrorCode::Refused,
                       QStringLiteral("belongs to user %1, not to root or the host's user").arg(info.st_uid), file);
    const bool isGroupOurs = info.st_gid == 0 || info.st_gid == getegid();
    if ((info.st_mode & S_IWOTH) != 0 || ((info.st_mode & S_IWGRP) != 0 && !isGroupOurs))
        return failure(ErrorCode::Refused, QStringLiteral("is writable by others"), file);
    return {};
}

tl::expected<PluginMetadata, Errors> readPluginMetadata(const QString& file) {
    if (const auto safe = checkPluginFile(file); !safe) return tl::unexpected<Errors>(Errors{safe.error()});
    return checkPluginMetadata(QPluginLoader(file).metaData(), file);
}

}  // namespace fos1::host
