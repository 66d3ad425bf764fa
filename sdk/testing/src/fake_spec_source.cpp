// SPDX-License-Identifier: MIT
#include "fos1/testing/fake_spec_source.h"

namespace fos1::testing {

QCborMap FakeSpecSource::apply(const QCborMap& transaction) {
    if (!m_guard.admits("specSource.apply")) return {};
    if (transaction.contains(QLatin1String(kPrepare))) return {};
    m_transactions.push_back(transaction);
    QCborArray errors;
    qint64 changed = 0;
    const QCborMap replace = transaction.value(QStringLiteral("replace")).toMap();
    for (const auto& item : replace) {
        const QString origin = item.first.toString();
        if (const auto refusal = m_refusals.find(origin); refusal != m_refusals.end()) {
            errors.append(refusal->second);
            continue;
        }
        const QCborArray objects = QCborValue(item.second).toArray();
        // Only an approximation of the host's count, which is per object.
        if (m_origins[origin] != objects) changed += std::max(objects.size(), m_origins[origin].size());
        m_origins[origin] = objects;
    }
    QCborArray remove = transaction.value(QStringLiteral("remove")).toArray();
    if (transaction.value(QStringLiteral("whole")).toBool())
        for (const auto& [origin, objects] : m_origins)
            if (!replace.contains(origin)) remove.append(origin);
    for (const QCborValue& origin : remove) {
        const auto known = m_origins.find(origin.toString());
        if (known == m_origins.end()) continue;
        changed += known->second.size();
        m_origins.erase(known);
    }
    m_isSynced = m_isSynced || transaction.value(QStringLiteral("synced")).toBool();
    return {{QStringLiteral("errors"), errors}, {QStringLiteral("changed"), changed}};
}

void FakeSpecSource::refuse(const QString& origin, int index, const QString& path, const QString& message) {
    m_refusals[origin] = {{QStringLiteral("origin"), origin},
                          {QStringLiteral("index"), index},
                          {QStringLiteral("path"), path},
                          {QStringLiteral("message"), message}};
}

}  // namespace fos1::testing
