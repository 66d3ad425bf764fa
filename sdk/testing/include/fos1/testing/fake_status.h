// SPDX-License-Identifier: MIT
// Records status by object. Lookups use the object's name; an empty name is the plugin itself.
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

    /// Sets the objects that exist. Status of others is NotFound; status of removed objects is discarded.
    void setObjects(const std::vector<DesiredObject>& objects);
    void changeObjects(const std::vector<DesiredObject>& objects, const std::vector<ObjectKey>& removed);

    /// "True/Running"; empty when the condition is not set.
    [[nodiscard]] QString condition(const QString& object, const QString& type) const;
    [[nodiscard]] QString message(const QString& object, const QString& type) const;
    /// Undefined when it was not set.
    [[nodiscard]] QCborValue field(const QString& object, const QString& name) const;

    /// Fields plus `conditions`; empty when no status was set for the object.
    [[nodiscard]] QCborMap status(const ObjectKey& object) const;

    /// Accepted calls of setFields().
    [[nodiscard]] int fieldWrites() const { return m_fieldWrites; }
    /// Accepted calls that changed something, as text: "Ready=True/Running of Widget default/main".
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
