// SPDX-License-Identifier: GPL-2.0-or-later
// Status of objects and plugins: conditions and fields. Must not know what they mean.
#pragma once

#include <QCborMap>
#include <QObject>
#include <map>
#include <vector>

#include "compactor.h"
#include "fos1/desired.h"
#include "fos1/interface.h"
#include "fos1/key_pool.h"

namespace fos1::host {

class StatusStore : public QObject {
    Q_OBJECT
   public:
    /// per object; above it a plugin gets TooLarge
    static constexpr std::size_t kMaxConditions = 64;
    static constexpr qsizetype kMaxConditionBytes = 128 * 1024;
    /// In characters; a longer message is cut there. Kubernetes takes 32,768 (metav1.Condition).
    static constexpr qsizetype kMaxMessage = 32'000;

    explicit StatusStore(QObject* parent = nullptr) : QObject(parent) {}

    /// The key under which a plugin's own conditions are kept.
    [[nodiscard]] static ObjectKey pluginKey(const QString& pluginId);
    [[nodiscard]] static bool isPlugin(const ObjectKey& key) { return key == pluginKey(key.name); }

    /// `condition` as in IStatus; a malformed one is InvalidArgument. lastTransitionTime changes only when `status`
    /// does.
    Status setCondition(const ObjectKey& key, const QCborMap& condition);
    Status removeCondition(const ObjectKey& key, const QString& type);
    Status setFields(const ObjectKey& key, const QCborMap& fields);
    void forget(const ObjectKey& key);

    /// Fields plus `conditions`, ordered by type; empty when nothing was reported for `key`.
    [[nodiscard]] QCborMap status(const ObjectKey& key) const;
    [[nodiscard]] std::vector<ObjectKey> keys() const;
    [[nodiscard]] QCborArray conditions(const ObjectKey& key) const;

   Q_SIGNALS:
    void changed(const fos1::ObjectKey& key);

   private:
    /// Compacted CBOR: a QCborMap would take some twenty times as much, and there may be thousands of entries.
    struct Entry {
        QByteArray fields;
        QByteArray conditions;  ///< an array, ordered by type
    };
    Entry& entryOf(const ObjectKey& key);
    [[nodiscard]] static QCborMap withoutExcess(const QCborMap& condition);

    Compactor m_compactor;
    std::map<ObjectKey, Entry> m_entries;
    KeyPool m_pool;
};

}  // namespace fos1::host
