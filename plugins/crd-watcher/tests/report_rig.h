// SPDX-License-Identifier: GPL-2.0-or-later
// A node that reports what it serves in an object of its own, in the cluster of a rig.
#pragma once

#include <utility>

#include "kube/node_beat.h"
#include "status_rig.h"

namespace fos1::crd {

inline const kube::ResourceType kReport{QStringLiteral("t.io/v1"), QStringLiteral("Report"), QStringLiteral("reports"),
                                        false};

inline QJsonObject statusSchema() {
    return json(R"({"type": "object", "properties": {
        "service": {"type": "string"}, "observedGeneration": {"type": "integer"}, "stratum": {"type": "integer"},
        "offset": {"type": "number"}, "host": {"type": "object", "properties": {"version": {"type": "string"}}},
        "things": {"type": "object", "properties": {"total": {"type": "integer"}, "good": {"type": "integer"}}},
        "further": {"type": "array", "maxItems": 4, "items": {"type": "object",
            "x-kubernetes-preserve-unknown-fields": true}},
        "conditions": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"],
            "items": {"type": "object", "required": ["type"], "x-kubernetes-preserve-unknown-fields": true,
                "properties": {"type": {"type": "string"}}}}}})");
}

/// Of `items`, which has no properties, everything is shown.
inline QJsonObject reportCrd() {
    QJsonObject crd = crdOf(kReport);
    QJsonObject spec = crd[u"spec"].toObject();
    spec[u"scope"] = QStringLiteral("Cluster");
    QJsonObject version = spec[u"versions"][0].toObject();
    version[u"schema"] = QJsonObject{
        {"openAPIV3Schema", QJsonObject{{"type", "object"}, {"properties", QJsonObject{{"status", statusSchema()}}}}}};
    spec[u"versions"] = QJsonArray{version};
    crd[u"spec"] = spec;
    return crd;
}

struct ReportingNode {
    FollowedCluster cluster;
    LeaseLock lease;
    OwnDetail own;
    DetailBook book;
    StatusWriter writer;
    NodeBeat beat;

    ReportingNode(const KubeRig& rig, const QString& name,
                  NodeBeat::Options beats = {kNs, {}, std::chrono::milliseconds(300), std::chrono::seconds(2)},
                  std::chrono::milliseconds interval = std::chrono::milliseconds(kIntervalMs))
        : cluster(rig, {}, QStringLiteral("admin"), rig.server.path(name)),
          lease(*cluster.client, {kNs, QStringLiteral("lock")}, name),
          own(*cluster.client,
              {name,
               kReport,
               QCborMap::fromJsonObject(statusSchema()),
               interval,
               {std::chrono::milliseconds(kSettleMs), std::chrono::minutes(10)},
               std::chrono::seconds(2),
               {{QStringLiteral("host"), QCborMap{{QStringLiteral("version"), QStringLiteral("1.2.3")}}}}}),
          book(*cluster.client, kReport),
          writer(*cluster.client, cluster.source, lease,
                 {name,
                  {QStringLiteral("t.io/v1/Thing")},
                  interval,
                  {std::chrono::milliseconds(kSettleMs), std::chrono::minutes(10)},
                  std::chrono::seconds(2),
                  {QStringLiteral("t.io/v1/Thing")},
                  &own,
                  &book}),
          beat(*cluster.client, named(std::move(beats), name), [this] {
              return NodeBeat::Others{writer.nodes(),
                                      std::max(writer.nodeCount() - (own.isReporting() ? 1 : 0), qsizetype{0})};
          }) {
        QObject::connect(&beat, &NodeBeat::gone, &writer, &StatusWriter::setGone);
        own.start();
        beat.start();
    }
    static NodeBeat::Options named(NodeBeat::Options beats, const QString& node) {
        beats.node = node;
        return beats;
    }

    void say(const QString& object, const QJsonObject& status) {
        writer.onStatus(KubeRig::key(object).toCbor(), QCborMap::fromJsonObject(status));
    }
};

}  // namespace fos1::crd
