// SPDX-License-Identifier: GPL-2.0-or-later
// A node that writes the status of objects to the cluster of a rig.
#pragma once

#include "kube/lease_lock.h"
#include "kube/status_writer.h"
#include "kube_rig.h"

namespace fos1::crd {

inline constexpr int kIntervalMs = 300;
inline constexpr int kSettleMs = 900;

/// One of the nodes that serve the cluster's objects.
struct Node {
    FollowedCluster cluster;
    LeaseLock lease;
    StatusWriter writer;

    Node(const KubeRig& rig, const QString& name, std::chrono::milliseconds refresh = std::chrono::minutes(10),
         std::chrono::milliseconds silence = std::chrono::minutes(1),
         std::chrono::milliseconds settle = std::chrono::milliseconds(kSettleMs))
        : cluster(rig, {}, QStringLiteral("admin"), rig.server.path(name)),
          lease(*cluster.client, {kNs, QStringLiteral("lock")}, name),
          writer(*cluster.client, cluster.source, lease,
                 {name,
                  {QStringLiteral("t.io/v1/Thing")},
                  std::chrono::milliseconds(kIntervalMs),
                  {settle, refresh},
                  silence}) {}

    void say(const QString& object, const QJsonObject& status) {
        writer.onStatus(KubeRig::key(object).toCbor(), QCborMap::fromJsonObject(status));
    }
};

inline QJsonObject ready(bool isReady, QJsonObject status = {}, const QString& reason = QStringLiteral("Because")) {
    status[u"conditions"] = QJsonArray{QJsonObject{{"type", "Ready"},
                                                   {"status", isReady ? "True" : "False"},
                                                   {"reason", reason},
                                                   {"message", isReady ? "All is well." : "It is not."},
                                                   {"observedGeneration", 1}}};
    return status;
}

/// The condition of this type in a status or in an entry; empty when there is none.
inline QJsonObject conditionIn(const QJsonObject& status, const QString& type) {
    for (const QJsonValue value : status[u"conditions"].toArray())
        if (value[u"type"].toString() == type) return value.toObject();
    return {};
}

/// A test with a cluster that has the object "a".
class StatusTest : public QObject {
   protected:
    void setUp() {
        m_rig = std::make_unique<KubeRig>();
        m_rig->put("a", 1);
    }

    [[nodiscard]] QJsonObject status(const QString& name = QStringLiteral("a")) const {
        return m_rig->get(name)[u"status"].toObject();
    }
    [[nodiscard]] QJsonObject entry(const QString& node) const {
        for (const QJsonValue value : status()[u"nodes"].toArray())
            if (value[u"name"].toString() == node) return value.toObject();
        return {};
    }
    [[nodiscard]] QString isReady() const { return conditionIn(status(), "Ready")[u"status"].toString(); }
    [[nodiscard]] qsizetype writes() const { return m_rig->server.requests("patch", "things").size(); }
    /// Whether the server gets no request at all for this long.
    [[nodiscard]] bool isQuietFor(int ms) const {
        const qsizetype before = m_rig->server.requests().size();
        QTest::qWait(ms);
        return m_rig->server.requests().size() == before;
    }

    std::unique_ptr<KubeRig> m_rig;
};

}  // namespace fos1::crd
