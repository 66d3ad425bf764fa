// SPDX-License-Identifier: GPL-2.0-or-later
// The fields are those of Event, events.k8s.io/v1 (Kubernetes API reference).
#include "kube/event_writer.h"

#include <QCryptographicHash>
#include <QDateTime>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>

namespace fos1::crd {

namespace {

constexpr double kBurst = 25;
constexpr double kPerSecond = 1;
constexpr std::size_t kMostSeries = 500;
/// Minimum interval between two writes of one series.
constexpr std::chrono::seconds kSeriesInterval{60};

const kube::ResourceType& eventType() {
    static const kube::ResourceType type{QStringLiteral("events.k8s.io/v1"), QStringLiteral("Event"),
                                         QStringLiteral("events"), true};
    return type;
}

QString text(const QCborMap& map, const char* key) { return map.value(QLatin1String(key)).toString(); }

/// RFC 3339 with microseconds, as MicroTime requires.
QString microTime(const QString& rfc3339) {
    const QDateTime time = QDateTime::fromString(rfc3339, Qt::ISODateWithMs).toUTC();
    return time.toString(QStringLiteral("yyyy-MM-ddTHH:mm:ss.zzz")) + QStringLiteral("000Z");
}

ObjectKey regardingOf(const QCborMap& event) {
    return ObjectKey::fromCbor(event.value(QStringLiteral("regarding")).toMap());
}

QString nsOf(const ObjectKey& key) { return key.ns.isEmpty() ? QStringLiteral("default") : key.ns; }

/// Equal for equal events, so that a restarted host continues its series.
QString nameOf(const QCborMap& event, const QString& node) {
    const ObjectKey key = regardingOf(event);
    QCryptographicHash hash(QCryptographicHash::Sha256);
    for (const QString& part : {node, key.apiVersion, key.kind, key.ns, key.name, text(event, "type"),
                                text(event, "reason"), text(event, "message"), text(event, "source")})
        hash.addData(part.toUtf8() + '\0');
    return key.name.left(200) + u'.' + QString::fromLatin1(hash.result().toHex().left(16));
}

QString uidOf(const QCborMap& object) {
    return object.value(QStringLiteral("metadata")).toMap().value(QStringLiteral("uid")).toString();
}

}  // namespace

EventWriter::EventWriter(kube::ApiClient& client, const KubeSource& source, QString node, QObject* parent)
    : QObject(parent), m_client(client), m_source(source), m_node(std::move(node)), m_credit(kBurst) {
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &EventWriter::work);
    m_credited.start();
}

void EventWriter::onEvent(const QCborMap& event) {
    const ObjectKey key = regardingOf(event);
    if (!m_source.find(key)) return;
    const QString name = nameOf(event, m_node);
    if (!m_series.contains(name) && m_series.size() >= kMostSeries) {
        // Drops the series that was quiet for longest. If its event occurs again, it is found by its name.
        const auto oldest = std::max_element(m_series.begin(), m_series.end(), [](const auto& a, const auto& b) {
            const auto age = [](const Series& series) {
                return series.written.isValid() ? series.written.elapsed() : -1;
            };
            return age(a.second) < age(b.second);
        });
        if (oldest->second.isDirty) return;
        m_series.erase(oldest);
    }
    Series& series = m_series[name];
    series.last = event;
    if (std::exchange(series.isDirty, true)) return;
    const std::chrono::milliseconds since(series.written.isValid() ? series.written.elapsed() : 0);
    if (series.written.isValid() && since < kSeriesInterval) {
        QTimer::singleShot(kSeriesInterval - since, this, [this, name] {
            m_waiting.push_back(name);
            work();
        });
        return;
    }
    m_waiting.push_back(name);
    work();
}

void EventWriter::work() {
    if (m_isBusy || m_waiting.empty()) return;
    m_credit = std::min(kBurst, m_credit + kPerSecond * static_cast<double>(m_credited.restart()) / 1000);
    if (m_credit < 1) {
        if (!m_timer.isActive()) m_timer.start(std::chrono::seconds(1));
        return;
    }
    const QString name = m_waiting.front();
    m_waiting.pop_front();
    const auto it = m_series.find(name);
    if (it == m_series.end() || !it->second.isDirty) return work();
    m_credit -= 1;
    m_isBusy = true;
    it->second.isDirty = false;
    it->second.written.start();
    const QCborMap event = it->second.last;
    if (event.value(QStringLiteral("count")).toInteger(1) > 1)
        patch(name, event);
    else
        post(name, event);
}

void EventWriter::post(const QString& name, const QCborMap& event) {
    const ObjectKey key = regardingOf(event);
    const ClusterObject* object = m_source.find(key);
    QJsonObject regarding{{QStringLiteral("apiVersion"), key.apiVersion},
                          {QStringLiteral("kind"), key.kind},
                          {QStringLiteral("namespace"), key.ns},
                          {QStringLiteral("name"), key.name}};
    if (object) regarding.insert(QStringLiteral("uid"), uidOf(m_source.desired(*object)));
    // kubectl describe finds events by these fields; `action` must not be empty.
    const QJsonObject body{{QStringLiteral("apiVersion"), eventType().apiVersion},
                           {QStringLiteral("kind"), eventType().kind},
                           {QStringLiteral("metadata"), QJsonObject{{QStringLiteral("name"), name}}},
                           {QStringLiteral("eventTime"), microTime(text(event, "lastTime"))},
                           {QStringLiteral("reportingController"), QStringLiteral("fos1.io/") + text(event, "source")},
                           {QStringLiteral("reportingInstance"), m_node.left(128)},
                           {QStringLiteral("action"), text(event, "reason").left(128)},
                           {QStringLiteral("reason"), text(event, "reason").left(128)},
                           {QStringLiteral("type"), text(event, "type")},
                           {QStringLiteral("regarding"), regarding},
                           {QStringLiteral("note"), text(event, "message").left(1024)}};
    kube::ApiRequest request;
    request.verb = "POST";
    request.path = eventType().path(nsOf(key));
    request.contentType = "application/json";
    request.body = QJsonDocument(body).toJson(QJsonDocument::Compact);
    m_client.send(request, this, [this, name, event](const kube::ApiReply& reply) {
        // The event occurred before, and a restarted host no longer knows its series.
        if (reply.status == 409) return patch(name, event);
        done();
    });
}

void EventWriter::patch(const QString& name, const QCborMap& event) {
    const ObjectKey key = regardingOf(event);
    const QJsonObject series{
        {QStringLiteral("count"), std::max<qint64>(2, event.value(QStringLiteral("count")).toInteger())},
        {QStringLiteral("lastObservedTime"), microTime(text(event, "lastTime"))}};
    kube::ApiRequest request;
    request.verb = "PATCH";
    request.path = eventType().path(nsOf(key), name);
    request.contentType = "application/merge-patch+json";
    request.body = QJsonDocument(QJsonObject{{QStringLiteral("series"), series}}).toJson(QJsonDocument::Compact);
    m_client.send(request, this, [this, name, event](const kube::ApiReply& reply) {
        // The API server deletes events after about an hour.
        if (reply.status == 404 && event.value(QStringLiteral("count")).toInteger(1) > 1) return post(name, event);
        done();
    });
}

void EventWriter::done() {
    m_isBusy = false;
    work();
}

}  // namespace fos1::crd
