// SPDX-License-Identifier: GPL-2.0-or-later
// Derives D-Bus object paths, interfaces and properties from plugin ids, topics, keys and field names. Pure. Must not
// know any of them by name.
#pragma once

#include <QString>
#include <map>
#include <string>

namespace fos1::host::dbus {

constexpr const char* kServiceName = "io.fos1.Host1";
constexpr const char* kRootPath = "/io/fos1/Host1";
constexpr const char* kHostInterface = "io.fos1.Host1";
constexpr const char* kPluginInterface = "io.fos1.Plugin1";
constexpr const char* kTopicInterface = "io.fos1.Topic1";

/// Injective: every character other than an ASCII letter or digit becomes the hex digits of its UTF-8 bytes, each byte
/// after "_" (sd_bus_path_encode(3)).
[[nodiscard]] std::string pluginPath(const QString& id);

/// "time.sync/v1" becomes io.fos1.TimeSync1. Never returns the name of one of the interfaces above.
[[nodiscard]] std::string topicInterface(const QString& topic);

/// "offset_ns" becomes OffsetNs.
[[nodiscard]] std::string propertyName(const QString& field);

/// Makes names unique: the second use of a name gets the suffix "_2", the third "_3", and so on.
class UniqueNames {
   public:
    std::string take(const std::string& wanted);

   private:
    std::map<std::string, int> m_taken;  ///< last suffix used, by name
};

/// The readable object paths of topic values. ("a.weather/v1", "my-town") becomes topics/a_weather/my_town below the
/// root, and the same key of "a.weather/v2" becomes topics/a_weather_v2/my_town. If two values result in the same path,
/// the first one gets the plain path and keeps it for the lifetime of this object.
class TopicPaths {
   public:
    const std::string& path(const QString& topic, const QString& key);

   private:
    struct Topic {
        std::string prefix;
        UniqueNames names;
        std::map<QString, std::string> paths;
    };
    std::map<QString, Topic> m_topics;
    UniqueNames m_names;
};

}  // namespace fos1::host::dbus
