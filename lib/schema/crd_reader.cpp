// SPDX-License-Identifier: GPL-2.0-or-later
// Field names are those of CustomResourceDefinitionSpec (apiextensions.k8s.io/v1).
#include "crd_reader.h"

#include <QJsonObject>

#include "fos1/cbor_reader.h"

namespace fos1::schema {
namespace {

const QString kWithdrawFirst = QStringLiteral("fos1.io/withdraw-first");
const QString kNodeDetail = QStringLiteral("fos1.io/node-detail");

/// The root schema with the fields that every object has. admit() checks their content.
QJsonObject withObjectFields(QJsonObject schema) {
    QJsonObject properties = schema[u"properties"].toObject();
    const QJsonObject text{{QStringLiteral("type"), QStringLiteral("string")}};
    properties[u"apiVersion"] = text;
    properties[u"kind"] = text;
    properties[u"metadata"] = QJsonObject{{QStringLiteral("type"), QStringLiteral("object")},
                                          {QStringLiteral("x-kubernetes-preserve-unknown-fields"), true}};
    schema[u"properties"] = properties;
    return schema;
}

std::vector<PrinterColumn> columnsOf(const CborReader& version) {
    std::vector<PrinterColumn> columns;
    for (const CborReader& column : version.children(QStringLiteral("additionalPrinterColumns")))
        columns.push_back({column.text(QStringLiteral("name")), column.text(QStringLiteral("type")),
                           column.text(QStringLiteral("jsonPath"))});
    return columns;
}

std::vector<QString> textsOf(const QCborArray& list) {
    std::vector<QString> texts;
    for (const QCborValue& value : list) texts.push_back(value.toString());
    return texts;
}

}  // namespace

Result<std::vector<ResourceKind>> readCrd(const yaml::Document& document) {
    const auto refuse = [&](const QString& path, const QString& message) {
        return failure(ErrorCode::InvalidInput, path + QStringLiteral(": ") + message, document.locate(path));
    };
    Errors errors;
    const CborReader root(document.value, {}, &errors);
    if (root.text(QStringLiteral("apiVersion")) != u"apiextensions.k8s.io/v1")
        return refuse(QStringLiteral("apiVersion"), QStringLiteral("must be \"apiextensions.k8s.io/v1\""));
    if (root.text(QStringLiteral("kind")) != u"CustomResourceDefinition")
        return refuse(QStringLiteral("kind"), QStringLiteral("must be \"CustomResourceDefinition\""));

    const CborReader spec = root.child(QStringLiteral("spec"));
    const CborReader names = spec.child(QStringLiteral("names"));
    const QString group = spec.text(QStringLiteral("group"));
    const QString kind = names.text(QStringLiteral("kind"));
    const QString plural = names.text(QStringLiteral("plural"));
    if (group.isEmpty() || kind.isEmpty() || plural.isEmpty())
        return refuse(QStringLiteral("spec"), QStringLiteral("needs group, names.kind and names.plural"));
    const QString name = root.child(QStringLiteral("metadata")).text(QStringLiteral("name"));
    if (name != plural + u'.' + group)
        return refuse(QStringLiteral("metadata.name"), QStringLiteral("must be \"%1.%2\"").arg(plural, group));

    const CborReader annotations = root.child(QStringLiteral("metadata")).child(QStringLiteral("annotations"));
    const bool isWithdrawnFirst = annotations.text(kWithdrawFirst) == u"true";
    std::vector<ResourceKind> kinds;
    for (const CborReader& version : spec.children(QStringLiteral("versions"))) {
        if (!version.boolean(QStringLiteral("served"))) continue;
        const CborReader schema = version.child(QStringLiteral("schema")).child(QStringLiteral("openAPIV3Schema"));
        auto compiled = JsonSchema::compile(withObjectFields(schema.map().toJsonObject()));
        if (!compiled) {
            const QString path = schema.path() + u'.' + compiled.error().path;
            return refuse(path, compiled.error().message);
        }
        ResourceKind served{group + u'/' + version.text(QStringLiteral("name")),
                            kind,
                            plural,
                            names.text(QStringLiteral("singular"), kind.toLower()),
                            textsOf(names.array(QStringLiteral("shortNames"))),
                            spec.text(QStringLiteral("scope")) != u"Cluster",
                            columnsOf(version),
                            std::move(*compiled),
                            schema.child(QStringLiteral("properties")).child(QStringLiteral("status")).map(),
                            isWithdrawnFirst,
                            annotations.text(kNodeDetail)};
        const bool isStored = version.boolean(QStringLiteral("storage"));
        kinds.insert(isStored ? kinds.begin() : kinds.end(), std::move(served));
    }
    if (!errors.empty()) return refuse(errors.front().path, errors.front().message);
    if (kinds.empty()) return refuse(QStringLiteral("spec.versions"), QStringLiteral("no version is served"));
    return kinds;
}

}  // namespace fos1::schema
