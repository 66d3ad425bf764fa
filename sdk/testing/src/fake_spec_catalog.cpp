// SPDX-License-Identifier: MIT
#include "fos1/testing/fake_spec_catalog.h"

#include "status_code.h"

namespace fos1::testing {

QCborMap FakeSpecCatalog::kinds() {
    if (!m_guard.admits("specCatalog.kinds")) return {};
    return {{QStringLiteral("kinds"), m_kinds}};
}

int FakeSpecCatalog::pending(const QString& apiVersion, const QString& kind) {
    if (!m_guard.admits("specCatalog.pending")) return -code(Status::WrongThread);
    const auto it = m_pending.find({apiVersion, kind});
    return it == m_pending.end() ? 0 : it->second;
}

}  // namespace fos1::testing
