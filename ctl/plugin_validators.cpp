// SPDX-License-Identifier: GPL-2.0-or-later
// Reads metadata without loading a plugin's code, so that only the needed plugins are loaded.
#include "plugin_validators.h"

#include <QCborArray>
#include <QDir>
#include <QJsonArray>
#include <QJsonObject>
#include <QPluginLoader>

#include "fos1/iplugin.h"

namespace fos1::ctl {

PluginValidators::PluginValidators(QString directory) : m_directory(std::move(directory)) {}

PluginValidators::~PluginValidators() = default;

IValidator* PluginValidators::find(const QString& kind) {
    const auto found = m_validators.find(kind);
    if (found != m_validators.end()) return found->second;
    return m_validators[kind] = load(kind);
}

IValidator* PluginValidators::load(const QString& kind) {
    const QDir directory(m_directory);
    for (const QString& name : directory.entryList({QStringLiteral("*.so")}, QDir::Files, QDir::Name)) {
        auto loader = std::make_unique<QPluginLoader>(directory.filePath(name));
        const QJsonObject root = loader->metaData();
        if (root.value(u"IID").toString() != QLatin1String(FOS1_PLUGIN_IID)) continue;
        if (!root.value(u"MetaData").toObject().value(u"kinds").toArray().contains(kind)) continue;
        auto* plugin = qobject_cast<IPlugin*>(loader->instance());
        if (!plugin) {
            m_errors.push_back({ErrorCode::Io, loader->errorString(), directory.filePath(name)});
            continue;
        }
        m_loaders.push_back(std::move(loader));
        IInterface* validator = plugin->query(QString::fromLatin1(IValidator::kIid));
        if (validator) return static_cast<IValidator*>(validator);
    }
    return nullptr;
}

Errors validate(IValidator& validator, const QCborMap& object) {
    Errors errors;
    const QCborMap answer = validator.validate(object);
    for (const QCborValue& error : answer.value(QStringLiteral("errors")).toArray())
        errors.push_back({ErrorCode::InvalidInput, error.toMap().value(QStringLiteral("message")).toString(),
                          error.toMap().value(QStringLiteral("path")).toString()});
    return errors;
}

}  // namespace fos1::ctl
