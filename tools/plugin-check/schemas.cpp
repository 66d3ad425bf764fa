// SPDX-License-Identifier: GPL-2.0-or-later
#include "schemas.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

#include "layout.h"
#include "yaml_document.h"

namespace fos1::check {

namespace {

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QString around(const char* relative) {
    return QDir::cleanPath(QCoreApplication::applicationDirPath() + QStringLiteral("/../") + QLatin1String(relative));
}

/// The schema of `version` in one CRD.
QJsonObject schemaIn(const QJsonObject& crd, const QString& version) {
    const QJsonArray versions = crd.value(u"spec").toObject().value(u"versions").toArray();
    for (const QJsonValue& item : versions)
        if (item.toObject().value(u"name").toString() == version)
            return item.toObject().value(u"schema").toObject().value(u"openAPIV3Schema").toObject();
    return {};
}

}  // namespace

SchemaPlaces installedSchemas() { return {around(FOS1_SCHEMA_DIR), around(FOS1_CRD_DIR)}; }

QJsonObject topicSchema(const QJsonObject& metadata, const SchemaPlaces& places, const QString& topic) {
    const QJsonObject own = metadata.value(u"schemas").toObject().value(topic).toObject();
    if (!own.isEmpty()) return own;
    const QString name = QString(topic).replace(u'/', u'.') + QStringLiteral(".json");
    return QJsonDocument::fromJson(contentOf(places.topics + u'/' + name)).object();
}

QJsonObject specSchema(const SchemaPlaces& places, const QString& kind) {
    const QString group = kind.section(u'/', 0, 0);
    const QDir directory(places.crds);
    for (const QString& name : directory.entryList({QStringLiteral("*.yaml")}, QDir::Files, QDir::Name)) {
        const auto documents = yaml::parse(contentOf(directory.filePath(name)), name);
        if (!documents) continue;
        for (const yaml::Document& document : *documents) {
            const QJsonObject crd = document.value.toJsonObject();
            const QJsonObject spec = crd.value(u"spec").toObject();
            if (spec.value(u"group").toString() != group) continue;
            if (spec.value(u"names").toObject().value(u"kind").toString() != kind.section(u'/', -1)) continue;
            return schemaIn(crd, kind.section(u'/', 1, 1)).value(u"properties").toObject().value(u"spec").toObject();
        }
    }
    return {};
}

}  // namespace fos1::check
