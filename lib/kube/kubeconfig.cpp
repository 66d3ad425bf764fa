// SPDX-License-Identifier: GPL-2.0-or-later
#include "kubeconfig.h"

#include <QCborArray>
#include <QDir>
#include <QFileInfo>
#include <QProcessEnvironment>

#include "yaml_document.h"

namespace fos1::kube {

namespace {

/// A part of the document, with its position.
class Section {
   public:
    Section(const yaml::Document& document, QCborMap map, QString path)
        : m_document(document), m_map(std::move(map)), m_path(std::move(path)) {}

    [[nodiscard]] QString text(const char* key) const { return m_map.value(QLatin1String(key)).toString(); }
    [[nodiscard]] bool flag(const char* key) const { return m_map.value(QLatin1String(key)).toBool(); }
    [[nodiscard]] bool has(const char* key) const { return m_map.contains(QLatin1String(key)); }
    [[nodiscard]] QCborArray list(const char* key) const { return m_map.value(QLatin1String(key)).toArray(); }
    [[nodiscard]] Section child(const char* key) const {
        return {m_document, m_map.value(QLatin1String(key)).toMap(), pathOf(key)};
    }

    [[nodiscard]] tl::unexpected<Error> refuse(const char* key, const QString& what) const {
        const QString path = *key ? pathOf(key) : m_path;
        return failure(ErrorCode::InvalidInput, path.isEmpty() ? what : path + QStringLiteral(": ") + what,
                       m_document.locate(path));
    }

    /// The `inner` part of the entry of list `key` that has this name.
    [[nodiscard]] Result<Section> named(const char* key, const char* inner, const QString& name) const {
        const QCborArray entries = list(key);
        for (qsizetype i = 0; i < entries.size(); ++i) {
            const QCborMap entry = entries.at(i).toMap();
            if (entry.value(QStringLiteral("name")).toString() != name) continue;
            return Section(m_document, entry.value(QLatin1String(inner)).toMap(),
                           QStringLiteral("%1[%2].%3").arg(QLatin1String(key)).arg(i).arg(QLatin1String(inner)));
        }
        return refuse(key, QStringLiteral("no entry has the name \"%1\"").arg(name));
    }

    /// `key` names a file; `key`-data contains its content in base64 and takes precedence.
    [[nodiscard]] Result<PemSource> pem(const char* key, const QDir& base) const {
        const QByteArray dataKey = QByteArray(key) + "-data";
        if (const QString encoded = text(dataKey.constData()); !encoded.isEmpty()) {
            const auto decoded =
                QByteArray::fromBase64Encoding(encoded.toLatin1(), QByteArray::AbortOnBase64DecodingErrors);
            if (!decoded) return refuse(dataKey.constData(), QStringLiteral("is not base64"));
            return PemSource{*decoded, {}};
        }
        const QString file = text(key);
        return PemSource{{}, file.isEmpty() ? QString() : base.absoluteFilePath(file)};
    }

   private:
    [[nodiscard]] QString pathOf(const char* key) const {
        return m_path.isEmpty() ? QString::fromLatin1(key) : m_path + u'.' + QLatin1String(key);
    }

    const yaml::Document& m_document;
    QCborMap m_map;
    QString m_path;
};

Result<QUrl> serverUrl(const Section& cluster) {
    const QUrl url(cluster.text("server"), QUrl::StrictMode);
    const bool isHttp = url.scheme() == QStringLiteral("https") || url.scheme() == QStringLiteral("http");
    if (!url.isValid() || !isHttp || url.host().isEmpty())
        return cluster.refuse("server", QStringLiteral("must be the https URL of an API server"));
    return url;
}

/// Empty when there is none. As in kubectl, a SOCKS proxy resolves the names.
Result<QUrl> proxyUrl(const Section& cluster) {
    QUrl url(cluster.text("proxy-url"));
    if (url.isEmpty()) return url;
    if (url.scheme() == QStringLiteral("socks5")) url.setScheme(QStringLiteral("socks5h"));
    const QStringList schemes{QStringLiteral("http"), QStringLiteral("https"), QStringLiteral("socks5h")};
    if (url.host().isEmpty() || !schemes.contains(url.scheme()))
        return cluster.refuse("proxy-url", QStringLiteral("must be an http, https or socks5 URL"));
    return url;
}

Result<ExecCommand> execOf(const Section& exec, const QDir& base) {
    ExecCommand command;
    command.apiVersion = exec.text("apiVersion");
    if (command.apiVersion != QStringLiteral("client.authentication.k8s.io/v1") &&
        command.apiVersion != QStringLiteral("client.authentication.k8s.io/v1beta1"))
        return exec.refuse("apiVersion", QStringLiteral("must be client.authentication.k8s.io/v1 or v1beta1"));
    command.command = exec.text("command");
    if (command.command.isEmpty()) return exec.refuse("command", QStringLiteral("must name a program"));
    // As in kubectl: a name is looked up in PATH, a relative path is resolved against the file's directory.
    if (command.command.contains(u'/')) command.command = base.absoluteFilePath(command.command);
    for (const QCborValue& argument : exec.list("args")) command.arguments.append(argument.toString());
    for (const QCborValue& value : exec.list("env")) {
        const QCborMap variable = value.toMap();
        command.environment[variable.value(QStringLiteral("name")).toString()] =
            variable.value(QStringLiteral("value")).toString();
    }
    return command;
}

Result<Credentials> credentialsOf(const Section& user, const QDir& base) {
    if (user.has("auth-provider"))
        return user.refuse("auth-provider", QStringLiteral("is not supported, as in kubectl since 1.26: use exec"));
    Credentials credentials;
    credentials.token = user.text("token");
    // Like kubectl, prefer the file, because it may be rotated.
    if (const QString file = user.text("tokenFile"); !file.isEmpty()) {
        credentials.tokenFile = base.absoluteFilePath(file);
        credentials.token.clear();
    }
    credentials.username = user.text("username");
    credentials.password = user.text("password");
    const auto certificate = user.pem("client-certificate", base);
    if (!certificate) return tl::unexpected(certificate.error());
    const auto key = user.pem("client-key", base);
    if (!key) return tl::unexpected(key.error());
    if (certificate->isSet() != key->isSet())
        return user.refuse(key->isSet() ? "client-certificate" : "client-key",
                           QStringLiteral("is missing: a certificate and its key go together"));
    credentials.certificate = *certificate;
    credentials.key = *key;
    if (user.has("exec")) {
        const auto exec = execOf(user.child("exec"), base);
        if (!exec) return tl::unexpected(exec.error());
        credentials.exec = *exec;
    }
    return credentials;
}

}  // namespace

Result<ClusterAccess> parseKubeconfig(const QByteArray& text, const QString& file, const QString& context) {
    const auto documents = yaml::parse(text, file);
    if (!documents) return tl::unexpected(documents.error());
    if (documents->size() != 1)
        return failure(ErrorCode::InvalidInput, QStringLiteral("must contain one kubeconfig"), file);
    const yaml::Document& document = documents->front();
    const Section root(document, document.value, {});
    if (root.text("kind") != QStringLiteral("Config"))
        return root.refuse("kind", QStringLiteral("must be Config: this is not a kubeconfig"));
    const QString name = context.isEmpty() ? root.text("current-context") : context;
    if (name.isEmpty()) return root.refuse("current-context", QStringLiteral("is empty, and no context is configured"));
    const auto chosen = root.named("contexts", "context", name);
    if (!chosen) return tl::unexpected(chosen.error());
    const auto cluster = root.named("clusters", "cluster", chosen->text("cluster"));
    if (!cluster) return tl::unexpected(cluster.error());

    const QDir base = QFileInfo(file).absoluteDir();
    ClusterAccess access;
    const auto server = serverUrl(*cluster);
    if (!server) return tl::unexpected(server.error());
    access.server = *server;
    const auto authority = cluster->pem("certificate-authority", base);
    if (!authority) return tl::unexpected(authority.error());
    access.authority = *authority;
    access.isInsecure = cluster->flag("insecure-skip-tls-verify");
    if (access.isInsecure && access.authority.isSet())
        return cluster->refuse("insecure-skip-tls-verify",
                               QStringLiteral("contradicts the certificate authority of the same cluster"));
    access.serverName = cluster->text("tls-server-name");
    const auto proxy = proxyUrl(*cluster);
    if (!proxy) return tl::unexpected(proxy.error());
    access.proxy = *proxy;
    access.ns = chosen->text("namespace");
    if (const QString userName = chosen->text("user"); !userName.isEmpty()) {
        const auto user = root.named("users", "user", userName);
        if (!user) return tl::unexpected(user.error());
        const auto credentials = credentialsOf(*user, base);
        if (!credentials) return tl::unexpected(credentials.error());
        access.credentials = *credentials;
    }
    access.description = QStringLiteral("%1, context %2").arg(file, name);
    return access;
}

Result<ClusterAccess> readKubeconfig(const QString& file, const QString& context) {
    const auto text = readSmallFile(file);
    if (!text) return tl::unexpected(text.error());
    return parseKubeconfig(*text, file, context);
}

std::map<QString, QString> ownEnvironment() {
    const QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    std::map<QString, QString> all;
    for (const QString& name : environment.keys()) all[name] = environment.value(name);
    return all;
}

Result<ClusterAccess> inClusterAccess(const std::map<QString, QString>& environment, const QString& directory) {
    const auto variable = [&](const char* name) {
        const auto it = environment.find(QString::fromLatin1(name));
        return it == environment.end() ? QString() : it->second;
    };
    const QString host = variable("KUBERNETES_SERVICE_HOST");
    const int port = variable("KUBERNETES_SERVICE_PORT").toInt();
    if (host.isEmpty() || port <= 0)
        return failure(
            ErrorCode::NotFound,
            QStringLiteral("this is not a pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set"));
    ClusterAccess access;
    access.server.setScheme(QStringLiteral("https"));
    access.server.setHost(host);
    access.server.setPort(port);
    access.authority.file = directory + QStringLiteral("/ca.crt");
    access.credentials.tokenFile = directory + QStringLiteral("/token");
    if (const auto ns = readSmallFile(directory + QStringLiteral("/namespace")))
        access.ns = QString::fromUtf8(*ns).trimmed();
    access.description = QStringLiteral("service account in %1").arg(directory);
    return access;
}

}  // namespace fos1::kube
