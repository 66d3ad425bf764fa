// SPDX-License-Identifier: GPL-2.0-or-later
#include "dbus/cbor_to_dbus.h"

#include <QCborArray>
#include <QCborMap>
#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>

namespace fos1::host::dbus {

namespace {

std::string dbusText(QString text) {
    return text.replace(QChar(u'\0'), QChar(QChar::ReplacementCharacter)).toStdString();
}

bool isAll(const QCborArray& list, QCborValue::Type type) {
    return std::all_of(list.begin(), list.end(), [&](const QCborValue& item) { return item.type() == type; });
}

QString keyText(const QCborValue& key) { return key.isString() ? key.toString() : key.toVariant().toString(); }

/// A double is not accepted as an integer, whatever its value.
std::int64_t integer(const QCborValue& value) { return value.isInteger() ? value.toInteger() : 0; }

QString jsonText(const QCborValue& value) {
    const QJsonValue json = value.toJsonValue();
    const QJsonDocument document = json.isArray() ? QJsonDocument(json.toArray()) : QJsonDocument(json.toObject());
    return QString::fromUtf8(document.toJson(QJsonDocument::Compact));
}

template <typename Content>
void variant(sdbus::Message& message, const char* signature, const Content& content) {
    message.openVariant(signature);
    content();
    message.closeVariant();
}

class Writer {
   public:
    explicit Writer(sdbus::Message& message) : m_message(message) {}

    void texts(const QCborArray& items) {
        m_message.openContainer("s");
        for (const QCborValue& item : items) m_message << dbusText(item.toString());
        m_message.closeContainer();
    }

    void objects(const QCborArray& items, int depth) {
        m_message.openContainer("a{sv}");
        for (const QCborValue& item : items) object(item.toMap(), depth + 1);
        m_message.closeContainer();
    }

    void list(const QCborArray& items, int depth) {
        m_message.openContainer("v");
        for (const QCborValue& item : items) any(item, depth + 1);
        m_message.closeContainer();
    }

    void object(const QCborMap& map, int depth) {
        m_message.openContainer("{sv}");
        for (const auto& entry : map) {
            const QCborValue value = entry.second;
            if (value.isNull() || value.isUndefined()) continue;
            m_message.openDictEntry("sv");
            m_message << dbusText(keyText(entry.first));
            any(value, depth + 1);
            m_message.closeDictEntry();
        }
        m_message.closeContainer();
    }

    /// A variant of the value's own type.
    void any(const QCborValue& value, int depth) {
        const auto text = [&](const QString& shown) { variant(m_message, "s", [&] { m_message << dbusText(shown); }); };
        switch (value.type()) {
            case QCborValue::False:
            case QCborValue::True: return variant(m_message, "b", [&] { m_message << value.toBool(); });
            case QCborValue::Integer: return variant(m_message, "x", [&] { m_message << integer(value); });
            case QCborValue::Double: return variant(m_message, "d", [&] { m_message << value.toDouble(); });
            case QCborValue::ByteArray: {
                const QByteArray bytes = value.toByteArray();
                return variant(m_message, "ay",
                               [&] { m_message << std::vector<std::uint8_t>(bytes.begin(), bytes.end()); });
            }
            case QCborValue::Array:
                if (depth > kMaxDepth) return text(jsonText(value));
                return anyList(value.toArray(), depth);
            case QCborValue::Map:
                if (depth > kMaxDepth) return text(jsonText(value));
                return variant(m_message, "a{sv}", [&] { object(value.toMap(), depth); });
            default: return text(value.toVariant().toString());
        }
    }

   private:
    void anyList(const QCborArray& items, int depth) {
        if (!items.isEmpty() && isAll(items, QCborValue::String))
            return variant(m_message, "as", [&] { texts(items); });
        if (!items.isEmpty() && isAll(items, QCborValue::Map))
            return variant(m_message, "aa{sv}", [&] { objects(items, depth); });
        variant(m_message, "av", [&] { list(items, depth); });
    }

    sdbus::Message& m_message;
};

}  // namespace

void append(sdbus::Message& message, DbusType type, const QCborValue& value) {
    Writer writer(message);
    const QCborArray list = value.toArray();
    switch (type) {
        case DbusType::Boolean: message << value.toBool(); return;
        case DbusType::Integer: message << integer(value); return;
        case DbusType::Unsigned: message << static_cast<std::uint64_t>(integer(value)); return;
        case DbusType::Number: message << value.toDouble(); return;
        case DbusType::Text: message << dbusText(value.toString()); return;
        case DbusType::Texts: return writer.texts(isAll(list, QCborValue::String) ? list : QCborArray());
        case DbusType::Objects: return writer.objects(isAll(list, QCborValue::Map) ? list : QCborArray(), 0);
        case DbusType::List: return writer.list(list, 0);
        case DbusType::Object: return writer.object(value.toMap(), 0);
        case DbusType::Unknown: return writer.any(value, 0);
    }
}

}  // namespace fos1::host::dbus
