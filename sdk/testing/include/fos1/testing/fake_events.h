// SPDX-License-Identifier: MIT
// Records events one by one, including repetitions.
#pragma once

#include <QStringList>
#include <vector>

#include "fos1/features/events.h"
#include "fos1/testing/call_guard.h"

namespace fos1::testing {

class FakeEvents final : public IEvents {
   public:
    /// `guard` outlives the object.
    explicit FakeEvents(CallGuard& guard) : m_guard(guard) {}

    int record(const QCborMap& event) override;

    [[nodiscard]] const std::vector<QCborMap>& all() const { return m_events; }
    [[nodiscard]] QStringList reasons() const { return texts(QStringLiteral("reason")); }
    [[nodiscard]] QStringList messages() const { return texts(QStringLiteral("message")); }

   private:
    [[nodiscard]] QStringList texts(const QString& field) const {
        QStringList list;
        for (const QCborMap& event : m_events) list.append(event.value(field).toString());
        return list;
    }

    CallGuard& m_guard;
    std::vector<QCborMap> m_events;
};

}  // namespace fos1::testing
