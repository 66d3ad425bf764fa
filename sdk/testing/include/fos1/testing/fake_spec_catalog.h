// SPDX-License-Identifier: MIT
// A catalog of kinds that the test defines, and the number of plugins that are busy with each.
#pragma once

#include <QCborArray>
#include <map>

#include "fos1/features/spec_catalog.h"
#include "fos1/testing/call_guard.h"

namespace fos1::testing {

class FakeSpecCatalog final : public ISpecCatalog {
   public:
    /// `guard` outlives the object.
    explicit FakeSpecCatalog(CallGuard& guard) : m_guard(guard) {}

    QCborMap kinds() override;
    int pending(const QString& apiVersion, const QString& kind) override;

    /// `kind` as ISpecCatalog::kinds() lists it.
    void add(const QCborMap& kind) { m_kinds.append(kind); }
    void setPending(const QString& apiVersion, const QString& kind, int count) {
        m_pending[{apiVersion, kind}] = count;
    }

   private:
    CallGuard& m_guard;
    QCborArray m_kinds;
    std::map<std::pair<QString, QString>, int> m_pending;
};

}  // namespace fos1::testing
