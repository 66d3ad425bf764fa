// SPDX-License-Identifier: GPL-2.0-or-later
#include "dbus/dbus_names.h"

#include <array>

namespace fos1::host::dbus {

namespace {

constexpr const char* kPluginsPath = "/io/fos1/Host1/plugins/";
constexpr const char* kTopicsPath = "/io/fos1/Host1/topics/";
constexpr std::size_t kMaxNameLength = 200;  ///< of the 255 that D-Bus allows for a whole name

bool isPlain(QChar c) { return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z') || (c >= u'0' && c <= u'9'); }

/// Joins the runs of letters and digits, each with its first letter in upper case.
std::string camelCase(const QString& text) {
    std::string name;
    bool isStart = true;
    for (const QChar c : text) {
        if (isPlain(c) && name.size() < kMaxNameLength) name += (isStart ? c.toUpper() : c).toLatin1();
        isStart = !isPlain(c);
    }
    if (name.empty() || (name.front() >= '0' && name.front() <= '9')) name.insert(name.begin(), '_');
    return name;
}

std::string pathElement(const QString& text) {
    std::string element;
    for (const QChar c : text) element += isPlain(c) ? c.toLatin1() : '_';
    return element;
}

struct VersionedTopic {
    QString name;
    QString major;  ///< digits; empty when the topic has no version
};

VersionedTopic split(const QString& topic) {
    const qsizetype slash = topic.lastIndexOf(QStringLiteral("/v"));
    const QString major = slash < 0 ? QString() : topic.mid(slash + 2);
    const bool isNumber =
        !major.isEmpty() && std::all_of(major.begin(), major.end(), [](QChar c) { return c >= u'0' && c <= u'9'; });
    return isNumber ? VersionedTopic{topic.left(slash), major} : VersionedTopic{topic, {}};
}

}  // namespace

std::string pluginPath(const QString& id) {
    static constexpr std::array kDigits{'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
    std::string path = kPluginsPath;
    const QByteArray bytes = id.toUtf8();
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80 && isPlain(QLatin1Char(c)))
            path += c;
        else
            path += {'_', kDigits.at(byte >> 4), kDigits.at(byte & 15)};
    }
    return bytes.isEmpty() ? path + '_' : path;
}

std::string topicInterface(const QString& topic) {
    const VersionedTopic parts = split(topic);
    const std::string prefix = "io.fos1.";
    const std::string name = camelCase(parts.name);
    const std::string major = parts.major.left(9).toStdString();
    const std::string interface = prefix + name + major;
    const bool isReserved =
        interface == kHostInterface || interface == kPluginInterface || interface == kTopicInterface;
    return isReserved ? prefix + name + "Topic" + major : interface;
}

std::string propertyName(const QString& field) { return camelCase(field); }

std::string UniqueNames::take(const std::string& wanted) {
    int& number = m_taken.try_emplace(wanted, 0).first->second;
    std::string name = wanted;
    if (number == 0) {
        number = 1;
        return name;
    }
    do name = wanted + '_' + std::to_string(++number);
    while (!m_taken.try_emplace(name, 1).second);
    return name;
}

const std::string& TopicPaths::path(const QString& topicName, const QString& key) {
    const auto [topic, isNewTopic] = m_topics.try_emplace(topicName);
    if (isNewTopic) {
        const VersionedTopic parts = split(topicName);
        const bool isFirst = parts.major.isEmpty() || parts.major == u'1';
        const QString plain = isFirst ? parts.name : parts.name + QStringLiteral("_v") + parts.major;
        topic->second.prefix = kTopicsPath;
        topic->second.prefix += m_names.take(pathElement(plain)) + '/';
    }
    const auto [path, isNewKey] = topic->second.paths.try_emplace(key);
    if (isNewKey) path->second = topic->second.prefix + topic->second.names.take(pathElement(key));
    return path->second;
}

}  // namespace fos1::host::dbus
