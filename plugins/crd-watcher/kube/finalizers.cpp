// SPDX-License-Identifier: GPL-2.0-or-later
#include "kube/finalizers.h"

#include <QCryptographicHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace fos1::crd {

namespace {
constexpr std::chrono::milliseconds kTick{100};
constexpr std::chrono::milliseconds kRetry{2000};
const QString kPrefix = QStringLiteral("fos1.io/withdraw.");
}  // namespace

QString finalizerOf(const QString& node) {
    // The part after the slash has at most 63 characters (IsQualifiedName).
    constexpr qsizetype kLongest = 63 - 9;
    if (node.size() <= kLongest) return kPrefix + node;
    const QByteArray hash = QCryptographicHash::hash(node.toUtf8(), QCryptographicHash::Sha256).toHex().left(32);
    return kPrefix + QString::fromLatin1(hash);
}

Finalizers::Finalizers(kube::ApiClient& client, const KubeSource& source, Options options, Pending pending,
                       IsServed isServed, QObject* parent)
    : QObject(parent),
      m_client(client),
      m_source(source),
      m_options(std::move(options)),
      m_finalizer(finalizerOf(m_options.node)),
      m_pending(std::move(pending)),
      m_isServed(std::move(isServed)) {
    connect(&source, &KubeSource::objectChanged, this, &Finalizers::consider);
    connect(&m_timer, &QTimer::timeout, this, &Finalizers::tick);
}

void Finalizers::consider(const ObjectKey& key) {
    const ClusterObject* object = m_source.find(key);
    if (!object || !m_options.kinds.contains(key.apiVersion + u'/' + key.kind)) {
        m_farewells.erase(key);
        return;
    }
    // An object from the snapshot does not show the finalizers that it has now.
    if (object->version.isEmpty()) return;
    if (object->isDeleting) {
        const bool isOurs = std::any_of(object->finalizers.begin(), object->finalizers.end(),
                                        [](const QString& finalizer) { return finalizer.startsWith(kPrefix); });
        if (!isOurs) {
            m_farewells.erase(key);
            return;
        }
        Farewell& farewell = m_farewells[key];
        if (!farewell.since.isValid()) farewell.since.start();
        farewell.retry = QDeadlineTimer(0);
        if (!m_timer.isActive()) m_timer.start(kTick);
        return;
    }
    const bool isThere = object->finalizers.contains(m_finalizer);
    const std::optional<bool> isWanted = m_isServed(key);
    if (isThere == isWanted.value_or(isThere)) return;
    QStringList finalizers = object->finalizers;
    if (*isWanted)
        finalizers.append(m_finalizer);
    else
        finalizers.removeAll(m_finalizer);
    write(key, *object, finalizers);
}

void Finalizers::tick() {
    for (auto& [key, farewell] : m_farewells) {
        const ClusterObject* object = m_source.find(key);
        if (!object || m_busy.contains(key)) continue;
        const bool isDone = m_pending(key) == 0;
        if (!isDone)
            farewell.settled.invalidate();
        else if (!farewell.settled.isValid())
            farewell.settled.start();
        const std::chrono::milliseconds since(farewell.since.elapsed());
        const bool isWithdrawn =
            farewell.settled.isValid() && std::chrono::milliseconds(farewell.settled.elapsed()) >= m_options.aftermath;
        QStringList finalizers = object->finalizers;
        if (isWithdrawn || since >= m_options.limit) finalizers.removeAll(m_finalizer);
        if (since >= 2 * m_options.limit)
            finalizers.removeIf([](const QString& finalizer) { return finalizer.startsWith(kPrefix); });
        if (finalizers != object->finalizers && farewell.retry.hasExpired()) write(key, *object, finalizers);
    }
    if (m_farewells.empty()) m_timer.stop();
}

/// With the version on which the decision is based, so that no other client's change is undone.
void Finalizers::write(const ObjectKey& key, const ClusterObject& object, const QStringList& finalizers) {
    const kube::ResourceType* type = m_source.typeOf(key);
    if (!type || !m_busy.insert(key).second) return;
    kube::ApiRequest request;
    request.verb = "PATCH";
    request.path = type->path(key.ns, key.name);
    request.contentType = "application/merge-patch+json";
    request.body =
        QJsonDocument(
            QJsonObject{{QStringLiteral("metadata"),
                         QJsonObject{{QStringLiteral("resourceVersion"), object.version},
                                     {QStringLiteral("finalizers"), QJsonArray::fromStringList(finalizers)}}}})
            .toJson(QJsonDocument::Compact);
    m_client.send(request, this, [this, key, version = object.version](const kube::ApiReply& reply) {
        m_busy.erase(key);
        // 404: the object is gone. 409: the watch delivers the newer version, which is considered then.
        const bool isFailed = !reply.isOk() && reply.status != 404 && reply.status != 409;
        if (const auto farewell = m_farewells.find(key); farewell != m_farewells.end() && !reply.isOk())
            farewell->second.retry.setRemainingTime(kRetry);
        const QString problem =
            isFailed ? QStringLiteral("finalizer of %1: %2").arg(key.text(), reply.problem) : QString();
        if (std::exchange(m_problem, problem) != problem) Q_EMIT stateChanged();
        if (isFailed) QTimer::singleShot(kRetry, this, [this, key] { consider(key); });
        // Or the watch has already delivered it, while this request was under way.
        if (const ClusterObject* now = m_source.find(key); now && now->version != version) consider(key);
    });
}

}  // namespace fos1::crd
