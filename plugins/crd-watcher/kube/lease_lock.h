// SPDX-License-Identifier: GPL-2.0-or-later
// A Lease (coordination.k8s.io/v1) as a lock that is taken when there is something to write and not renewed otherwise,
// so that an idle cluster sees no writes. Expiry is judged by how long the Lease has been seen unchanged on our own
// steady clock: nobody's wall clock has to be right.
#pragma once

#include <QElapsedTimer>
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

    /// Whether nobody else can have it for at least a third of kDuration from now.
    [[nodiscard]] bool isOurs() const;

    /// `done` is called exactly once, later: whether the lock is ours. A lock that is ours is asked for anew after two
    /// thirds of kDuration. One at a time.
    using Done = std::function<void(bool isOurs)>;
    void acquire(Done done);

    /// Why the lock could not be asked for; empty when it could.
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
    QString m_seenVersion;
    QElapsedTimer m_seenSince;
    QElapsedTimer m_held;
};

}  // namespace fos1::crd
