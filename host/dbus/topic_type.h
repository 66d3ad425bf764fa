// SPDX-License-Identifier: GPL-2.0-or-later
// The typed interface of each topic, made out of its JSON schema. Must not know any topic by name.
#pragma once

#include <QJsonObject>
#include <QString>
#include <map>
#include <string>
#include <vector>

#include "dbus/view_interface.h"
#include "fos1/result.h"

namespace fos1::host::dbus {

/// Its fields are in order.
using TopicType = ViewInterface;

[[nodiscard]] TopicType topicType(const QString& topic, const QJsonObject& schema);

class TopicTypes {
   public:
    /// The first schema of a topic stays.
    void add(const QString& topic, const QJsonObject& schema);

    /// Adds every *.json of `directory`, named like its topic with "." for "/": time.sync.v1.json. A file that is no
    /// JSON object is an error, and the others are added.
    Errors addDirectory(const QString& directory);

    /// Null when the topic has no schema, or one without properties.
    [[nodiscard]] const TopicType* find(const QString& topic) const;

   private:
    std::map<QString, TopicType> m_types;
};

}  // namespace fos1::host::dbus
