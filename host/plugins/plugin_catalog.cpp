// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/plugin_catalog.h"

#include <QDir>
#include <QFileInfo>

#include "config.h"
#include "directory_names.h"
#include "host_paths.h"
#include "json_schema.h"
#include "node/fact.h"
#include "plugins/powers.h"

namespace fos1::host {

namespace {

using Found = std::map<QString, Result<PluginMetadata>>;

void refuse(PluginRecord& record, const QString& reason) {
    record.state = PluginState::Refused;
    record.reason = reason;
}

/// Reads the metadata of every shared object, by plugin id. The file name is irrelevant. `unread`: directories that
/// could not be read, with the reason.
Found findAll(const QStringList& directories, QStringList& unread) {
    Found found;
    for (const QString& directory : directories) {
        const auto names = namesIn(directory);
        if (!names) unread.append(names.error().text());
        for (const QString& name : names.value_or(QStringList())) {
            if (name.startsWith(u'.') || !name.endsWith(QStringLiteral(".so"))) continue;
            const QFileInfo file(QDir(directory).filePath(name));
            auto metadata = readPluginMetadata(file.absoluteFilePath());
            if (!metadata) {
                found.emplace(file.completeBaseName(),
                              failure(ErrorCode::Refused, joined(metadata.error()), file.absoluteFilePath()));
                continue;
            }
            const QString id = metadata->id;
            const auto same = found.find(id);
            if (same == found.end())
                found.emplace(id, *metadata);
            else if (same->second)
                same->second = failure(ErrorCode::Refused, QStringLiteral("two files have the id \"%1\": %2 and %3")
                                                               .arg(id, same->second->file, metadata->file));
        }
    }
    return found;
}

/// A third-party plugin runs in a process of its own, whatever its metadata requests, unless the operator configures it
/// otherwise.
Isolation isolationOf(const PluginRecord& record, const PluginIsolation& configured) {
    if (configured.mode != Isolation::Unknown) return configured.mode;
    if (!record.isOurs) return Isolation::Remote;
    return record.metadata.isolation == Isolation::Unknown ? Isolation::Local : record.metadata.isolation;
}

bool isInOwnDirectory(const QString& file) {
    const QString own = QFileInfo(installedPath(QStringLiteral(FOS1_PLUGIN_DIR))).canonicalFilePath();
    return QFileInfo(QFileInfo(file).absolutePath()).canonicalFilePath() == own;
}

void describe(PluginRecord& record, const HostConfig& config, const Found& found, const QStringList& unread) {
    const auto it = found.find(record.id);
    if (it == found.end())
        return refuse(record,
                      QStringLiteral("no plugin with the id \"%1\" in %2%3")
                          .arg(record.id, config.pluginDirs.join(u", "),
                               unread.isEmpty() ? QString() : QStringLiteral(" (") + unread.join(u", ") + u')'));
    if (!it->second) return refuse(record, it->second.error().text());
    record.metadata = *it->second;
    const auto configured = config.isolation.find(record.id);
    const PluginIsolation isolation = configured == config.isolation.end() ? PluginIsolation() : configured->second;
    record.isOurs = isInOwnDirectory(record.metadata.file);
    record.isolation = isolationOf(record, isolation);
    record.granted = isolation.granted;
    if (!record.isOurs) {
        PowerCheck check = withholdPowers(record.metadata, isolation.powers);
        if (!check.refusal.isEmpty()) return refuse(record, check.refusal);
        record.withheld = std::move(check.withheld);
    }
    for (const QString& iid : record.metadata.requiredFeatures)
        if (!PluginFacade::offeredFeatures().contains(iid))
            return refuse(record, QStringLiteral("requires the feature \"%1\"; this host offers %2")
                                      .arg(iid, PluginFacade::offeredFeatures().join(u", ")));
}

/// A topic has one publisher. Our own plugins take precedence, then the order of the ids decides.
void refuseSharedTopics(const std::vector<std::unique_ptr<PluginRecord>>& records) {
    std::map<QString, QString> owners;
    for (const bool isOurs : {true, false}) {
        for (const auto& record : records) {
            if (record->isOurs != isOurs || record->state == PluginState::Refused) continue;
            const QStringList& topics = record->metadata.publishes;
            if (topics.contains(QLatin1String(node::Fact::kTopic))) {
                refuse(*record, QStringLiteral("publishes %1, which belongs to the host; provide a fact by \"facts\"")
                                    .arg(QLatin1String(node::Fact::kTopic)));
                continue;
            }
            const auto taken = std::find_if(topics.begin(), topics.end(),
                                            [&](const QString& topic) { return owners.contains(topic); });
            if (taken != topics.end()) {
                refuse(*record,
                       QStringLiteral("publishes %1, which belongs to plugin \"%2\"").arg(*taken, owners.at(*taken)));
                continue;
            }
            for (const QString& topic : topics) owners.emplace(topic, record->id);
        }
    }
}

}  // namespace

CatalogResult catalogPlugins(const HostConfig& config) {
    CatalogResult result;
    QStringList unread;
    const Found found = findAll(config.pluginDirs, unread);
    for (const auto& [id, section] : config.plugins) {
        PluginRecord& record = *result.records.emplace_back(std::make_unique<PluginRecord>());
        record.id = id;
        describe(record, config, found, unread);
    }
    refuseSharedTopics(result.records);
    for (const auto& record : result.records) {
        if (record->state == PluginState::Refused) continue;
        // That is the plugin's mistake, not one in host.yaml.
        if (const auto schema = schema::JsonSchema::compile(record->metadata.configSchema); !schema) {
            refuse(*record, QStringLiteral("the schema of its configuration is wrong: ") + schema.error().text());
            continue;
        }
        auto configuration = checkPluginSection(config, record->id, record->metadata.configSchema);
        if (configuration)
            record->configuration = *configuration;
        else
            result.errors.insert(result.errors.end(), configuration.error().begin(), configuration.error().end());
    }
    return result;
}

}  // namespace fos1::host
