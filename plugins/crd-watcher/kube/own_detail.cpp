// SPDX-License-Identifier: GPL-2.0-or-later
#include "kube/own_detail.h"

#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>
#include <utility>

#include "cbor_equality.h"
#include "core/node_detail.h"
#include "core/node_status.h"
#include "kube/status_request.h"

namespace fos1::crd {

namespace {
constexpr std::chrono::milliseconds kDetailRetry{2000};
constexpr int kMostDetailDoublings = 5;
constexpr int kDetailNotFound = 404;
const QString kDetailManager = QStringLiteral("fos1-host.");
}  // namespace

OwnDetail::OwnDetail(kube::ApiClient& client, Options options, QObject* parent)
    : QObject(parent),
      m_client(client),
      m_options(std::move(options)),
      m_watch(client, m_options.type, {{}, {}, QStringLiteral("metadata.name=") + m_options.node}, {}) {
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &OwnDetail::serve);
    connect(&m_watch, &kube::ListWatch::listing, this, [this] {
        m_isListed = false;
        m_isThere = false;
    });
    connect(&m_watch, &kube::ListWatch::listed, this, [this](const QList<QCborMap>& page) {
        if (!page.isEmpty()) onObject(page.first());
    });
    connect(&m_watch, &kube::ListWatch::replaced, this, [this] {
        m_isListed = true;
        serveAfter({});
    });
    connect(&m_watch, &kube::ListWatch::updated, this, [this](const QCborMap& object) {
        onObject(object);
        serveAfter({});
    });
    connect(&m_watch, &kube::ListWatch::deleted, this, [this] {
        m_isThere = false;
        serveAfter({});
    });
    connect(&m_watch, &kube::ListWatch::stateChanged, this, &OwnDetail::stateChanged);
}

void OwnDetail::start() {
    m_started.start();
    m_watch.start();
}

void OwnDetail::stop() {
    m_watch.stop();
    m_timer.stop();
}

void OwnDetail::report(const ObjectKey& key, const QCborMap& status) {
    const auto known = m_served.find(key);
    if (status.isEmpty() ? known == m_served.end() : known != m_served.end() && known->second == status) return;
    if (status.isEmpty())
        m_served.erase(known);
    else
        m_served[key] = status;
    m_news.insert(key);
    serveAfter({});
}

void OwnDetail::setOwner(const QString& uid) {
    m_ownerUid = uid;
    serveAfter({});
}

QString OwnDetail::problem() const {
    if (!m_problem.isEmpty()) return m_problem;
    if (m_watch.state() == kube::ListWatch::State::Absent)
        return QStringLiteral("the cluster has no kind %1: apply its CRD").arg(m_options.type.kind);
    return m_watch.problem();
}

void OwnDetail::onObject(const QCborMap& object) {
    m_isThere = true;
    m_present = object.value(QStringLiteral("status")).toMap();
    // Others wrote this; what this node wrote before is news again.
    if (isSilent(m_present)) m_pace = {};
    m_presentOwnerUid = object.value(QStringLiteral("metadata"))
                            .toMap()
                            .value(QStringLiteral("ownerReferences"))
                            .toArray()
                            .at(0)
                            .toMap()
                            .value(QStringLiteral("uid"))
                            .toString();
}

void OwnDetail::serveAfter(std::chrono::milliseconds delay) {
    if (!m_timer.isActive() || m_timer.remainingTimeAsDuration() > delay) m_timer.start(delay);
}

void OwnDetail::serve() {
    if (m_isBusy || !m_isListed) return;
    if (m_pace.when().isValid() && m_pace.when().elapsed() < m_options.interval)
        return serveAfter(m_options.interval - m_pace.when().elapsed());
    if (m_served.empty()) {
        // After a start, "not reported yet" does not mean "no longer served".
        const auto left = m_options.silence - m_started.elapsed();
        if (!m_isThere) return;
        if (m_news.empty() && left.count() > 0) return serveAfter(left);
        return remove();
    }
    if (!m_isThere || (!m_ownerUid.isEmpty() && m_ownerUid != m_presentOwnerUid)) return place();
    const QCborMap wanted = withTimesOf(m_present, nodeDetail(m_served, m_options.schema, m_options.facts),
                                        QDateTime::currentDateTimeUtc().toString(Qt::ISODate));
    const auto wait = m_pace.wait(wanted, m_present, m_options.pace);
    if (!wait) return;
    if (wait->count() > 0) return serveAfter(*wait);
    write(wanted);
}

void OwnDetail::place() {
    QJsonObject metadata{{QStringLiteral("name"), m_options.node}};
    if (!m_ownerUid.isEmpty())
        metadata[QStringLiteral("ownerReferences")] =
            QJsonArray{QJsonObject{{QStringLiteral("apiVersion"), QStringLiteral("v1")},
                                   {QStringLiteral("kind"), QStringLiteral("Node")},
                                   {QStringLiteral("name"), m_options.node},
                                   {QStringLiteral("uid"), m_ownerUid}}};
    kube::ApiRequest request;
    request.verb = "PATCH";
    request.path = m_options.type.path({}, m_options.node);
    request.query.addQueryItem(QStringLiteral("fieldManager"), kDetailManager + m_options.node);
    request.query.addQueryItem(QStringLiteral("force"), QStringLiteral("true"));
    request.contentType = "application/apply-patch+yaml";
    request.body = QJsonDocument(QJsonObject{{QStringLiteral("apiVersion"), m_options.type.apiVersion},
                                             {QStringLiteral("kind"), m_options.type.kind},
                                             {QStringLiteral("metadata"), metadata}})
                       .toJson(QJsonDocument::Compact);
    send(request, [this](const kube::ApiReply& reply) {
        if (!reply.isOk()) return;
        // The watch may be late.
        m_isThere = true;
        m_presentOwnerUid = m_ownerUid;
        serveAfter({});
    });
}

void OwnDetail::write(const QCborMap& status) {
    const ObjectKey self{m_options.type.apiVersion, m_options.type.kind, {}, m_options.node};
    send(statusRequest(m_options.type, self, kDetailManager + m_options.node, status),
         [this, status, before = m_present, keys = std::exchange(m_news, {})](const kube::ApiReply& reply) {
             m_pace.wrote(status, reply.isOk());
             if (!reply.isOk()) {
                 m_news.insert(keys.begin(), keys.end());
                 return;
             }
             m_present = status;
             std::set<ObjectKey> changed;
             std::set<ObjectKey> refreshedOnes;
             for (const ObjectKey& key : keys) {
                 const auto old = entryIn(before, m_options.node, serviceOf(key));
                 const auto now = entryIn(status, m_options.node, serviceOf(key));
                 const bool isRefresh = old && now && isSameCbor(essenceOf(*old), essenceOf(*now));
                 (isRefresh ? refreshedOnes : changed).insert(key);
             }
             Q_EMIT written(changed);
             Q_EMIT refreshed(refreshedOnes);
             serveAfter(m_options.interval);
         });
}

void OwnDetail::remove() {
    kube::ApiRequest request;
    request.verb = "DELETE";
    request.path = m_options.type.path({}, m_options.node);
    send(request, [this, keys = std::exchange(m_news, {})](const kube::ApiReply& reply) {
        m_pace.wrote({}, reply.isOk());
        if (!reply.isOk() && reply.status != kDetailNotFound) {
            m_news.insert(keys.begin(), keys.end());
            return;
        }
        m_isThere = false;
        m_present = {};
        Q_EMIT written(keys);
    });
}

void OwnDetail::send(const kube::ApiRequest& request, const std::function<void(const kube::ApiReply&)>& done) {
    m_isBusy = true;
    m_client.send(request, this, [this, done](const kube::ApiReply& reply) {
        m_isBusy = false;
        const bool isGood = reply.isOk() || reply.status == kDetailNotFound;
        const QString problem = isGood ? QString() : m_options.type.kind + QStringLiteral(": ") + reply.problem;
        m_failures = isGood ? 0 : m_failures + 1;
        done(reply);
        if (!reply.isOk()) {
            const auto own = kDetailRetry * (1 << std::min(m_failures, kMostDetailDoublings));
            serveAfter(std::max(own, reply.retryAfter.value_or(own)));
        }
        if (std::exchange(m_problem, problem) != problem) Q_EMIT stateChanged();
    });
}

}  // namespace fos1::crd
