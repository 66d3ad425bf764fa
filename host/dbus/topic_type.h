// SPDX-License-Identifier: GPL-2.0-or-later
// Derives the typed interface of each topic from its JSON schema. Must not know any topic by name.
#pragma once

#include <QJsonObject>
#include <QString>
#include <map>
#include <string>
#include <vector>

#include "dbus/view_interface.h"
#include "fos1/result.h"

namespace fos1::host::dbus {

/// Its fields are ordered by name.
using TopicType = ViewInterface;

[[nodiscard]] TopicType topicType(const QString& topic, const QJsonObject& schema);

class TopicTypes {
   public:
    /// The first schema of a topic is kept; later ones are ignored.
    void add(const QString& topic, const QJsonObject& schema);

    /// Adds every *.json file of `directory`. A file is named after its topic, with "." for "/": time.sync.v1.json. A
    /// file that is not a JSON object is an error; the others are still added.
    Errors addDirectory(const QString& directory);

    /// Null when the topic has no schema or its schema has no properties.
    [[nodiscard]] const TopicType* find(const QString& topic) const;

   private:
    std::map<QString, TopicType> m_types;
};

}  // namespace fos1::host::dbus
