// SPDX-License-Identifier: GPL-2.0-or-later
#include "static_checks.h"

#include <QPluginLoader>

#include "elf_exports.h"
#include "fos1/features/pages.h"
#include "fos1/plugin.h"
#include "json_schema.h"

namespace fos1::check {

namespace {

const QStringList& knownFeatures() {
    static const QStringList features{IBus::kIid,        IStatus::kIid,      IStatusFeed::kIid,
                                      IMetrics::kIid,    IEvents::kIid,      IEventFeed::kIid,
                                      ISpecSource::kIid, ISpecCatalog::kIid, IPageReplies::kIid};
    return features;
}

/// Members that the host does not require, but that operators need.
QStringList missingParts(const host::PluginMetadata& metadata, const QJsonObject& json) {
    QStringList missing;
    if (metadata.description.isEmpty()) missing.append(QStringLiteral("\"description\", one sentence for operators"));
    if (metadata.securityPosture.isEmpty())
        missing.append(QStringLiteral("\"security_posture\", one sentence for auditors"));
    if (!json.contains(QLatin1String("status")))
        missing.append(QStringLiteral("\"status\", which is alpha, beta or stable"));
    return missing;
}

QStringList unknownFeatures(const host::PluginMetadata& metadata) {
    QStringList unknown;
    for (const QString& iid : metadata.requiredFeatures + metadata.wantedFeatures)
        if (!knownFeatures().contains(iid)) unknown.append(iid);
    return unknown;
}

}  // namespace

Finding checkMetadata(const QString& file) {
    const QString check = QStringLiteral("metadata");
    const auto metadata = host::readPluginMetadata(file);
    if (!metadata)
        return failed(check, joined(metadata.error()),
                      QStringLiteral("docs/writing-a-plugin.md explains the keys of plugin.json"));
    const QJsonObject json = QPluginLoader(file).metaData().value(u"MetaData").toObject();
    if (const QStringList missing = missingParts(*metadata, json); !missing.isEmpty())
        return failed(check, QStringLiteral("lacks ") + missing.join(QStringLiteral("; ")),
                      QStringLiteral("add it to plugin.json"));
    if (const QStringList unknown = unknownFeatures(*metadata); !unknown.isEmpty())
        return failed(check, QStringLiteral("requests unknown features: ") + unknown.join(QStringLiteral(", ")),
                      QStringLiteral("known features: ") + knownFeatures().join(QStringLiteral(", ")));
    if (!metadata->configSchema.isEmpty()) {
        if (const auto schema = schema::JsonSchema::compile(metadata->configSchema); !schema)
            return failed(check, QStringLiteral("config: ") + schema.error().text(),
                          QStringLiteral("\"config\" is a JSON schema"));
    }
    return passed(check, QStringLiteral("%1 %2, SDK 1.%3, complete and valid")
                             .arg(metadata->id, metadata->version)
                             .arg(metadata->sdkMinor));
}

Finding checkExports(const QString& file) {
    const QString check = QStringLiteral("exports");
    const auto symbols = exportedSymbols(file);
    if (!symbols) return failed(check, symbols.error().text(), QStringLiteral("pass a plugin's .so file"));
    const QStringList wanted{QStringLiteral("qt_plugin_instance"), QStringLiteral("qt_plugin_query_metadata_v2")};
    if (*symbols == wanted) return passed(check, QStringLiteral("Qt's two symbols and nothing else"));
    QStringList others;
    for (const QString& symbol : *symbols)
        if (!wanted.contains(symbol)) others.append(symbol);
    if (others.isEmpty())
        return failed(check, QStringLiteral("lacks ") + wanted.join(QStringLiteral(" or ")),
                      QStringLiteral("its class needs Q_OBJECT and Q_PLUGIN_METADATA, and moc must see it"));
    constexpr qsizetype kShown = 5;
    const QString list = others.mid(0, kShown).join(QStringLiteral(", "));
    const QString more = others.size() > kShown ? QStringLiteral(" …") : QString();
    return failed(check, QStringLiteral("%1 symbols besides Qt's two: %2%3").arg(others.size()).arg(list, more),
                  QStringLiteral("build it with fos1_add_plugin(), which hides them"));
}

Finding checkConfiguration(const host::PluginMetadata& metadata, const QCborMap& section, QCborMap* withDefaults) {
    const QString check = QStringLiteral("config");
    *withDefaults = section;
    if (metadata.configSchema.isEmpty())
        return section.isEmpty() ? passed(check, QStringLiteral("the plugin has no options"))
                                 : failed(check, QStringLiteral("the plugin has no options, but --config sets some"),
                                          QStringLiteral("describe them under \"config\" in plugin.json"));
    const auto schema = schema::JsonSchema::compile(metadata.configSchema);
    if (!schema) return failed(check, schema.error().text(), QStringLiteral("\"config\" is a JSON schema"));
    if (const Errors errors = schema->validate(section); !errors.empty())
        return failed(check, joined(errors), QStringLiteral("pass the plugin's section of host.yaml with --config"));
    *withDefaults = schema->withDefaults(section).toMap();
    return passed(check, QStringLiteral("matches its schema"));
}

}  // namespace fos1::check
