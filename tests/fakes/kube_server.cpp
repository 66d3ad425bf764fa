// SPDX-License-Identifier: GPL-2.0-or-later
#include "kube_server.h"

#include <signal.h>

#include <QDebug>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonDocument>
#include <QLocalSocket>

#include "lab.h"
#include "tree.h"

namespace fos1::fakes {

namespace {

constexpr int kStartMs = 20'000;
constexpr int kControlMs = 60'000;

/// The body of an HTTP/1.0 answer, which ends when the connection closes.
QByteArray answerBody(QLocalSocket& socket) {
    QByteArray answer;
    QElapsedTimer timer;
    timer.start();
    while (socket.state() == QLocalSocket::ConnectedState && timer.elapsed() < kControlMs) {
        if (socket.waitForReadyRead(1000)) answer += socket.readAll();
    }
    answer += socket.readAll();
    const qsizetype end = answer.indexOf("\r\n\r\n");
    return end < 0 ? QByteArray() : answer.mid(end + 4);
}

KubeRequest requestOf(const QJsonObject& line) {
    KubeRequest request;
    request.time = QDateTime::fromString(line[u"time"].toString(), Qt::ISODateWithMs);
    request.user = line[u"user"].toString();
    request.verb = line[u"verb"].toString();
    request.group = line[u"group"].toString();
    request.resource = line[u"resource"].toString();
    request.subresource = line[u"subresource"].toString();
    request.namespaceName = line[u"namespace"].toString();
    request.name = line[u"name"].toString();
    request.path = line[u"path"].toString();
    request.url = line[u"url"].toString();
    request.userAgent = line[u"userAgent"].toString();
    request.httpVersion = line[u"http"].toString();
    request.connection = line[u"connection"].toInt(-1);
    request.status = line[u"status"].toInt();
    return request;
}

}  // namespace

KubeServer::KubeServer(KubeOptions options) : m_options(std::move(options)), m_authority(m_directory.path()) {
    m_certificate = m_authority.issueServer(QStringLiteral("server"));
    m_tokens[QStringLiteral("admin")] = {QStringLiteral("token-of-admin"), {QStringLiteral("system:masters")}};
    writeTokens();
    lab::writeFile(path(QStringLiteral("passwords.csv")), {});
}

KubeServer::~KubeServer() {
    if (!isRunning()) return;
    m_process->closeWriteChannel();  // it exits when its standard input closes
    if (!m_process->waitForFinished(3000)) kill();
}

bool KubeServer::start() {
    QStringList words{tree::sourceFile(QStringLiteral("tests/fakes/kube-apiserver/main.js"))};
    const auto add = [&words](const char* name, const QString& value) { words << QString::fromLatin1(name) << value; };
    add("--port", QString::number(m_port));
    add("--profile", m_options.profile);
    add("--cert", m_certificate.certificate);
    add("--key", m_certificate.key);
    add("--client-ca", caFile());
    add("--token-file", path(QStringLiteral("tokens.csv")));
    add("--basic-auth-file", path(QStringLiteral("passwords.csv")));
    add("--authorization-mode", m_options.checksAccess ? QStringLiteral("RBAC") : QStringLiteral("AlwaysAllow"));
    add("--state", path(QStringLiteral("state.jsonl")));
    add("--control", path(QStringLiteral("control.sock")));
    add("--request-log", path(QStringLiteral("requests.jsonl")));
    add("--initializing-ms", QString::number(m_options.initializingMs));
    add("--bookmark-interval-ms", QString::number(m_options.bookmarkIntervalMs));
    for (const QString& manifest : m_options.manifests) add("--manifests", manifest);

    QFile::remove(path(QStringLiteral("control.sock")));
    m_process = std::make_unique<QProcess>();
    m_process->setStandardErrorFile(path(QStringLiteral("server.log")), QIODevice::Append);
    words = m_options.wrapper + QStringList{QStringLiteral("node")} + words + m_options.further;
    m_process->start(words.front(), words.mid(1));
    QElapsedTimer timer;
    timer.start();
    while (isRunning() || m_process->state() == QProcess::Starting) {
        if (m_process->canReadLine()) {
            m_port = m_process->readLine().trimmed().split(' ').last().toUShort();
            return m_port != 0;
        }
        if (timer.elapsed() > kStartMs) break;
        m_process->waitForReadyRead(100);
    }
    qWarning().noquote() << "the fake API server did not start:" << m_process->errorString() << m_authority.problem()
                         << log();
    return false;
}

void KubeServer::kill() {
    if (!m_process) return;
    m_process->kill();
    m_process->waitForFinished(3000);
}

void KubeServer::freeze(bool isFrozen) const {
    ::kill(static_cast<pid_t>(m_process->processId()), isFrozen ? SIGSTOP : SIGCONT);
}

bool KubeServer::restart() {
    kill();
    return start();
}

void KubeServer::writeTokens() const {
    QByteArray lines;
    for (const auto& [user, secret] : m_tokens)
        lines += secret.token.toUtf8() + ',' + user.toUtf8() + ',' + user.toUtf8() + ",\"" +
                 secret.groups.join(u',').toUtf8() + "\"\n";
    lab::writeFile(path(QStringLiteral("tokens.csv")), lines);
}

void KubeServer::setToken(const QString& user, const QString& token, const QStringList& groups) {
    Secret& secret = m_tokens[user];
    secret.token = token;
    if (!groups.isEmpty()) secret.groups = groups;
    writeTokens();
}

void KubeServer::setPassword(const QString& user, const QString& password) {
    m_passwords[user] = password;
    QByteArray lines;
    for (const auto& [name, word] : m_passwords)
        lines += word.toUtf8() + ',' + name.toUtf8() + ',' + name.toUtf8() + '\n';
    lab::writeFile(path(QStringLiteral("passwords.csv")), lines);
}

bool KubeServer::changeCertificate(const Validity& validity) {
    m_certificate = m_authority.issueServer(QStringLiteral("server"), validity);
    return m_authority.problem().isEmpty() && !control(QStringLiteral("reload-certificates")).contains(u"error");
}

QString KubeServer::kubeconfig(const QString& user, const CertificateFiles& certificate) const {
    QJsonObject credentials;
    if (!certificate.certificate.isEmpty())
        credentials = {{"client-certificate", certificate.certificate}, {"client-key", certificate.key}};
    else if (const auto found = m_tokens.find(user); found != m_tokens.end())
        credentials = {{"token", found->second.token}};
    const QJsonObject config{
        {"apiVersion", "v1"},
        {"kind", "Config"},
        {"current-context", "test"},
        {"clusters",
         QJsonArray{QJsonObject{{"name", "fake"},
                                {"cluster", QJsonObject{{"server", url()}, {"certificate-authority", caFile()}}}}}},
        {"users", QJsonArray{QJsonObject{{"name", user}, {"user", credentials}}}},
        {"contexts",
         QJsonArray{QJsonObject{{"name", "test"}, {"context", QJsonObject{{"cluster", "fake"}, {"user", user}}}}}}};
    const QString file = path(QStringLiteral("kubeconfig-") + QString(user).replace(u':', u'-'));
    lab::writeFile(file, QJsonDocument(config).toJson());
    return file;
}

QJsonObject KubeServer::control(const QString& what, const QJsonObject& arguments) const {
    QLocalSocket socket;
    socket.connectToServer(path(QStringLiteral("control.sock")));
    if (!socket.waitForConnected(3000)) return {{"error", socket.errorString()}};
    const QByteArray body = QJsonDocument(arguments).toJson(QJsonDocument::Compact);
    socket.write("POST /control/" + what.toUtf8() + " HTTP/1.0\r\nContent-Length: " + QByteArray::number(body.size()) +
                 "\r\n\r\n" + body);
    const QJsonDocument answer = QJsonDocument::fromJson(answerBody(socket));
    return answer.isObject() ? answer.object() : QJsonObject{{"error", "no answer"}};
}

qint64 KubeServer::version() const { return control(QStringLiteral("version"))[u"version"].toInteger(); }

QJsonArray KubeServer::install(const QJsonArray& objects) const {
    return control(QStringLiteral("install"), {{"objects", objects}})[u"objects"].toArray();
}

QJsonArray KubeServer::list(const QString& apiVersion, const QString& kind, const QString& ns) const {
    return control(QStringLiteral("list"), {{"apiVersion", apiVersion}, {"kind", kind}, {"namespace", ns}})[u"items"]
        .toArray();
}

QJsonObject KubeServer::object(const QString& apiVersion, const QString& kind, const QString& ns,
                               const QString& name) const {
    for (const QJsonValue& each : list(apiVersion, kind, ns))
        if (each[u"metadata"][u"name"].toString() == name) return each.toObject();
    return {};
}

int KubeServer::fault(const QJsonObject& rule) const { return control(QStringLiteral("fault"), rule)[u"id"].toInt(); }

void KubeServer::clearFaults() const { control(QStringLiteral("clear-faults")); }

QList<KubeRequest> KubeServer::requests() const {
    QFile file(path(QStringLiteral("requests.jsonl")));
    if (!file.open(QIODevice::ReadOnly) || !file.seek(m_readBytes)) return m_requests;
    // There may be thousands, and tests ask again and again.
    const QByteArray news = file.readAll();
    const QByteArray lines = news.left(news.lastIndexOf('\n') + 1);
    m_readBytes += lines.size();
    for (const QByteArray& line : lines.split('\n'))
        if (!line.isEmpty()) m_requests.append(requestOf(QJsonDocument::fromJson(line).object()));
    return m_requests;
}

QList<KubeRequest> KubeServer::requests(const QString& verb, const QString& resource) const {
    QList<KubeRequest> found;
    for (const KubeRequest& each : requests())
        if (each.verb == verb && each.resource == resource) found.append(each);
    return found;
}

QByteArray KubeServer::log() const {
    QFile file(path(QStringLiteral("server.log")));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace fos1::fakes
