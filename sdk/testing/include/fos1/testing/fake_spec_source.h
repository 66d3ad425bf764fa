// SPDX-License-Identifier: MIT
// The door for desired state of a test: keeps the objects by origin, and refuses what the test tells it to.
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

    /// From now on `origin` is refused with this mistake in its object number `index`; it keeps what it had.
    void refuse(const QString& origin, int index, const QString& path, const QString& message);
    void accept(const QString& origin) { m_refusals.erase(origin); }

    /// What is in force, by origin.
    [[nodiscard]] const std::map<QString, QCborArray>& origins() const { return m_origins; }
    /// Whether the source has said that it has shown everything.
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
