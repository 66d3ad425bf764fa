// SPDX-License-Identifier: MIT
// Reads a QCborMap field by field with defaults. A value of the wrong type becomes an error with its path.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QString>
#include <QStringList>
#include <vector>

#include "fos1/result.h"

namespace fos1 {

/// `errors` is not owned and outlives the reader. It may be null: then mistakes are ignored and the fallback is used.
class CborReader {
   public:
    CborReader(QCborMap map, QString path, Errors* errors)
        : m_map(std::move(map)), m_path(std::move(path)), m_errors(errors) {}

    [[nodiscard]] bool has(const QString& key) const {
        const QCborValue value = m_map.value(key);
        return !value.isUndefined() && !value.isNull();
    }

    [[nodiscard]] const QCborMap& map() const { return m_map; }
    [[nodiscard]] QString path() const { return m_path; }
    [[nodiscard]] QString path(const QString& key) const { return m_path.isEmpty() ? key : m_path + u'.' + key; }

    QString text(const QString& key, const QString& fallback = {}) const {
        return get(
            key, fallback, "text", [](const QCborValue& v) { return v.isString(); },
            [](const QCborValue& v) { return v.toString(); });
    }
    QByteArray bytes(const QString& key, const QByteArray& fallback = {}) const {
        return get(
            key, fallback, "bytes", [](const QCborValue& v) { return v.isByteArray(); },
            [](const QCborValue& v) { return v.toByteArray(); });
    }
    qint64 integer(const QString& key, qint64 fallback = 0) const {
        return get(
            key, fallback, "an integer", [](const QCborValue& v) { return v.isInteger(); },
            [](const QCborValue& v) { return v.toInteger(); });
    }
    /// For small numbers such as ports, lengths and ids: a value outside the range of int is an error.
    int smallInteger(const QString& key, int fallback = 0) const {
        return get(
            key, fallback, "an integer of 32 bits",
            [](const QCborValue& v) { return v.isInteger() && v.toInteger() == static_cast<int>(v.toInteger()); },
            [](const QCborValue& v) { return static_cast<int>(v.toInteger()); });
    }
    double number(const QString& key, double fallback = 0) const {
        return get(
            key, fallback, "a number", [](const QCborValue& v) { return v.isInteger() || v.isDouble(); },
            [](const QCborValue& v) { return v.toDouble(); });
    }
    bool boolean(const QString& key, bool fallback = false) const {
        return get(
            key, fallback, "true or false", [](const QCborValue& v) { return v.isBool(); },
            [](const QCborValue& v) { return v.toBool(); });
    }
    /// An absent map reads as an empty one.
    [[nodiscard]] CborReader child(const QString& key) const {
        return {get(
                    key, QCborMap(), "a map", [](const QCborValue& v) { return v.isMap(); },
                    [](const QCborValue& v) { return v.toMap(); }),
                path(key), m_errors};
    }
    /// The maps in a list; an absent list is empty.
    [[nodiscard]] std::vector<CborReader> children(const QString& key) const {
        std::vector<CborReader> result;
        const QCborArray list = array(key);
        for (qsizetype i = 0; i < list.size(); ++i) {
            const QString at = path(key) + u'[' + QString::number(i) + u']';
            if (!list.at(i).isMap()) {
                report(at, "a map");
                continue;
            }
            result.emplace_back(list.at(i).toMap(), at, m_errors);
        }
        return result;
    }
    /// The texts in a list; an absent list is empty.
    [[nodiscard]] QStringList texts(const QString& key) const {
        QStringList result;
        const QCborArray list = array(key);
        for (qsizetype i = 0; i < list.size(); ++i) {
            if (list.at(i).isString())
                result.append(list.at(i).toString());
            else
                report(path(key) + u'[' + QString::number(i) + u']', "text");
        }
        return result;
    }
    [[nodiscard]] QCborArray array(const QString& key) const {
        return get(
            key, QCborArray(), "a list", [](const QCborValue& v) { return v.isArray(); },
            [](const QCborValue& v) { return v.toArray(); });
    }

   private:
    template <typename T, typename Is, typename To>
    T get(const QString& key, const T& fallback, const char* expected, Is is, To to) const {
        const QCborValue value = m_map.value(key);
        if (value.isUndefined() || value.isNull()) return fallback;
        if (is(value)) return to(value);
        report(path(key), expected);
        return fallback;
    }
    void report(const QString& at, const char* expected) const {
        if (m_errors)
            m_errors->push_back(
                {ErrorCode::InvalidInput, QStringLiteral("must be %1").arg(QLatin1String(expected)), at});
    }

    QCborMap m_map;
    QString m_path;
    Errors* m_errors;
};

}  // namespace fos1
