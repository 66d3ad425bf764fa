// SPDX-License-Identifier: MIT
#include "fos1/testing/permissions.h"

#include <QJsonArray>

#include "fos1/features/pages.h"

namespace fos1::testing {

namespace {

QStringList texts(const QJsonValue& list) {
    QStringList result;
    const QJsonArray array = list.toArray();
    for (const QJsonValue& item : array) result.append(item.toString());
    return result;
}

// A default applies only inside an object that is present or is a default itself.
QCborMap withDefaults(const QJsonObject& schema, QCborMap value) {
    const QJsonObject properties = schema.value(QLatin1String("properties")).toObject();
    for (auto it = properties.begin(); it != properties.end(); ++it) {
        const QJsonObject property = it.value().toObject();
        QCborValue field = value.value(it.key());
        if (field.isUndefined()) {
            if (!property.contains(QLatin1String("default"))) continue;
            field = QCborValue::fromJsonValue(property.value(QLatin1String("default")));
        }
        if (field.isMap()) field = withDefaults(property, field.toMap());
        value.insert(it.key(), field);
    }
    return value;
}

}  // namespace

Permissions Permissions::fromMetadata(const QJsonObject& metadata) {
    const QJsonObject asked = metadata.value(QLatin1String("features")).toObject();
    QStringList features = texts(asked.value(QLatin1String("required"))) + texts(asked.value(QLatin1String("wanted")));
    if (!metadata.value(QLatin1String("pages")).toArray().isEmpty())
        features.append(QString::fromLatin1(IPageReplies::kIid));
    return {metadata.value(QLatin1String("id")).toString(), texts(metadata.value(QLatin1String("kinds"))),
            texts(metadata.value(QLatin1String("publishes"))), texts(metadata.value(QLatin1String("subscribes"))),
            features};
}

QCborMap withConfigDefaults(const QJsonObject& metadata, const QCborMap& section) {
    return withDefaults(metadata.value(QLatin1String("config")).toObject(), section);
}

}  // namespace fos1::testing
