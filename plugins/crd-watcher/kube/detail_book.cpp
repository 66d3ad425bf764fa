// SPDX-License-Identifier: GPL-2.0-or-later
#include "kube/detail_book.h"

#include <QDateTime>
#include <QJsonArray>
#include <utility>

#include "core/node_detail.h"
#include "kube/status_request.h"

namespace fos1::crd {

namespace {
const QString kReported = QStringLiteral("status");

QString reportingNode(const QCborMap& object) {
    return object.value(QStringLiteral("metadata")).toMap().value(QStringLiteral("name")).toString();
}
}  // namespace

DetailBook::DetailBook(kube::ApiClient& client, kube::ResourceType type, QObject* parent)
    : QObject(parent), m_client(client), m_type(std::move(type)) {
    m_soon.setSingleShot(true);
    connect(&m_soon, &QTimer::timeout, this, &DetailBook::changed);
}

DetailBook::~DetailBook() = default;

void DetailBook::open() {
    if (m_watch) return;
    m_watch = std::make_unique<kube::ListWatch>(m_client, m_type, kube::ListScope{}, kube::ListWatch::Options{});
    connect(m_watch.get(), &kube::ListWatch::listing, this, [this] { m_incoming.clear(); });
    connect(m_watch.get(), &kube::ListWatch::listed, this, [this](const QList<QCborMap>& page) {
        for (const QCborMap& object : page)
            m_incoming[reportingNode(object)] = m_compactor.compacted(object.value(kReported).toCbor(), kReported);
    });
    connect(m_watch.get(), &kube::ListWatch::replaced, this, [this] {
        m_nodes = std::exchange(m_incoming, {});
        m_isListed = true;
        m_soon.start(0);
    });
    connect(m_watch.get(), &kube::ListWatch::updated, this, [this](const QCborMap& object) {
        m_nodes[reportingNode(object)] = m_compactor.compacted(object.value(kReported).toCbor(), kReported);
        changeSoon();
    });
    connect(m_watch.get(), &kube::ListWatch::deleted, this, [this](const QCborMap& object) {
        m_nodes.erase(reportingNode(object));
        changeSoon();
    });
    m_watch->start();
}

/// Of many changes at once, each would need all reports again.
void DetailBook::changeSoon() {
    constexpr std::chrono::milliseconds kTogether{200};
    if (!m_soon.isActive()) m_soon.start(kTogether);
}

void DetailBook::close() {
    if (!m_watch) return;
    m_watch->stop();
    // It may be the sender of the signal that is being handled.
    m_watch.release()->deleteLater();
    m_soon.stop();
    m_nodes.clear();
    m_isListed = false;
}

QCborArray DetailBook::entries(const QString& service) const {
    QCborArray found;
    for (const auto& [node, status] : m_nodes)
        if (const auto entry = entryIn(m_compactor.expandedMap(status), node, service)) found.append(*entry);
    return found;
}

void DetailBook::remove(const std::set<QString>& nodes, const std::function<void()>& done) {
    // A node that comes back may go again.
    std::erase_if(m_removed, [&nodes](const QString& node) { return !nodes.contains(node); });
    for (const QString& node : nodes) {
        if (!m_removed.insert(node).second) continue;
        kube::ApiRequest request;
        request.verb = "DELETE";
        request.path = m_type.path({}, node);
        m_client.send(request, this, [this, node, done](const kube::ApiReply& reply) {
            constexpr int kNotFound = 404;
            if (reply.isOk()) return done();
            if (reply.status != kNotFound) m_removed.erase(node);
        });
    }
}

void DetailBook::silence(const std::set<QString>& nodes, const std::function<void()>& done) {
    std::erase_if(m_silenced, [&nodes](const QString& node) { return !nodes.contains(node); });
    for (const QString& node : nodes) {
        if (!m_silenced.insert(node).second) continue;
        kube::ApiRequest request;
        request.path = m_type.path();
        request.query.addQueryItem(QStringLiteral("fieldSelector"), QStringLiteral("metadata.name=") + node);
        m_client.send(request, this, [this, node, done](const kube::ApiReply& reply) {
            if (!reply.isOk()) {
                m_silenced.erase(node);
                return;
            }
            const QJsonArray items = reply.json()[u"items"].toArray();
            if (!items.isEmpty()) writeSilence(node, items.first().toObject(), done);
        });
    }
}

void DetailBook::writeSilence(const QString& node, const QJsonObject& object, const std::function<void()>& done) {
    const QCborMap status = QCborMap::fromJsonObject(object[u"status"].toObject());
    if (isSilent(status)) return;
    const ObjectKey self{m_type.apiVersion, m_type.kind, {}, node};
    const QString now = QDateTime::currentDateTimeUtc().toString(Qt::ISODate);
    m_client.send(statusRequest(m_type, self, QStringLiteral("fos1-host.") + node, silentDetail(status, now),
                                object[u"metadata"][u"resourceVersion"].toString()),
                  this, [this, node, done](const kube::ApiReply& reply) {
                      if (reply.isOk()) return done();
                      // It has come back, or another node was faster; otherwise the next sweep tries again.
                      m_silenced.erase(node);
                  });
}

void DetailBook::count(const std::function<void(qsizetype nodes)>& done) {
    kube::ApiRequest request;
    request.path = m_type.path();
    request.query.addQueryItem(QStringLiteral("limit"), QStringLiteral("1"));
    m_client.send(request, this, [done](const kube::ApiReply& reply) {
        const QJsonObject list = reply.json();
        if (!reply.isOk() || !list[u"items"].isArray()) return;
        done(list[u"items"].toArray().size() + list[u"metadata"][u"remainingItemCount"].toInteger());
    });
}

}  // namespace fos1::crd
