// SPDX-License-Identifier: GPL-2.0-or-later
// The object in which this node shows what it serves (core/node_detail): named after the node and owned by its Node
// object, so that it goes with it. Written only by this node, and only when there is news.
#pragma once

#include <QObject>
#include <QTimer>
#include <chrono>
#include <functional>
#include <map>
#include <set>

#include "fos1/desired.h"
#include "kube/write_pace.h"
#include "list_watch.h"

namespace fos1::crd {

class OwnDetail : public QObject {
    Q_OBJECT
   public:
    struct Options {
        QString node;
        kube::ResourceType type;  ///< of a kind without namespaces
        QCborMap schema;          ///< of its status
        /// Minimum interval between two writes.
        std::chrono::milliseconds interval{1000};
        WritePace::Limits pace = {};
        /// The object of an earlier run is removed if nothing is reported for this long.
        std::chrono::milliseconds silence{60'000};
        QCborMap facts = {};  ///< further fields of the status, as far as the schema has them
    };

    /// `client` outlives the object.
    OwnDetail(kube::ApiClient& client, Options options, QObject* parent = nullptr);

    void start();
    void stop();

    /// What plugins report of an object on this node; empty: this node does not serve it.
    void report(const ObjectKey& key, const QCborMap& status);
    /// The Node object of this node; empty: there is none.
    void setOwner(const QString& uid);

    /// Whether this node has something to report.
    [[nodiscard]] bool isReporting() const { return !m_served.empty(); }
    /// Why the object could not be written or watched; empty when there is no problem.
    [[nodiscard]] QString problem() const;

   Q_SIGNALS:
    void stateChanged();
    /// The cluster has news about these objects from this node that concern a summary.
    void written(const std::set<fos1::ObjectKey>& keys);
    /// The cluster has new measurements or details about these objects.
    void refreshed(const std::set<fos1::ObjectKey>& keys);

   private:
    void onObject(const QCborMap& object);
    void serve();
    void serveAfter(std::chrono::milliseconds delay);
    /// Creates the object, or gives it its owner.
    void place();
    void write(const QCborMap& status);
    void remove();
    void send(const kube::ApiRequest& request, const std::function<void(const kube::ApiReply&)>& done);

    kube::ApiClient& m_client;
    Options m_options;
    kube::ListWatch m_watch;
    std::map<ObjectKey, QCborMap> m_served;
    std::set<ObjectKey> m_news;  ///< reported since the last write
    WritePace m_pace;
    QString m_ownerUid;
    QString m_presentOwnerUid;
    QCborMap m_present;  ///< status in the cluster
    bool m_isThere = false;
    bool m_isListed = false;
    bool m_isBusy = false;
    int m_failures = 0;
    Since m_started;
    QTimer m_timer;
    QString m_problem;
};

}  // namespace fos1::crd
