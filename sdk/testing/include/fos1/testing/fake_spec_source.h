// SPDX-License-Identifier: MIT
// Receives desired state in a test: keeps the objects by origin, and refuses the origins that the test selects.
#pragma once

#include <QCborArray>
#include <map>
#include <vector>

#include "fos1/features/spec_source.h"
#include "fos1/testing/call_guard.h"

namespace fos1::testing {

class FakeSpecSource final : public ISpecSource {
   public:
    /// `guard` outlives the object.
    explicit FakeSpecSource(CallGuard& guard) : m_guard(guard) {}

    QCborMap apply(const QCborMap& transaction) override;

    /// Refuses `origin` from now on, with this mistake in its object number `index`. The origin keeps its previous
    /// objects.
    void refuse(const QString& origin, int index, const QString& path, const QString& message);
    void accept(const QString& origin) { m_refusals.erase(origin); }

    /// The accepted objects by origin.
    [[nodiscard]] const std::map<QString, QCborArray>& origins() const { return m_origins; }
    /// Whether the source has reported that it passed everything.
    [[nodiscard]] bool isSynced() const { return m_isSynced; }
    [[nodiscard]] const std::vector<QCborMap>& transactions() const { return m_transactions; }

   private:
    CallGuard& m_guard;
    std::map<QString, QCborMap> m_refusals;
    std::map<QString, QCborArray> m_origins;
    std::vector<QCborMap> m_transactions;
    bool m_isSynced = false;
};

}  // namespace fos1::testing
