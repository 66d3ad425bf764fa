// SPDX-License-Identifier: GPL-2.0-or-later
// Names on D-Bus: object paths, interfaces and properties out of plugin ids, topics, keys and field names. Pure; must
// not know any of them by name.
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

/// Injective: what is not a letter or digit of ASCII becomes the hex digits of its UTF-8 bytes, each after "_"
/// (sd_bus_path_encode(3)).
[[nodiscard]] std::string pluginPath(const QString& id);

/// "time.sync/v1" gives io.fos1.TimeSync1. Never the name of one of the interfaces above.
[[nodiscard]] std::string topicInterface(const QString& topic);

/// "offset_ns" gives OffsetNs.
[[nodiscard]] std::string propertyName(const QString& field);

/// Gives out names that are all different: a second one that is the same gets "_2" behind it, and so on.
class UniqueNames {
   public:
    std::string take(const std::string& wanted);

   private:
    std::map<std::string, int> m_taken;  ///< last number given behind a name
};

/// The readable object paths of topic values: ("a.weather/v1", "my-town") is topics/a_weather/my_town below the root,
/// of "a.weather/v2" it is topics/a_weather_v2/my_town. Who comes first gets the plain name and keeps it as long as
/// this object lives.
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
