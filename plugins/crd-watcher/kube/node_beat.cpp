// SPDX-License-Identifier: GPL-2.0-or-later
#include "kube/node_beat.h"

#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QRandomGenerator>
#include <algorithm>
#include <map>
#include <utility>

namespace fos1::crd {

namespace {

const QString kLeasePrefix = QStringLiteral("fos1-host.");
const QString kBeatLabel = QStringLiteral("fos1.io/heartbeat");
/// For Node objects, in one sweep.
constexpr qsizetype kMostQuestions = 10;

const kube::ResourceType& leaseKind() {
    static const kube::ResourceType type{QStringLiteral("coordination.k8s.io/v1"), QStringLiteral("Lease"),
                                         QStringLiteral("leases"), true};
    return type;
}

const kube::ResourceType& nodeObjects() {
    static const kube::ResourceType type{QStringLiteral("v1"), QStringLiteral("Node"), QStringLiteral("nodes"), false};
    return type;
}

/// By the server's clock, in seconds; nothing: it does not say.
std::optional<qint64> renewedAt(const QJsonObject& lease) {
    std::optional<qint64> last;
    const QJsonArray fields = lease[u"metadata"][u"managedFields"].toArray();
    for (const QJsonValue entry : fields) {
        const QDateTime time = QDateTime::fromString(entry[u"time"].toString(), Qt::ISODate);
        if (time.isValid()) last = std::max(last.value_or(0), time.toSecsSinceEpoch());
    }
    return last;
}

}  // namespace

NodeBeat::NodeBeat(kube::ApiClient& client, Options options, Known known, QObject* parent)
    : QObject(parent), m_client(client), m_options(std::move(options)), m_known(std::move(known)) {
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &NodeBeat::beat);
}

void NodeBeat::start() { m_timer.start(0); }

kube::ApiRequest NodeBeat::renewal(bool isHeld) const {
    QJsonObject metadata{{QStringLiteral("name"), kLeasePrefix + m_options.node},
                         {QStringLiteral("labels"), QJsonObject{{kBeatLabel, QStringLiteral("true")}}}};
    if (!m_ownerUid.isEmpty())
        metadata[QStringLiteral("ownerReferences")] =
            QJsonArray{QJsonObject{{QStringLiteral("apiVersion"), nodeObjects().apiVersion},
                                   {QStringLiteral("kind"), nodeObjects().kind},
                                   {QStringLiteral("name"), m_options.node},
                                   {QStringLiteral("uid"), m_ownerUid}}};
    // MicroTime: RFC 3339 with six digits.
    const QString now =
        QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyy-MM-ddTHH:mm:ss.zzz")) + QStringLiteral("000Z");
    QJsonObject spec{{QStringLiteral("leaseDurationSeconds"),
                      static_cast<int>(std::chrono::ceil<std::chrono::seconds>(m_options.silence).count())},
                     {QStringLiteral("renewTime"), now}};
    if (isHeld) spec[QStringLiteral("holderIdentity")] = m_options.node;
    kube::ApiRequest request;
    request.verb = "PATCH";
    request.path = leaseKind().path(m_options.ns, kLeasePrefix + m_options.node);
    request.query.addQueryItem(QStringLiteral("fieldManager"), kLeasePrefix + m_options.node);
    request.query.addQueryItem(QStringLiteral("force"), QStringLiteral("true"));
    request.contentType = "application/apply-patch+yaml";
    request.body = QJsonDocument(QJsonObject{{QStringLiteral("apiVersion"), leaseKind().apiVersion},
                                             {QStringLiteral("kind"), leaseKind().kind},
                                             {QStringLiteral("metadata"), metadata},
                                             {QStringLiteral("spec"), spec}})
                       .toJson(QJsonDocument::Compact);
    return request;
}

void NodeBeat::beat() {
    const double factor = 0.9 + QRandomGenerator::global()->generateDouble() / 5;
    m_timer.start(
        std::chrono::milliseconds(static_cast<qint64>(static_cast<double>(m_options.period.count()) * factor)));
    m_client.send(renewal(true), this, [this](const kube::ApiReply& reply) {
        const QString problem = reply.isOk() ? QString() : QStringLiteral("heartbeat of this node: ") + reply.problem;
        if (std::exchange(m_problem, problem) != problem) Q_EMIT stateChanged();
        if (reply.isOk()) sweepInTurn();
    });
}

void NodeBeat::leave(std::function<void()> done) {
    m_timer.stop();
    kube::ApiRequest request = renewal(false);
    request.timeout = std::chrono::seconds(2);
    m_client.send(request, this, [done = std::move(done)](const kube::ApiReply&) { done(); });
}

void NodeBeat::sweepInTurn() {
    auto [others, elsewhere] = m_known();
    others.erase(m_options.node);
    const auto count = std::max(static_cast<quint32>(others.size()), static_cast<quint32>(elsewhere));
    if (count == 0 || QRandomGenerator::global()->bounded(count + 1) != 0) return;
    kube::ApiRequest request;
    request.path = leaseKind().path(m_options.ns);
    request.query.addQueryItem(QStringLiteral("labelSelector"), kBeatLabel + QStringLiteral("=true"));
    m_client.send(request, this,
                  [this, others = std::move(others)](const kube::ApiReply& reply) { onLeases(reply, others); });
}

void NodeBeat::onLeases(const kube::ApiReply& reply, const std::set<QString>& others) {
    if (!reply.isOk()) return;
    std::map<QString, QJsonObject> byNode;
    for (const QJsonValue item : reply.json()[u"items"].toArray()) {
        const QString name = item[u"metadata"][u"name"].toString();
        if (name.startsWith(kLeasePrefix)) byNode[name.mid(kLeasePrefix.size())] = item.toObject();
    }
    // Our own was renewed just now, so its time is the server's present time.
    const auto own = byNode.find(m_options.node);
    const auto now = own == byNode.end() ? std::nullopt : renewedAt(own->second);
    if (!now) return;
    Gone found;
    QStringList uncertain;
    for (const QString& node : others)
        if (!byNode.contains(node)) uncertain.append(node);
    for (const auto& [node, lease] : byNode) {
        const bool isHeld = !lease[u"spec"][u"holderIdentity"].toString().isEmpty();
        const std::chrono::seconds age(*now - renewedAt(lease).value_or(*now));
        // A host that was restarted holds it again soon.
        if (age <= (isHeld ? m_options.silence : 2 * m_options.period)) continue;
        found.nodes.insert(node);
        if (!isHeld) continue;
        found.silent.insert(node);
        if (age > m_options.memory) uncertain.append(node);
    }
    // Not always the same ones.
    std::shuffle(uncertain.begin(), uncertain.end(), *QRandomGenerator::global());
    askForNodes(std::move(found), uncertain.mid(0, kMostQuestions));
}

void NodeBeat::askForNodes(Gone found, const QStringList& uncertain) {
    if (uncertain.isEmpty()) {
        Q_EMIT gone(found);
        return;
    }
    const QString& node = uncertain.first();
    kube::ApiRequest request;
    request.path = nodeObjects().path();
    request.query.addQueryItem(QStringLiteral("fieldSelector"), QStringLiteral("metadata.name=") + node);
    m_client.send(request, this,
                  [this, node, found = std::move(found), uncertain](const kube::ApiReply& reply) mutable {
                      const QJsonValue items = reply.json()[u"items"];
                      if (reply.isOk() && items.isArray() && items.toArray().isEmpty()) {
                          found.nodes.insert(node);
                          found.silent.erase(node);
                      }
                      askForNodes(std::move(found), uncertain.mid(1));
                  });
}

}  // namespace fos1::crd
