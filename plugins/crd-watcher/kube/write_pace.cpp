// SPDX-License-Identifier: GPL-2.0-or-later
#include "kube/write_pace.h"

#include <QCryptographicHash>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtEndian>
#include <algorithm>

#include "core/node_status.h"

namespace fos1::crd {

namespace {

/// Equal for maps that isSame() considers equal.
quint64 digestOf(const QCborMap& map) {
    const QByteArray hash = QCryptographicHash::hash(QJsonDocument(map.toJsonObject()).toJson(QJsonDocument::Compact),
                                                     QCryptographicHash::Sha1);
    return qFromBigEndian<quint64>(hash.constData());
}

}  // namespace

bool WritePace::isNews(const QCborMap& wanted, const QCborMap& present, const Limits& limits) {
    // A server that stores something different from what was written does not get the same write again and again.
    if (!isSame(essenceOf(wanted), essenceOf(present)))
        return !m_when.isValid() || present.isEmpty() || digestOf(essenceOf(wanted)) != m_essence;
    if (!m_when.isValid()) {
        // An earlier run has written it; numbers alone can wait as after a write of our own.
        m_when.start();
        m_content = digestOf(present);
        m_essence = digestOf(essenceOf(present));
        return false;
    }
    if (isSame(wanted, present) || digestOf(wanted) == m_content) return false;
    return m_when.elapsed() >= limits.refresh;
}

std::optional<std::chrono::milliseconds> WritePace::wait(const QCborMap& wanted, const QCborMap& present,
                                                         const Limits& limits) {
    constexpr std::chrono::milliseconds kNow{0};
    if (!isNews(wanted, present, limits)) {
        m_details.invalidate();
        return {};
    }
    if (present.isEmpty() || !isSame(headlineOf(wanted), headlineOf(present))) return kNow;
    // Details that come and go with every measurement must not cause a write each.
    if (!m_details.isValid()) m_details.start();
    return std::max(kNow, limits.settle - m_details.elapsed());
}

void WritePace::wrote(const QCborMap& content, bool isOk) {
    m_when.start();
    m_details.invalidate();
    if (!isOk) return;
    m_content = digestOf(content);
    m_essence = digestOf(essenceOf(content));
}

}  // namespace fos1::crd
