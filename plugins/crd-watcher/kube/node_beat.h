// SPDX-License-Identifier: GPL-2.0-or-later
// The sign of life of this node: a Lease (coordination.k8s.io/v1) that it renews as kubelet does. Among the nodes that
// have a status somewhere, finds those that no longer renew theirs. All times are the server's, because the clock of a
// router may be wrong. Must not know what the nodes serve.
#pragma once

#include <QJsonObject>
#include <QObject>
#include <QTimer>
#include <chrono>
#include <functional>
#include <memory>
#include <set>

#include "api_client.h"

namespace fos1::crd {

class NodeBeat : public QObject {
    Q_OBJECT
   public:
    struct Options {
        QString ns;    ///< of the Leases
        QString node;  ///< this node
        /// Between two renewals, up to a tenth more or less.
        std::chrono::milliseconds period{10'000};
        /// A node that has not renewed its Lease for this long is gone; not less than two seconds.
        std::chrono::milliseconds silence{60'000};
        /// A silent node without a Node object is forgotten after this long. With one, it goes when that goes.
        std::chrono::milliseconds memory{600'000};
    };
    struct Gone {
        std::set<QString> nodes;   ///< all that no longer write
        std::set<QString> silent;  ///< of these, the ones that may come back
    };
    struct Others {
        std::set<QString> nodes;  ///< that have a status somewhere, with or without this one
        qsizetype count = 0;      ///< of other nodes that report elsewhere
    };
    using Known = std::function<Others()>;

    /// `client` outlives the object.
    NodeBeat(kube::ApiClient& client, Options options, Known known, QObject* parent = nullptr);

    void start();
    /// The node says that it leaves: its status need not wait for `silence`. `done` is called exactly once, within two
    /// seconds, unless this object is deleted before.
    void leave(std::function<void()> done);

    /// The Node object of this node, with which its Lease is deleted; empty: there is none.
    void setOwner(const QString& uid) { m_ownerUid = uid; }

    /// Why the Lease could not be renewed; empty when it could.
    [[nodiscard]] const QString& problem() const { return m_problem; }

   Q_SIGNALS:
    void stateChanged();
    /// These nodes are gone, all others are not, as far as is known.
    void gone(const fos1::crd::NodeBeat::Gone& nodes);

   private:
    [[nodiscard]] kube::ApiRequest renewal(bool isHeld) const;
    void beat();
    /// Each node sweeps so rarely that there is one sweep per period in the cluster.
    void sweepInTurn();
    void onLeases(const kube::ApiReply& reply, const std::set<QString>& others);
    /// Without a Lease, a node is gone if it has no Node object; an older host may run there. Without a Node object,
    /// a node that has been silent for long is not expected back.
    void askForNodes(Gone found, const QStringList& uncertain);

    kube::ApiClient& m_client;
    Options m_options;
    Known m_known;
    QTimer m_timer;
    QString m_ownerUid;
    QString m_problem;
};

}  // namespace fos1::crd
