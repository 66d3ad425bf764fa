// SPDX-License-Identifier: GPL-2.0-or-later
#include "kube/write_pace.h"

#include <QCborArray>
#include <QCborValue>
#include <QHash>
#include <algorithm>

#include "cbor_equality.h"
#include "core/node_status.h"

namespace fos1::crd {

namespace {

quint64 mixed(quint64 a, quint64 b) {
    constexpr quint64 kGolden = 0x9e3779b97f4a7c15;
    a ^= b + kGolden + (a << 6) + (a >> 2);
    return a * kGolden;
}

/// Equal for values that isSameCbor() considers equal.
quint64 digestOf(const QCborValue& value) {
    quint64 digest = value.isArray() ? 1 : 0;
    if (value.isMap()) {
        const QCborMap map = value.toMap();
        // The order of fields is irrelevant.
        for (const auto& item : map)
            digest += mixed(qHash(item.first.toString(), 0), digestOf(QCborValue(item.second)));
        return mixed(2, digest);
    }
    if (value.isArray()) {
        const QCborArray array = value.toArray();
        for (const QCborValue& each : array) digest = mixed(digest, digestOf(each));
        return digest;
    }
    if (value.isString()) return mixed(3, qHash(value.toString(), 0));
    if (value.isInteger() || value.isDouble()) return mixed(4, qHash(value.toDouble(), 0));
    return mixed(5, static_cast<quint64>(value.type()));
}

}  // namespace

bool WritePace::isNews(const QCborMap& wanted, const QCborMap& present, const Limits& limits) {
    // The common cases first; neither needs the essence.
    if (m_when.isValid() &&
        (isSameCbor(wanted, present) || (!present.isEmpty() && digestOf(wanted.toCborValue()) == m_content)))
        return false;
    // A server that stores something different from what was written does not get the same write again and again.
    if (!isSameCbor(essenceOf(wanted), essenceOf(present)))
        return !m_when.isValid() || present.isEmpty() || digestOf(essenceOf(wanted).toCborValue()) != m_essence;
    if (!m_when.isValid()) {
        // An earlier run has written it; numbers alone can wait as after a write of our own.
        m_when.start();
        m_content = digestOf(present.toCborValue());
        m_essence = digestOf(essenceOf(present).toCborValue());
        return false;
    }
    return m_when.elapsed() >= limits.refresh;
}

std::optional<std::chrono::milliseconds> WritePace::wait(const QCborMap& wanted, const QCborMap& present,
                                                         const Limits& limits) {
    constexpr std::chrono::milliseconds kNow{0};
    if (!isNews(wanted, present, limits)) {
        m_details.invalidate();
        return {};
    }
    if (present.isEmpty() || !isSameCbor(headlineOf(wanted), headlineOf(present))) return kNow;
    // Details that come and go with every measurement must not cause a write each.
    if (!m_details.isValid()) m_details.start();
    return std::max(kNow, limits.settle - m_details.elapsed());
}

void WritePace::wrote(const QCborMap& content, bool isOk) {
    m_when.start();
    m_details.invalidate();
    if (!isOk) return;
    m_content = digestOf(content.toCborValue());
    m_essence = digestOf(essenceOf(content).toCborValue());
}

}  // namespace fos1::crd
