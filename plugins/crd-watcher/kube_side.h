// SPDX-License-Identifier: GPL-2.0-or-later
// A cluster as the source of desired state: client, source, status, events and finalizers wired to the host, with the
// conditions that report their state.
#pragma once

#include <QObject>
#include <memory>
#include <set>

#include "fos1/plugin.h"
#include "fos1/topic.h"
#include "kube/event_writer.h"
#include "kube/finalizers.h"
#include "kube/kube_source.h"
#include "kube/lease_lock.h"
#include "kube/node_beat.h"
#include "kube/status_writer.h"
#include "node/fact.h"
#include "source_side.h"

namespace fos1::crd {

class KubeSide final : public QObject, public SourceSide {
    Q_OBJECT
   public:
    /// `config` is the section `kubernetes`, already checked. `host` outlives the object.
    static Result<std::unique_ptr<KubeSide>> make(const HostView& host, const QCborMap& config);
    ~KubeSide() override;

    void start() override;
    void stop(std::function<void()> done) override;
    /// Refused: objects of a cluster must be changed in the cluster.
    void write(const QCborMap& object, const Done& done) override;
    void erase(const QCborMap& key, const Done& done) override;
    void merge(const QCborMap& change, const Done& done) override;

   private:
    KubeSide(const HostView& host, const QCborMap& config, kube::ClusterAccess access);

    void report();
    void markObjects();
    void reportTrust();
    void tell(const char* type, bool isGood, const char* reason, const QString& message);
    void tellUnknown(const char* type, const char* reason, const QString& message);
    void onFact(const QString& name, const TopicState<node::Fact>& fact);
    void onNode(const QList<QCborMap>& nodes);
    bool recallNode();
    [[nodiscard]] NodeBeat::Others othersKnown() const;
    void startSource();

    const HostView& m_host;
    QString m_node;
    bool m_mustCheckTimes;
    kube::ApiClient m_client;
    KubeSource m_source;
    LeaseLock m_lease;
    std::unique_ptr<OwnDetail> m_own;    ///< null: no kind has detail objects
    std::unique_ptr<DetailBook> m_book;  ///< the same
    StatusWriter m_status;
    Finalizers m_finalizers;
    EventWriter m_events;
    kube::ListWatch m_nodeWatch;
    NodeBeat m_beat;
    std::unique_ptr<Subscription<node::Fact>> m_facts;
    std::map<QString, QString> m_told;  ///< condition type -> reason, so that only new reasons are logged and recorded
    std::set<ObjectKey> m_marked;
    QString m_identityFile;
    bool m_isStarted = false;  ///< the source is started
    QTimer m_report;
};

}  // namespace fos1::crd
