// SPDX-License-Identifier: GPL-2.0-or-later
// Carries the status of objects to the cluster by server-side apply, and only when there is news: each node writes its
// entry of `status.nodes`; what follows from all entries is written by whoever holds the Lease. A kind without `nodes`
// in its schema gets the status as it is. Must not know what any kind means.
#pragma once

#include <QObject>
#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <set>

#include "fos1/features/status_feed.h"
#include "fos1/slices.h"
#include "kube/kube_source.h"
#include "kube/lease_lock.h"

namespace fos1::crd {

class StatusWriter : public QObject, public IStatusListener {
    Q_OBJECT
   public:
    struct Options {
        QString node;
        std::set<QString> kindsWithNodes;  ///< "group/version/Kind"
        /// Between two writes of one object.
        std::chrono::milliseconds interval{1000};
        /// News that is in no headline (headlineOf) is written when it has lasted this long.
        std::chrono::milliseconds settle{10'000};
        /// Numbers alone are written no more often than this.
        std::chrono::milliseconds refresh{600'000};
        /// A node whose plugins say nothing of an object for so long after it came does not serve it.
        std::chrono::milliseconds silence{60'000};
    };

    /// All of them outlive the object.
    StatusWriter(kube::ApiClient& client, const KubeSource& source, LeaseLock& lease, Options options,
                 QObject* parent = nullptr);

    void onStatus(const QCborMap& object, const QCborMap& status) override;

    /// Whether this node takes care of the object, by what its plugins say; nothing: they may have yet to say it.
    [[nodiscard]] std::optional<bool> isServedHere(const ObjectKey& key) const;

    /// Why the last write failed, or why nothing may be written for all nodes; empty when all is well.
    [[nodiscard]] const QString& problem() const { return m_problem.isEmpty() ? m_lease.problem() : m_problem; }

   Q_SIGNALS:
    void stateChanged();
    /// What isServedHere() says may have changed.
    void servingChanged(const fos1::ObjectKey& key);

   private:
    enum class Part { Entry = 0, Whole };
    using Clock = std::chrono::steady_clock;
    /// Since when; half as large as QElapsedTimer, for there may be thousands.
    class Since {
       public:
        void start() { m_start = Clock::now(); }
        void invalidate() { m_start = {}; }
        [[nodiscard]] bool isValid() const { return m_start != Clock::time_point(); }
        [[nodiscard]] std::chrono::milliseconds elapsed() const {
            return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - m_start);
        }

       private:
        Clock::time_point m_start;
    };
    /// What was last written of one part of one object. Digests: there may be thousands.
    struct Written {
        quint64 content = 0;
        quint64 essence = 0;
        Since when;     ///< invalid: never
        Since details;  ///< there is news that is in no headline
    };
    struct Book {
        QByteArray own;                     ///< what plugins say here, compacted; null: nothing yet; empty: no more
        std::array<Written, 2> parts = {};  ///< by Part
        Since known;                        ///< the object came
        Since unserved;                     ///< no node is known to serve it; invalid: one is
        Clock::time_point retry;            ///< no request before, for the last one failed
        Clock::time_point due;              ///< it is looked at again; none: not by the clock
        int failures = 0;
        bool isAwaitingLease = false;

        Written& part(Part part) { return parts[static_cast<std::size_t>(part)]; }
    };

    using Books = std::map<ObjectKey, Book>;

    void mark(const ObjectKey& key);
    /// Takes one that is marked; whether there may be another.
    bool serveNext();
    /// Starts what is due for the object; whether a request is under way now.
    bool serve(const ObjectKey& key, const ClusterObject& object);
    Books::value_type& entryFor(const ObjectKey& key);
    Book& bookOf(const ObjectKey& key) { return entryFor(key).second; }
    void forget(const ObjectKey& key);
    [[nodiscard]] QCborMap ownStatus(const ObjectKey& key, const ClusterObject& object) const;
    /// Whether that is news of which the cluster does not know, whatever its importance.
    [[nodiscard]] bool isNews(const Written& last, const QCborMap& wanted, const QCborMap& present) const;
    [[nodiscard]] bool isDue(const ObjectKey& key, Part part, const QCborMap& wanted, const QCborMap& present);
    [[nodiscard]] QCborMap statusWithoutNodes(const ObjectKey& key, const ClusterObject& object);
    void apply(const ObjectKey& key, Part part, const QCborMap& status, const QCborMap& content);
    void writeWhole(const ObjectKey& key, const QCborMap& wanted);
    void markAwaiting();
    void later(const ObjectKey& key, std::chrono::milliseconds delay);
    void markDue();

    kube::ApiClient& m_client;
    const KubeSource& m_source;
    LeaseLock& m_lease;
    Options m_options;
    struct ByKey {
        bool operator()(const ObjectKey* a, const ObjectKey* b) const { return *a < *b; }
    };

    Compactor m_compactor;
    Books m_books;
    std::set<const ObjectKey*, ByKey> m_dirty;  ///< keys of m_books
    std::set<ObjectKey> m_busy;
    bool m_isLeaseAsked = false;
    QTimer m_leaseTimer;  ///< until the Lease that is another's is asked for again
    Slices m_slices;      ///< thousands may be marked at once
    QTimer m_dueTimer;    ///< until the first Book that is due: one timer for thousands
    QString m_problem;
};

}  // namespace fos1::crd
