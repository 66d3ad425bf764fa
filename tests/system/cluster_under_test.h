// SPDX-License-Identifier: GPL-2.0-or-later
// A cluster that configures a host in the lab's router: the fake API server beside it, with our CRDs, the namespace
// "network" and the manifests of its tests.
#pragma once

#include "host_under_test.h"
#include "kube_server.h"

namespace fos1::system {

class ClusterUnderTest {
   public:
    explicit ClusterUnderTest(const lab::Lab& lab, fakes::KubeOptions options = {});

    fakes::KubeServer server;

    /// host.yaml for a host that uses this cluster as node `node`. `more` are further lines of the section kubernetes.
    [[nodiscard]] QByteArray config(const QByteArray& node, const QByteArray& more = {},
                                    const QString& user = QStringLiteral("admin")) const;

    /// Creates or replaces an NTPService in the namespace network. `more` is merged into the spec.
    void service(const QString& name, const QJsonObject& more = {}, const QJsonObject& metadata = {}) const;
    void secret(const QString& name, const QJsonObject& stringData) const;
    void remove(const QString& kind, const QString& name) const;

    [[nodiscard]] QJsonObject get(const QString& name) const;
    [[nodiscard]] QJsonObject status(const QString& name) const { return get(name)[u"status"].toObject(); }
    /// What a node reports of a service.
    [[nodiscard]] QJsonObject entry(const QString& name, const QString& node) const;
    [[nodiscard]] QJsonObject condition(const QString& name, const QString& type) const;

   private:
    static fakes::KubeOptions withDefaults(const lab::Lab& lab, fakes::KubeOptions options);
};

}  // namespace fos1::system
