// SPDX-License-Identifier: GPL-2.0-or-later
#include "cluster_under_test.h"

#include "isolation.h"
#include "tree.h"

namespace fos1::system {

namespace {

const QString kNtp = QStringLiteral("ntp.fos1.io/v1alpha1");

QJsonObject merged(QJsonObject into, const QJsonObject& more) {
    for (auto it = more.begin(); it != more.end(); ++it) into[it.key()] = it.value();
    return into;
}

}  // namespace

fakes::KubeOptions ClusterUnderTest::withDefaults(const lab::Lab& lab, fakes::KubeOptions options) {
    options.wrapper = lab.enter(QStringLiteral("rt"));
    for (const char* crd :
         {"ntp.fos1.io_ntpservices", "ntp.fos1.io_ntpclients", "ntp.fos1.io_ntpnodes", "networking.fos1.io_vlans"})
        options.manifests.prepend(tree::sourceFile(QStringLiteral("crds/")) + QLatin1String(crd) +
                                  QStringLiteral(".yaml"));
    return options;
}

ClusterUnderTest::ClusterUnderTest(const lab::Lab& lab, fakes::KubeOptions options)
    : server(withDefaults(lab, std::move(options))) {
    if (!server.start()) qFatal("no API server");
    server.install(
        {QJsonObject{{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", QJsonObject{{"name", "network"}}}}});
}

QByteArray ClusterUnderTest::config(const QByteArray& node, const QByteArray& more, const QString& user) const {
    return "stateDir: state\n"
           "http: {port: 9559}\n"
           "dbus: {enabled: false}\n"
           "plugins:\n"
           "  ntp: {clockControl: false" +
           QByteArray(lab::isUserNamespace() ? ", user: root" : "") +
           "}\n"
           "  crd-watcher:\n"
           "    kubernetes:\n"
           "      kubeconfig: " +
           server.kubeconfig(user).toUtf8() + "\n      node: " + node + "\n" + more;
}

void ClusterUnderTest::service(const QString& name, const QJsonObject& more, const QJsonObject& metadata) const {
    const QJsonObject spec = merged(
        {{"enabled", true},
         {"sources", QJsonObject{{"servers", QJsonArray{QJsonObject{{"address", "10.1.0.1"}, {"iburst", true}}}}}},
         {"server", QJsonObject{}}},
        more);
    server.install({QJsonObject{{"apiVersion", kNtp},
                                {"kind", "NTPService"},
                                {"metadata", merged({{"name", name}, {"namespace", "network"}}, metadata)},
                                {"spec", spec}}});
}

void ClusterUnderTest::secret(const QString& name, const QJsonObject& stringData) const {
    QJsonObject data;
    for (auto it = stringData.begin(); it != stringData.end(); ++it)
        data[it.key()] = QString::fromLatin1(it.value().toString().toUtf8().toBase64());
    server.install({QJsonObject{{"apiVersion", "v1"},
                                {"kind", "Secret"},
                                {"metadata", QJsonObject{{"name", name}, {"namespace", "network"}}},
                                {"type", "Opaque"},
                                {"data", data}}});
}

void ClusterUnderTest::remove(const QString& kind, const QString& name) const {
    server.control(QStringLiteral("delete"), {{"apiVersion", kind == u"Secret" ? QStringLiteral("v1") : kNtp},
                                              {"kind", kind},
                                              {"namespace", "network"},
                                              {"name", name}});
}

QJsonObject ClusterUnderTest::get(const QString& name) const {
    return server.object(kNtp, QStringLiteral("NTPService"), QStringLiteral("network"), name);
}

QJsonObject ClusterUnderTest::entry(const QString& name, const QString& node) const {
    const QJsonObject status = server.object(kNtp, QStringLiteral("NTPNode"), {}, node)[u"status"].toObject();
    return status[u"service"].toString() == QStringLiteral("network/") + name ? status : QJsonObject();
}

QJsonObject ClusterUnderTest::condition(const QString& name, const QString& type) const {
    return HostUnderTest::condition(status(name)[u"conditions"].toArray(), type);
}

}  // namespace fos1::system
