// SPDX-License-Identifier: GPL-2.0-or-later
// Turns the objects of a cluster into transactions of desired state: one origin per object, replaced by a new list;
// several events of one turn become one transaction; Secrets only where an object names them. Never mistakes "not known
// yet" for "deleted". Must not know what any kind means.
#pragma once

#include <QObject>
#include <QTimer>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "core/secret_refs.h"
#include "fos1/key_pool.h"
#include "kube/snapshot.h"
#include "list_watch.h"
#include "model/cluster_object.h"

namespace fos1::crd {

class KubeSource : public QObject {
    Q_OBJECT
   public:
    /// Submits a transaction, as ISpecSource::apply().
    using Submit = std::function<QCborMap(const QCborMap& transaction)>;

    struct Options {
        kube::ListScope scope;
        kube::ListWatch::Options watch;
        /// A kind that is absent or refused delays the others for at most this long.
        std::chrono::milliseconds patience{10'000};
        /// The first transaction waits at most this long for the Secrets that it names.
        std::chrono::milliseconds secretPatience{2'000};
        /// A list that had objects must stay empty for this long before it is accepted as empty.
        std::chrono::milliseconds emptyGrace{60'000};
    };

    /// `client` outlives the object. Secret need not be among `kinds`.
    KubeSource(kube::ApiClient& client, std::vector<kube::ResourceType> kinds, Options options, QString snapshotPath,
               Submit sink, QObject* parent = nullptr);
    ~KubeSource() override;

    void start();
    void stop();

    [[nodiscard]] const std::map<ObjectKey, ClusterObject>& objects() const { return m_objects; }
    [[nodiscard]] const ClusterObject* find(const ObjectKey& key) const;
    [[nodiscard]] QCborMap desired(const ClusterObject& object) const {
        return m_compactor.expandedMap(object.desired);
    }
    [[nodiscard]] QCborMap status(const ClusterObject& object) const { return m_compactor.expandedMap(object.status); }
    /// The same key; for a known object it shares that object's memory.
    [[nodiscard]] ObjectKey shared(const ObjectKey& key) const;
    /// The type of an object, if the source watches it.
    [[nodiscard]] const kube::ResourceType* typeOf(const ObjectKey& key) const;

    /// For each object that is not in force as it is in the cluster: the reason.
    [[nodiscard]] const std::map<ObjectKey, QString>& refusals() const { return m_refusals; }

    /// What prevents the source from watching kinds; empty when there is no problem.
    [[nodiscard]] QStringList problems() const;
    /// Whether the objects of every kind in the cluster are known.
    [[nodiscard]] bool isListed() const;
    /// Whether part of the state in force comes from the snapshot.
    [[nodiscard]] bool isFromSnapshot() const;
    [[nodiscard]] const QString& snapshotProblem() const { return m_snapshotProblem; }
    /// Whether a snapshot was read or written without a problem.
    [[nodiscard]] bool isSnapshotKept() const { return m_isSnapshotKept && m_snapshotProblem.isEmpty(); }

   Q_SIGNALS:
    /// The problems, the refusals or the origin of the state changed.
    void stateChanged();
    /// An object changed, including its status or metadata, or it was removed.
    void objectChanged(const fos1::ObjectKey& key);

   private:
    /// All objects of one kind, or one Secret.
    struct Followed {
        kube::ResourceType type;
        std::optional<SecretName> only;
        std::unique_ptr<kube::ListWatch> watch;
        std::map<ObjectKey, ClusterObject> incoming;  ///< from a list that is not complete yet
        bool isListed = false;                        ///< the objects in the cluster are known
        bool isOutOfSnapshot = false;                 ///< some objects come from the snapshot and are not listed yet
        QTimer emptyTimer;
        bool isEmptyBelieved = false;
        QString held;  ///< why an empty list is not accepted yet
    };

    void loadSnapshot();
    [[nodiscard]] Snapshot takeSnapshot() const;
    [[nodiscard]] std::unique_ptr<Followed> follow(kube::ResourceType type, const kube::ListScope& scope,
                                                   std::optional<SecretName> only);
    void onReplaced(Followed& followed);
    void holdEmpty(Followed& followed, std::size_t count);
    void take(const ObjectKey& key, ClusterObject next);
    [[nodiscard]] ClusterObject& known(const ObjectKey& key);
    void drop(const ObjectKey& key);
    void refer(const ObjectKey& key, std::set<SecretName> secrets);
    void followSecrets();
    void submitSoon();
    void submit();
    [[nodiscard]] bool mayBeSynced() const;
    [[nodiscard]] bool mayBeWithoutSecrets() const;
    [[nodiscard]] std::vector<ObjectKey> keysOf(const Followed& followed) const;

    kube::ApiClient& m_client;
    Options m_options;
    Submit m_submit;
    std::vector<std::unique_ptr<Followed>> m_kinds;
    std::map<SecretName, std::unique_ptr<Followed>> m_secrets;
    std::map<ObjectKey, std::set<SecretName>> m_references;
    bool m_areReferencesNew = false;
    Compactor m_compactor;
    std::map<ObjectKey, ClusterObject> m_objects;
    KeyPool m_pool;
    std::map<ObjectKey, QString> m_refusals;
    std::set<ObjectKey> m_touched;  ///< the objects to be submitted
    SnapshotFile m_snapshot;
    QString m_snapshotProblem;
    bool m_isSnapshotKept = false;
    QTimer m_submitTimer;
    QTimer m_patience;
    QTimer m_secretPatience;
    bool m_isSynced = false;
    bool m_isPatienceOver = false;
    bool m_isSecretPatienceOver = false;
};

/// The origin name of an object of a cluster.
QString originOf(const ObjectKey& key);

}  // namespace fos1::crd
