// SPDX-License-Identifier: GPL-2.0-or-later
#include "kube/lease_lock.h"

#include <QDateTime>
#include <QJsonDocument>
#include <utility>

namespace fos1::crd {

namespace {

const kube::ResourceType& leaseType() {
    static const kube::ResourceType type{QStringLiteral("coordination.k8s.io/v1"), QStringLiteral("Lease"),
                                         QStringLiteral("leases"), true};
    return type;
}

/// MicroTime: RFC 3339 with six digits.
QString now() {
    return QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyy-MM-ddTHH:mm:ss.zzz")) + QStringLiteral("000Z");
}

}  // namespace

LeaseLock::LeaseLock(kube::ApiClient& client, Name name, QString holder, QObject* parent)
    : QObject(parent), m_client(client), m_name(std::move(name)), m_holder(std::move(holder)) {}

bool LeaseLock::isOurs() const {
    return m_held.isValid() && std::chrono::milliseconds(m_held.elapsed()) < kDuration * 2 / 3;
}

void LeaseLock::acquire(Done done) {
    m_done = std::move(done);
    if (isOurs()) {
        QTimer::singleShot(0, this, [this] { finish(true); });
        return;
    }
    kube::ApiRequest request;
    request.path = leaseType().path(m_name.ns, m_name.name);
    m_client.send(request, this, [this](const kube::ApiReply& reply) { onLease(reply); });
}

void LeaseLock::onLease(const kube::ApiReply& reply) {
    if (reply.status == 404) {
        write("POST", {{QStringLiteral("apiVersion"), leaseType().apiVersion},
                       {QStringLiteral("kind"), leaseType().kind},
                       {QStringLiteral("metadata"), QJsonObject{{QStringLiteral("name"), m_name.name}}}});
        return;
    }
    if (!reply.isOk()) return finish(false, reply.problem);
    const QJsonObject lease = reply.json();
    const QString version =
        lease.value(QStringLiteral("metadata")).toObject().value(QStringLiteral("resourceVersion")).toString();
    const QString holder =
        lease.value(QStringLiteral("spec")).toObject().value(QStringLiteral("holderIdentity")).toString();
    if (version != m_seenVersion) {
        m_seenVersion = version;
        m_seenSince.start();
    }
    const bool isFree =
        holder.isEmpty() || holder == m_holder || std::chrono::milliseconds(m_seenSince.elapsed()) >= kDuration;
    if (!isFree) return finish(false);
    write("PUT", lease);
}

void LeaseLock::write(const QByteArray& verb, QJsonObject lease) {
    QJsonObject spec = lease.value(QStringLiteral("spec")).toObject();
    if (spec.value(QStringLiteral("holderIdentity")).toString() != m_holder) {
        const int transitions = spec.value(QStringLiteral("leaseTransitions")).toInt();
        spec.insert(QStringLiteral("leaseTransitions"), verb == "POST" ? 0 : transitions + 1);
        spec.insert(QStringLiteral("acquireTime"), now());
    }
    spec.insert(QStringLiteral("holderIdentity"), m_holder);
    spec.insert(QStringLiteral("leaseDurationSeconds"), static_cast<int>(kDuration.count()));
    spec.insert(QStringLiteral("renewTime"), now());
    lease.insert(QStringLiteral("spec"), spec);
    kube::ApiRequest request;
    request.verb = verb;
    request.path = leaseType().path(m_name.ns, verb == "POST" ? QString() : m_name.name);
    request.contentType = "application/json";
    request.body = QJsonDocument(lease).toJson(QJsonDocument::Compact);
    // Other nodes count from the time at which they see the write, which may be long before our reply arrives.
    QElapsedTimer asked;
    asked.start();
    m_client.send(request, this, [this, asked](const kube::ApiReply& reply) {
        // 409: another node was faster.
        if (reply.status == 409) return finish(false);
        if (reply.isOk()) {
            m_held = asked;
            m_lease = reply.json();
        }
        finish(reply.isOk(), reply.problem);
    });
}

void LeaseLock::release() {
    if (!m_held.isValid()) return;
    m_held.invalidate();
    QJsonObject spec = m_lease.value(QStringLiteral("spec")).toObject();
    spec.remove(QStringLiteral("holderIdentity"));
    m_lease.insert(QStringLiteral("spec"), spec);
    kube::ApiRequest request;
    request.verb = "PUT";
    request.path = leaseType().path(m_name.ns, m_name.name);
    request.contentType = "application/json";
    request.body = QJsonDocument(m_lease).toJson(QJsonDocument::Compact);
    // After a failure it expires.
    m_client.send(request, this, [](const kube::ApiReply&) {});
}

void LeaseLock::finish(bool isOurs, const QString& problem) {
    m_problem = problem.isEmpty() ? QString() : QStringLiteral("lease %1/%2: %3").arg(m_name.ns, m_name.name, problem);
    if (const Done done = std::exchange(m_done, {})) done(isOurs);
}

}  // namespace fos1::crd
