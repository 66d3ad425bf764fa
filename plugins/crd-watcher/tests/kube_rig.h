// SPDX-License-Identifier: GPL-2.0-or-later
// A cluster of the fake API server with two small kinds, and a recording stand-in for the host.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include "fos1/cbor_size.h"
#include "kube/kube_source.h"
#include "kube_server.h"
#include "kubeconfig.h"

namespace fos1::crd {

inline const kube::ResourceType kThing{QStringLiteral("t.io/v1"), QStringLiteral("Thing"), QStringLiteral("things"),
                                       true};
inline const kube::ResourceType kOther{QStringLiteral("t.io/v1"), QStringLiteral("Other"), QStringLiteral("others"),
                                       true};
inline const QString kNs = QStringLiteral("default");

inline QJsonObject json(const QByteArray& text) { return QJsonDocument::fromJson(text).object(); }

/// A CRD whose status has `nodes`, a list merged by name.
inline QJsonObject crdOf(const kube::ResourceType& type) {
    QByteArray text = R"({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "PLURAL.t.io"},
        "spec": {"group": "t.io", "scope": "Namespaced",
                 "names": {"kind": "KIND", "listKind": "KINDList", "plural": "PLURAL", "singular": "SINGULAR"},
                 "versions": [{"name": "v1", "served": true, "storage": true, "subresources": {"status": {}},
                   "schema": {"openAPIV3Schema": {"type": "object", "properties": {
                     "spec": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
                     "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": true, "properties": {
                       "conditions": CONDITIONS,
                       "nodes": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
                         "items": {"type": "object", "x-kubernetes-preserve-unknown-fields": true,
                           "required": ["name"],
                           "properties": {"name": {"type": "string"}, "conditions": CONDITIONS}}}}}}}}}]}})";
    text.replace("CONDITIONS", R"({"type": "array", "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["type"], "items": {"type": "object", "required": ["type"],
        "x-kubernetes-preserve-unknown-fields": true, "properties": {"type": {"type": "string"}}}})");
    text.replace("PLURAL", type.plural.toUtf8());
    text.replace("SINGULAR", type.kind.toLower().toUtf8());
    text.replace("KIND", type.kind.toUtf8());
    return json(text);
}

/// Stands in for the host: records transactions and refuses an object whose spec.value is negative.
struct RecordingSink {
    std::vector<QJsonObject> transactions;

    QCborMap operator()(const QCborMap& transaction) {
        transactions.push_back(transaction.toJsonObject());
        QJsonObject objects;
        const QCborMap given = transaction.value(QStringLiteral("replace")).toMap();
        for (const auto& item : given)
            objects[item.first.toString()] =
                QJsonArray{unpackedMap(QCborValue(item.second).toArray().at(0).toByteArray()).toJsonObject()};
        transactions.back()[u"replace"] = objects;
        QCborArray errors;
        const QJsonObject replace = transactions.back()[u"replace"].toObject();
        for (auto it = replace.begin(); it != replace.end(); ++it)
            if (it.value()[0][u"spec"][u"value"].toInt() < 0)
                errors.append(QCborMap{{QStringLiteral("origin"), it.key()},
                                       {QStringLiteral("index"), 0},
                                       {QStringLiteral("path"), QStringLiteral("spec.value")},
                                       {QStringLiteral("message"), QStringLiteral("must not be negative")}});
        return {{QStringLiteral("errors"), errors}};
    }
    /// The objects in force after all transactions, such as "Thing/a=1", without refused ones.
    [[nodiscard]] QString inForce() const {
        std::map<QString, QString> all;
        for (const QJsonObject& transaction : transactions) {
            const QJsonObject replace = transaction[u"replace"].toObject();
            if (transaction[u"whole"].toBool()) all.clear();
            for (const QJsonValue origin : transaction[u"remove"].toArray()) all.erase(origin.toString());
            for (auto it = replace.begin(); it != replace.end(); ++it) {
                const QJsonObject object = it.value()[0].toObject();
                all[it.key()] = object[u"kind"].toString() + u'/' + object[u"metadata"][u"name"].toString();
                if (object.contains(u"spec"))
                    all[it.key()] += QStringLiteral("=%1").arg(object[u"spec"][u"value"].toInt());
            }
        }
        QStringList texts;
        for (const auto& [origin, text] : all) texts.append(text);
        texts.sort();
        return texts.join(u' ');
    }
};

class KubeRig {
   public:
    explicit KubeRig(fakes::KubeOptions options = {}, const std::vector<kube::ResourceType>& kinds = {kThing, kOther})
        : server(std::move(options)) {
        if (!server.start()) qFatal("no API server");
        for (const kube::ResourceType& kind : kinds) server.install({crdOf(kind)});
    }

    /// A new client, as each node has one.
    [[nodiscard]] std::unique_ptr<kube::ApiClient> client(const QString& user = QStringLiteral("admin")) const {
        return std::make_unique<kube::ApiClient>(*kube::readKubeconfig(server.kubeconfig(user)), "test");
    }
    [[nodiscard]] QString snapshot() const { return m_directory.filePath(QStringLiteral("cluster.snapshot")); }

    void put(const QString& name, int value = 0, const QJsonObject& metadata = {}, const QJsonObject& spec = {},
             const kube::ResourceType& type = kThing) const {
        QJsonObject all = spec;
        all[u"value"] = value;
        QJsonObject full = metadata;
        full[u"name"] = name;
        full[u"namespace"] = kNs;
        server.install(
            {QJsonObject{{"apiVersion", type.apiVersion}, {"kind", type.kind}, {"metadata", full}, {"spec", all}}});
    }
    void putSecret(const QString& name) const {
        server.install({QJsonObject{{"apiVersion", "v1"},
                                    {"kind", "Secret"},
                                    {"metadata", QJsonObject{{"name", name}, {"namespace", kNs}}},
                                    {"type", "Opaque"},
                                    {"data", QJsonObject{{"k", "eA=="}}}}});
    }
    void remove(const QString& name, const kube::ResourceType& type = kThing) const {
        server.control("delete",
                       {{"apiVersion", type.apiVersion}, {"kind", type.kind}, {"namespace", kNs}, {"name", name}});
    }
    [[nodiscard]] QJsonObject get(const QString& name) const {
        return server.object(kThing.apiVersion, kThing.kind, kNs, name);
    }
    [[nodiscard]] static ObjectKey key(const QString& name) { return {kThing.apiVersion, kThing.kind, kNs, name}; }

    fakes::KubeServer server;

   private:
    QTemporaryDir m_directory;
};

/// A source that watches the kinds of a rig.
struct FollowedCluster {
    std::unique_ptr<kube::ApiClient> client;
    RecordingSink sink;
    KubeSource source;

    explicit FollowedCluster(const KubeRig& rig, const KubeSource::Options& options = {},
                             const QString& user = QStringLiteral("admin"), const QString& snapshot = {})
        : client(rig.client(user)),
          source(*client, {kThing, kOther}, options, snapshot.isEmpty() ? rig.snapshot() : snapshot,
                 [this](const QCborMap& transaction) { return sink(transaction); }) {
        source.start();
    }
    [[nodiscard]] std::size_t count() const { return sink.transactions.size(); }
    /// Whether both kinds and all Secrets are watched without problems.
    [[nodiscard]] bool isWell() const { return count() > 0 && source.problems().isEmpty(); }
};

}  // namespace fos1::crd
