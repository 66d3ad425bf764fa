// SPDX-License-Identifier: GPL-2.0-or-later
// Writes the status of objects to the cluster, and only when there is news. Each node writes its entry of
// `status.nodes`; the holder of the Lease writes the aggregate of all entries, in the same request as its own entry
// (status_entries). A kind without `nodes` in its schema gets the status unchanged. Of a kind with detail objects, each
// node reports in its own (OwnDetail), and the holder of the Lease writes a summary of all reports (DetailBook,
// status_summary). Must not know what any kind means.
#pragma once

#include <QObject>
#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <set>

#include "fos1/features/status_feed.h"
#include "fos1/slices.h"
#include "kube/detail_book.h"
#include "kube/kube_source.h"
#include "kube/lease_lock.h"
#include "kube/node_beat.h"
#include "kube/own_detail.h"
#include "kube/write_pace.h"

namespace fos1::crd {

class StatusWriter : public QObject, public IStatusListener {
    Q_OBJECT
   public:
    struct Options {
        QString node;
        std::set<QString> kindsWithNodes;  ///< "group/version/Kind"
        /// Minimum interval between two writes of one object.
        std::chrono::milliseconds interval{1000};
        WritePace::Limits pace = {};
        /// A node does not serve an object if its plugins report nothing about it for this long after its arrival.
        std::chrono::milliseconds silence{60'000};
        std::set<QString> kindsWithDetail = {};
        OwnDetail* own = nullptr;  ///< both are needed for kindsWithDetail
        DetailBook* book = nullptr;
    };

    /// All of them outlive the object.
    StatusWriter(kube::ApiClient& client, const KubeSource& source, LeaseLock& lease, Options options,
                 QObject* parent = nullptr);

    void onStatus(const QCborMap& object, const QCborMap& status) override;

    /// Whether this node handles the object, according to its plugins; nothing: they may not have reported it yet.
    [[nodiscard]] std::optional<bool> isServedHere(const ObjectKey& key) const;

    /// The nodes that have an entry in some object.
    [[nodiscard]] const std::set<QString>& nodes() const { return m_nodes; }
    /// The number of nodes that report about an object, by its summary: the largest one.
    [[nodiscard]] qsizetype nodeCount() const;
    /// Writes the summaries again: there are other nodes than before.
    void summarizeAll();
    /// Removes the entries of nodes that no longer write, and their own objects except those of silent ones.
    void setGone(const NodeBeat::Gone& gone);

    /// Why the last write failed, or why the aggregate may not be written; empty when there is no problem.
    [[nodiscard]] const QString& problem() const { return m_problem.isEmpty() ? m_lease.problem() : m_problem; }

   Q_SIGNALS:
    void stateChanged();
    /// The result of isServedHere() may have changed.
    void servingChanged(const fos1::ObjectKey& key);

   private:
    enum class Part { Entry = 0, Whole };
    using Clock = std::chrono::steady_clock;
    /// The parts that a request writes.
    struct Content {
        std::optional<QCborMap> entry;
        std::optional<QCborMap> whole;
    };
    struct Book {
        QByteArray own;                       ///< the plugins' status on this node, compacted; null: none yet; empty:
                                              ///< no more
        std::array<WritePace, 2> parts = {};  ///< by Part
        Since known;                          ///< when the object arrived
        Since unserved;                       ///< since when no node is known to serve it; invalid: a node serves it
        Clock::time_point retry;              ///< no request before this time, because the last one failed
        Clock::time_point due;                ///< when to consider the object again; no value: not by time
        qint16 failures = 0;
        qint16 conflicts = 0;  ///< since the last success, writes that came too late
        bool isAwaitingLease = false;
        bool isEntryHeld = false;   ///< until it is known who has the Lease
        bool isToBePruned = false;  ///< it may have entries of nodes that were found to be gone
        bool isToBeSummarized = false;
        bool isLeaseChecked = false;  ///< since then, another node was seen to have the Lease
        int nodeCount = 0;            ///< by its summary

        WritePace& part(Part part) { return parts[static_cast<std::size_t>(part)]; }
    };

    using Books = std::map<ObjectKey, Book>;

    void mark(const ObjectKey& key);
    /// Handles one marked object. Returns whether there may be another.
    bool serveNext();
    /// Starts the due write for the object. Returns whether a request is under way now.
    bool serve(const ObjectKey& key, const ClusterObject& object);
    Books::value_type& entryFor(const ObjectKey& key);
    Book& bookOf(const ObjectKey& key) { return entryFor(key).second; }
    void forget(const ObjectKey& key);
    [[nodiscard]] qint64 generationOf(const ClusterObject& object) const;
    /// The parts of `status` that `wanted` contains.
    [[nodiscard]] static QCborMap partOf(const QCborMap& status, const QCborMap& wanted);
    [[nodiscard]] QCborMap ownStatus(const ObjectKey& key, const ClusterObject& object) const;
    /// Whether to write it now; if it must wait, the object is considered again later.
    [[nodiscard]] bool isDue(const ObjectKey& key, Part part, const QCborMap& wanted, const QCborMap& present);
    bool serveSummary(const ObjectKey& key, const ClusterObject& object, const QCborMap& own);
    void summarize(const ObjectKey& key);
    void forgetReports(const NodeBeat::Gone& gone);
    void onLeaseRefused(bool isRenewed);
    /// For kinds with `nodes`.
    bool serveEntries(const ObjectKey& key, const ClusterObject& object, const QCborMap& own);
    [[nodiscard]] QCborMap statusWithoutNodes(const ObjectKey& key, const ClusterObject& object);
    /// Writes the status as it is.
    void apply(const ObjectKey& key, const QCborMap& status);
    void removeEntry(const ObjectKey& key, qsizetype index);
    /// Removes the entry of a node that is gone. Returns whether there was one.
    bool prune(const ObjectKey& key, const QCborArray& nodes);
    void send(const ObjectKey& key, const kube::ApiRequest& request, const Content& content);
    void onConflict(Book& book) const;
    /// Whether a request for the Lease is under way, for which an entry can wait.
    [[nodiscard]] bool isLeasePending() const;
    void awaitLease(const ObjectKey& key);
    void markAwaiting();
    void markHeld();
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
    std::set<QString> m_nodes;
    std::set<QString> m_gone;
    ObjectKey m_lastServed;  ///< the next one in their order is served next, so that none starves
    std::set<ObjectKey> m_busy;
    bool m_isLeaseAsked = false;
    Since m_leaseAsked;
    QString m_leaseSeen;  ///< its version when another node had it
    QTimer m_bookTimer;   ///< until the book is closed
    QTimer m_leaseTimer;  ///< until the next attempt to acquire a Lease that another node holds
    Slices m_slices;      ///< because thousands may be marked at once
    QTimer m_dueTimer;    ///< until the first Book is due: one timer for thousands of objects
    QString m_problem;
};

}  // namespace fos1::crd
