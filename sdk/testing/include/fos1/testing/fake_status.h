// SPDX-License-Identifier: MIT
// Status that is remembered by object. Lookups are by the object's name; an empty name is the plugin itself.
#pragma once

#include <functional>
#include <map>
#include <set>

#include "fos1/desired.h"
#include "fos1/features/status.h"
#include "fos1/testing/call_guard.h"

namespace fos1::testing {

class FakeStatus final : public IStatus {
   public:
    /// `guard` outlives the object.
    explicit FakeStatus(CallGuard& guard) : m_guard(guard) {}

    int setCondition(const QCborMap& object, const QCborMap& condition) override;
    int removeCondition(const QCborMap& object, const QString& type) override;
    int setFields(const QCborMap& object, const QCborMap& fields) override;

    /// The objects that exist; status of others is NotFound, and that of those gone is forgotten.
    void setObjects(const std::vector<DesiredObject>& objects);
    void changeObjects(const std::vector<DesiredObject>& objects, const std::vector<ObjectKey>& removed);

    /// "True/Running", or nothing.
    [[nodiscard]] QString condition(const QString& object, const QString& type) const;
    [[nodiscard]] QString message(const QString& object, const QString& type) const;
    /// Undefined when it was not set.
    [[nodiscard]] QCborValue field(const QString& object, const QString& name) const;

    /// Fields plus `conditions`; empty when nothing was said of the object.
    [[nodiscard]] QCborMap status(const ObjectKey& object) const;

    /// Accepted calls of setFields().
    [[nodiscard]] int fieldWrites() const { return m_fieldWrites; }
    /// Accepted calls that made a difference, in words: "Ready=True/Running of Widget default/main".
    [[nodiscard]] const QStringList& changes() const { return m_changes; }

    /// Called after each change.
    void onChange(std::function<void(const ObjectKey&)> act) { m_onChange = std::move(act); }

   private:
    struct Entry {
        QCborMap fields;
        std::map<QString, QCborMap> conditions;
    };

    [[nodiscard]] int admit(const char* call, const ObjectKey& key);
    [[nodiscard]] const Entry* find(const QString& name) const;
    [[nodiscard]] QCborMap findCondition(const QString& object, const QString& type) const;
    void changed(const ObjectKey& key, const QString& what);

    CallGuard& m_guard;
    std::set<ObjectKey> m_objects;
    std::map<ObjectKey, Entry> m_entries;
    QStringList m_changes;
    int m_fieldWrites = 0;
    std::function<void(const ObjectKey&)> m_onChange;
};

}  // namespace fos1::testing
