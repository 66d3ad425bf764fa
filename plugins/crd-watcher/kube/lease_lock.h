// SPDX-License-Identifier: GPL-2.0-or-later
// A Lease (coordination.k8s.io/v1) as a lock. It is acquired when there is something to write and otherwise not
// renewed, so that an idle cluster sees no writes. Expiry depends on how long our own steady clock has seen the Lease
// unchanged, so no wall clock has to be right.
#pragma once

#include <QElapsedTimer>
#include <QJsonObject>
#include <QObject>
#include <functional>

#include "api_client.h"

namespace fos1::crd {

class LeaseLock : public QObject {
    Q_OBJECT
   public:
    static constexpr std::chrono::seconds kDuration{15};

    struct Name {
        QString ns;
        QString name;
    };

    /// `client` outlives the object; `holder` is this node.
    LeaseLock(kube::ApiClient& client, Name name, QString holder, QObject* parent = nullptr);

    /// Whether no other node can acquire it for at least a third of kDuration from now.
    [[nodiscard]] bool isOurs() const;

    /// `done` is called exactly once, later, with whether this node holds the lock. A lock that we hold is requested
    /// again after two thirds of kDuration. One call at a time.
    using Done = std::function<void(bool isOurs)>;
    void acquire(Done done);

    /// Gives up a lock that this node holds, so that the next node need not wait until it expires.
    void release();

    /// Its resourceVersion when it was last requested.
    [[nodiscard]] const QString& seenVersion() const { return m_seenVersion; }

    /// Why the lock could not be requested; empty when it could.
    [[nodiscard]] const QString& problem() const { return m_problem; }

   private:
    void onLease(const kube::ApiReply& reply);
    void write(const QByteArray& verb, QJsonObject lease);
    void finish(bool isOurs, const QString& problem = {});

    kube::ApiClient& m_client;
    Name m_name;
    QString m_holder;
    Done m_done;
    QString m_problem;
    QJsonObject m_lease;  ///< as this node wrote it
    QString m_seenVersion;
    QElapsedTimer m_seenSince;
    QElapsedTimer m_held;
};

}  // namespace fos1::crd
