// SPDX-License-Identifier: GPL-2.0-or-later
#include "list_watch.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QRandomGenerator>
#include <utility>

namespace fos1::kube {

namespace {

constexpr int kGone = 410;
/// The server ends a watch after this time. It varies, so that watches do not all return at once.
constexpr int kShortestWatchSeconds = 300;
constexpr int kLongestWatchSeconds = 600;
/// A watch that ends sooner counts as a failure.
constexpr qint64 kShortWatchMs = 1000;
/// A version that has expired so many times in a row is reported.
constexpr int kOrdinaryExpiries = 3;
constexpr std::chrono::seconds kCheckPatience{10};

QString versionOf(const QJsonObject& object) {
    return object.value(QStringLiteral("metadata")).toObject().value(QStringLiteral("resourceVersion")).toString();
}

}  // namespace

ListWatch::ListWatch(ApiClient& client, ResourceType type, ListScope scope, Options options, QObject* parent)
    : QObject(parent), m_client(client), m_type(std::move(type)), m_scope(std::move(scope)), m_options(options) {
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, [this] { m_mustList ? list() : watch(); });
}

void ListWatch::start() { m_timer.start(0); }

void ListWatch::stop() {
    m_timer.stop();
    m_request.reset();
    m_stream.reset();
}

void ListWatch::relist() {
    stop();
    m_continue.clear();
    m_mustList = true;
    start();
}

void ListWatch::setState(State state, const QString& problem) {
    if (m_state == state && m_problem == problem) return;
    m_state = state;
    m_problem = problem;
    Q_EMIT stateChanged();
}

void ListWatch::retry(State state, const QString& problem, std::optional<std::chrono::milliseconds> after) {
    const auto own = m_delay.next(QRandomGenerator::global()->generateDouble());
    m_timer.start(std::max(own, after.value_or(own)));
    setState(state, problem);
}

QUrlQuery ListWatch::scopeQuery() const {
    QUrlQuery query;
    if (!m_scope.labelSelector.isEmpty()) query.addQueryItem(QStringLiteral("labelSelector"), m_scope.labelSelector);
    if (!m_scope.fieldSelector.isEmpty()) query.addQueryItem(QStringLiteral("fieldSelector"), m_scope.fieldSelector);
    return query;
}

QCborMap ListWatch::objectOf(QJsonObject object) const {
    QJsonObject metadata = object.value(QStringLiteral("metadata")).toObject();
    metadata.remove(QStringLiteral("managedFields"));
    object.insert(QStringLiteral("metadata"), metadata);
    // Items of built-in types do not contain them.
    object.insert(QStringLiteral("apiVersion"), m_type.apiVersion);
    object.insert(QStringLiteral("kind"), m_type.kind);
    return QCborMap::fromJsonObject(object);
}

void ListWatch::list() {
    QUrlQuery query = scopeQuery();
    if (m_inPages) query.addQueryItem(QStringLiteral("limit"), QString::number(m_options.pageSize));
    if (!m_continue.isEmpty()) {
        query.addQueryItem(QStringLiteral("continue"), m_continue);
    } else if (!m_version.isEmpty()) {
        // Accept any server cache that is not older than what this object has already seen.
        query.addQueryItem(QStringLiteral("resourceVersion"), m_version);
        query.addQueryItem(QStringLiteral("resourceVersionMatch"), QStringLiteral("NotOlderThan"));
    }
    if (m_state != State::Absent) setState(State::Listing, m_problem);
    ApiRequest request;
    request.path = m_type.path(m_scope.ns);
    request.query = query;
    request.timeout = std::chrono::seconds(60);
    m_request = std::make_unique<QObject>();
    m_client.send(request, m_request.get(), [this](const ApiReply& reply) { onPage(reply); });
}

void ListWatch::onPage(const ApiReply& reply) {
    m_request.release()->deleteLater();
    if (!reply.isOk()) {
        m_continue.clear();
        if (reply.status == 404) return retry(State::Absent, reply.problem);
        // The continue token expired: list once more from the start, this time in one piece.
        if (reply.status == kGone) {
            m_inPages = m_delay.failures() == 0;
            return onGone(reply.problem);
        }
        // A server that was restored to an earlier state does not know our version.
        m_version.clear();
        return retry(State::Waiting, reply.problem, reply.retryAfter);
    }
    const QJsonObject page = reply.json();
    const QJsonValue items = page.value(QStringLiteral("items"));
    const QString version = versionOf(page);
    if (!items.isArray() || version.isEmpty()) {
        m_continue.clear();
        return retry(State::Waiting, QStringLiteral("%1: the answer is not a list").arg(m_type.path(m_scope.ns)));
    }
    if (m_continue.isEmpty()) {
        m_listVersion = version;
        Q_EMIT listing();
    }
    QList<QCborMap> objects;
    const QJsonArray array = items.toArray();
    for (const QJsonValue& item : array) objects.append(objectOf(item.toObject()));
    Q_EMIT listed(objects);
    const QString next = page.value(QStringLiteral("metadata")).toObject().value(QStringLiteral("continue")).toString();
    if (!next.isEmpty() && next == std::exchange(m_continue, next)) {
        m_continue.clear();
        return retry(State::Waiting, QStringLiteral("%1: the list does not continue").arg(m_type.path(m_scope.ns)));
    }
    m_continue = next;
    if (!m_continue.isEmpty()) return list();

    m_mustList = false;
    m_inPages = true;
    m_version = m_listVersion;
    Q_EMIT replaced();
    watch();
}

void ListWatch::watch() {
    QUrlQuery query = scopeQuery();
    query.addQueryItem(QStringLiteral("watch"), QStringLiteral("true"));
    query.addQueryItem(QStringLiteral("allowWatchBookmarks"), QStringLiteral("true"));
    query.addQueryItem(QStringLiteral("resourceVersion"), m_version);
    query.addQueryItem(QStringLiteral("timeoutSeconds"), QString::number(QRandomGenerator::global()->bounded(
                                                             kShortestWatchSeconds, kLongestWatchSeconds)));
    ApiRequest request;
    request.path = m_type.path(m_scope.ns);
    request.query = query;
    m_watching.start();
    m_stream.reset(m_client.stream(request, m_options.silence, nullptr));
    connect(m_stream.get(), &ApiStream::opened, this, [this] { setState(State::Watching, {}); });
    connect(m_stream.get(), &ApiStream::line, this, &ListWatch::onLine);
    connect(m_stream.get(), &ApiStream::ended, this, &ListWatch::onWatchEnded);
}

void ListWatch::onLine(const QByteArray& line) {
    const QJsonObject event = QJsonDocument::fromJson(line).object();
    const QString type = event.value(QStringLiteral("type")).toString();
    const QJsonObject object = event.value(QStringLiteral("object")).toObject();
    if (type == QStringLiteral("ERROR")) {
        const int code = object.value(QStringLiteral("code")).toInt();
        return onWatchEnded({code, QJsonDocument(object).toJson(QJsonDocument::Compact), std::nullopt,
                             problemOf(code, QJsonDocument(object).toJson())});
    }
    const QString version = versionOf(object);
    if (version.isEmpty())
        return onWatchEnded({200, {}, std::nullopt, QStringLiteral("an event of a watch could not be read")});
    m_version = version;
    m_delay.reset();
    if (type == QStringLiteral("ADDED") || type == QStringLiteral("MODIFIED"))
        Q_EMIT updated(objectOf(object));
    else if (type == QStringLiteral("DELETED"))
        Q_EMIT deleted(objectOf(object));
}

void ListWatch::onWatchEnded(const ApiReply& reply) {
    if (!m_stream) return;
    m_stream->disconnect(this);
    m_stream.release()->deleteLater();
    if (reply.status == kGone) {
        m_mustList = true;
        return onGone(reply.problem);
    }
    if (reply.status == 404) {
        m_mustList = true;
        return retry(State::Absent, reply.problem);
    }
    if (reply.isOk()) {
        // This is how a server asks the client to reconnect.
        if (m_watching.elapsed() >= kShortWatchMs) {
            m_delay.reset();
            m_timer.start(0);
            return;
        }
        return retry(State::Watching, {});
    }
    if (reply.status == 200 && reply.isTimeout) return check();
    retry(State::Waiting, reply.problem, reply.retryAfter);
}

/// An expired version is the server's way to ask for a new list, the first time without a delay.
void ListWatch::onGone(const QString& problem) {
    m_version.clear();
    if (m_delay.failures() == 0) return retry(State::Listing, {}, std::chrono::milliseconds(0));
    if (m_delay.failures() < kOrdinaryExpiries) return retry(State::Listing, {});
    retry(State::Waiting, problem);
}

/// Nothing may have happened, the server may be gone, or our version may lie in its future: servers wait for such a
/// version in silence (after they were restored to an earlier state).
void ListWatch::check() {
    QUrlQuery query = scopeQuery();
    query.addQueryItem(QStringLiteral("limit"), QStringLiteral("1"));
    ApiRequest request;
    request.path = m_type.path(m_scope.ns);
    request.query = query;
    request.timeout = kCheckPatience;
    m_request = std::make_unique<QObject>();
    m_client.send(request, m_request.get(), [this](const ApiReply& reply) { onChecked(reply); });
}

void ListWatch::onChecked(const ApiReply& reply) {
    m_request.release()->deleteLater();
    if (!reply.isOk()) return retry(State::Waiting, reply.problem, reply.retryAfter);
    // Versions of one type are numbers that grow (kubernetes.io/docs/reference/using-api/api-concepts).
    bool isNumber = false;
    const quint64 current = versionOf(reply.json()).toULongLong(&isNumber);
    if (!isNumber || current < m_version.toULongLong()) {
        m_version.clear();
        return list();
    }
    watch();
}

}  // namespace fos1::kube
