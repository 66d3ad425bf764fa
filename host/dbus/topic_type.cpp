// SPDX-License-Identifier: GPL-2.0-or-later
#include "dbus/topic_type.h"

#include <QDir>
#include <QJsonDocument>

#include "dbus/dbus_names.h"

namespace fos1::host::dbus {

namespace {
constexpr qint64 kMaxSchemaBytes = 1 << 20;
}

TopicType topicType(const QString& topic, const QJsonObject& schema) {
    TopicType type{topicInterface(topic), {}};
    UniqueNames names;
    const QJsonObject properties = schema.value(QLatin1String("properties")).toObject();
    for (auto it = properties.begin(); it != properties.end(); ++it)
        type.fields.push_back({it.key(), names.take(propertyName(it.key())), typeOfSchema(it.value().toObject())});
    return type;
}

void TopicTypes::add(const QString& topic, const QJsonObject& schema) {
    if (!m_types.contains(topic)) m_types.emplace(topic, topicType(topic, schema));
}

Errors TopicTypes::addDirectory(const QString& directory) {
    Errors errors;
    const QFileInfoList files = QDir(directory).entryInfoList({QStringLiteral("*.json")}, QDir::Files, QDir::Name);
    for (const QFileInfo& info : files) {
        QFile file(info.filePath());
        if (!file.open(QIODevice::ReadOnly)) {
            errors.push_back({ErrorCode::Io, file.errorString(), info.filePath()});
            continue;
        }
        QJsonParseError mistake;
        const QJsonDocument document = QJsonDocument::fromJson(file.read(kMaxSchemaBytes), &mistake);
        QString topic = info.completeBaseName();
        const qsizetype dot = topic.lastIndexOf(u'.');
        if (document.isObject() && dot > 0)
            add(topic.replace(dot, 1, u'/'), document.object());
        else
            errors.push_back({ErrorCode::InvalidInput,
                              dot > 0 ? QStringLiteral("is not a JSON object: %1").arg(mistake.errorString())
                                      : QStringLiteral("is not named like a topic (NAME.v1.json)"),
                              info.filePath()});
    }
    return errors;
}

const TopicType* TopicTypes::find(const QString& topic) const {
    const auto it = m_types.find(topic);
    return it == m_types.end() || it->second.fields.empty() ? nullptr : &it->second;
}

}  // namespace fos1::host::dbus
