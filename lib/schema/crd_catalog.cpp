// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the directory, finds kinds and admits objects.
#include "crd_catalog.h"

#include <QDir>
#include <QFile>
#include <QStringList>

#include "closest_word.h"
#include "core_kinds.h"
#include "crd_reader.h"
#include "directory_names.h"
#include "object_metadata.h"

namespace fos1::schema {
namespace {

const QString kApiVersion = QStringLiteral("apiVersion");
const QString kKind = QStringLiteral("kind");
const QString kMetadata = QStringLiteral("metadata");
const QString kStatus = QStringLiteral("status");

bool isSame(const QString& a, const QString& b) { return a.compare(b, Qt::CaseInsensitive) == 0; }

Error wrong(const QString& path, const QString& message) { return {ErrorCode::InvalidInput, message, path}; }

/// The error for a kind `kind` that does not exist in `apiVersion`.
Error unknownKind(const std::vector<ResourceKind>& kinds, const QString& apiVersion, const QString& kind) {
    std::vector<QString> versionsOfKind;
    std::vector<QString> kindsOfVersion;
    std::vector<QString> versions;
    for (const ResourceKind& known : kinds) {
        if (known.kind == kind) versionsOfKind.push_back(known.apiVersion);
        if (known.apiVersion == apiVersion) kindsOfVersion.push_back(known.kind);
        versions.push_back(known.apiVersion);
    }
    if (!versionsOfKind.empty())
        return wrong(
            kApiVersion,
            QStringLiteral("must be \"%1\" for kind %2, is \"%3\"").arg(versionsOfKind.front(), kind, apiVersion));
    if (!kindsOfVersion.empty())
        return wrong(kKind, QStringLiteral("unknown kind \"%1\" of %2").arg(kind, apiVersion) +
                                suggestion(kind, kindsOfVersion));
    return wrong(kApiVersion,
                 QStringLiteral("unknown apiVersion \"%1\"").arg(apiVersion) + suggestion(apiVersion, versions));
}

/// The text of a field that is required in every object.
QString requiredText(const QCborMap& object, const QString& field, Errors& errors) {
    const QCborValue value = object.value(field);
    if (value.isUndefined() || value.isNull())
        errors.push_back(wrong(field, QStringLiteral("is required")));
    else if (!value.isString())
        errors.push_back(wrong(field, QStringLiteral("must be text")));
    return value.toString();
}

}  // namespace

Result<CrdCatalog> CrdCatalog::load(const QString& directory) {
    const QDir dir(directory);
    const auto names = namesIn(directory);
    if (!names && names.error().code == ErrorCode::NotFound)
        return failure(ErrorCode::NotFound, QStringLiteral("no such directory"), directory);
    if (!names) return tl::unexpected(names.error());
    CrdCatalog catalog;
    for (const QString& name : *names) {
        if (name.startsWith(u'.') || !name.endsWith(QStringLiteral(".yaml"))) continue;
        QFile file(dir.filePath(name));
        if (!file.open(QIODevice::ReadOnly)) return failure(ErrorCode::Io, file.errorString(), file.fileName());
        auto documents = yaml::parse(file.readAll(), file.fileName());
        if (!documents) return tl::unexpected(documents.error());
        for (const yaml::Document& document : *documents) {
            auto kinds = readCrd(document);
            if (!kinds) return tl::unexpected(kinds.error());
            for (ResourceKind& kind : *kinds) {
                if (catalog.find(kind.apiVersion, kind.kind))
                    return failure(
                        ErrorCode::Conflict,
                        QStringLiteral("%1 %2 is already defined by another file").arg(kind.apiVersion, kind.kind),
                        document.locate({}));
                catalog.m_kinds.push_back(std::move(kind));
            }
        }
    }
    for (ResourceKind& kind : coreKinds()) catalog.m_kinds.push_back(std::move(kind));
    return catalog;
}

const ResourceKind* CrdCatalog::find(const QString& name) const {
    for (const ResourceKind& kind : m_kinds) {
        const auto isShort = [&](const QString& shortName) { return isSame(shortName, name); };
        if (isSame(kind.kind, name) || isSame(kind.plural, name) || isSame(kind.singular, name) ||
            std::any_of(kind.shortNames.begin(), kind.shortNames.end(), isShort))
            return &kind;
    }
    return nullptr;
}

const ResourceKind* CrdCatalog::find(const QString& apiVersion, const QString& kind) const {
    for (const ResourceKind& known : m_kinds)
        if (known.apiVersion == apiVersion && known.kind == kind) return &known;
    return nullptr;
}

tl::expected<QCborMap, Errors> CrdCatalog::admit(const QCborMap& object) const {
    Errors errors;
    const QString apiVersion = requiredText(object, kApiVersion, errors);
    const QString kindName = requiredText(object, kKind, errors);
    if (!errors.empty()) return tl::unexpected(std::move(errors));
    const ResourceKind* kind = find(apiVersion, kindName);
    if (!kind) return tl::unexpected(Errors{unknownKind(m_kinds, apiVersion, kindName)});

    const auto metadata = admitMetadata(object, kind->namespaced);
    if (!metadata) errors = metadata.error();

    QCborMap body = object;
    body.remove(kStatus);
    body.insert(kMetadata, QCborMap());  // its mistakes are already reported
    const QCborMap complete = kind->schema.withDefaults(body).toMap();
    for (Error& error : kind->schema.validate(complete)) errors.push_back(std::move(error));
    if (!errors.empty()) return tl::unexpected(std::move(errors));

    QCborMap admitted{{kApiVersion, apiVersion}, {kKind, kindName}, {kMetadata, *metadata}};
    for (const auto& [key, value] : complete)
        if (!admitted.contains(key)) admitted.insert(key, value);
    return admitted;
}

}  // namespace fos1::schema
