// SPDX-License-Identifier: GPL-2.0-or-later
// The part of StatusWriter for kinds whose status has an entry for each node. Whoever writes only an entry changes or
// removes it where it is, so that writers do not meet; whoever adds one or writes the list names the version of the
// object (kubernetes.io/docs/reference/using-api/api-concepts, "Updates to existing resources").
#include <QDateTime>
#include <utility>

#include "cbor_equality.h"
#include "core/node_entries.h"
#include "core/node_status.h"
#include "fos1/condition.h"
#include "kube/status_request.h"
#include "kube/status_writer.h"

namespace fos1::crd {

namespace {

const QString kEntryManager = QStringLiteral("fos1-host.");
const QString kWholeManager = QStringLiteral("fos1-host");
const QString kEntries = QStringLiteral("nodes");
const QString kNameOfNode = QStringLiteral("name");
const QString kConditionList = QStringLiteral("conditions");

/// The aggregate as a merge patch, which removes what the status has beyond it.
QCborMap replacing(const QCborMap& inCluster, const QCborMap& whole) {
    QCborMap patch = whole;
    for (const auto& item : inCluster) {
        const QString field = item.first.toString();
        const bool isAggregated = field == kConditionList || (!item.second.isMap() && !item.second.isArray());
        const QCborValue wanted = whole.value(field);
        if (isAggregated && (wanted.isUndefined() || (wanted.isString() && wanted.toString().isEmpty())))
            patch.insert(field, QCborValue(nullptr));
    }
    return patch;
}

}  // namespace

bool StatusWriter::serveEntries(const ObjectKey& key, const ClusterObject& object, const QCborMap& own) {
    const kube::ResourceType* type = m_source.typeOf(key);
    if (!type) return false;
    Book& book = bookOf(key);
    const QCborMap inCluster = m_source.status(object);
    const QCborArray nodes = inCluster.value(kEntries).toArray();
    if (prune(key, nodes)) return true;
    if (!nodes.isEmpty()) book.unserved.invalidate();
    const bool isServed = crd::isServedHere(own);
    const auto index = indexOf(m_options.node, nodes);
    if (!isServed && index && isServedHere(key).has_value()) {
        removeEntry(key, *index);
        return true;
    }
    const QString now = QDateTime::currentDateTimeUtc().toString(Qt::ISODate);
    const QCborMap before = index ? nodes.at(*index).toMap() : QCborMap();
    const QCborMap entry = withTimesOf(before, boundedEntry(m_options.node, own), now);
    const auto withOwn = isServed ? withEntry(nodes, entry) : std::nullopt;
    const bool isEntryDue = withOwn && isDue(key, Part::Entry, entry, before);
    const QCborArray all = withOwn.value_or(nodes);
    const QCborMap whole =
        all.isEmpty() ? withTimesOf(inCluster, statusWithoutNodes(key, object), now) : aggregate(all);
    const bool isWholeDue = !whole.isEmpty() && isDue(key, Part::Whole, whole, partOf(inCluster, whole));
    if (isWholeDue && !m_lease.isOurs()) {
        awaitLease(key);
        // With the Lease, one request writes both.
        book.isEntryHeld = isEntryDue && isLeasePending();
        if (book.isEntryHeld) {
            later(key, m_options.interval);
            return false;
        }
    }
    const QString entryManager = kEntryManager + m_options.node;
    // After a conflict about an entry that exists, each part is written by itself, which needs no version.
    const bool isEntryNews = withOwn && !isSameCbor(entry, before) && (book.conflicts == 0 || !index);
    if (isWholeDue && m_lease.isOurs() && (isEntryNews || !isEntryDue)) {
        QCborMap status = replacing(inCluster, whole);
        if (isEntryNews) status.insert(kEntries, *withOwn);
        send(key, mergeRequest(*type, key, kWholeManager, status, isEntryNews ? object.version : QString()),
             {isEntryNews ? std::optional(entry) : std::nullopt, whole});
    } else if (isEntryDue && index) {
        send(key, entryRequest(*type, key, entryManager, {*index, m_options.node, entry}), {entry, {}});
    } else if (isEntryDue) {
        send(key, mergeRequest(*type, key, entryManager, {{kEntries, *withOwn}}, object.version), {entry, {}});
    }
    return m_busy.contains(key);
}

/// Empty until it is certain that no node is about to handle the object.
QCborMap StatusWriter::statusWithoutNodes(const ObjectKey& key, const ClusterObject& object) {
    Since& since = bookOf(key).unserved;
    if (isServedHere(key) != std::optional(false)) {
        since.invalidate();
        return {};
    }
    if (!since.isValid()) since.start();
    const std::chrono::milliseconds lasted = since.elapsed();
    if (lasted < m_options.pace.settle) {
        later(key, m_options.pace.settle - lasted);
        return {};
    }
    const Condition nobody{QStringLiteral("Ready"), ConditionStatus::False, QStringLiteral("NotServed"),
                           QStringLiteral("No node serves it."), generationOf(object)};
    return {{QStringLiteral("observedGeneration"), generationOf(object)},
            {QStringLiteral("conditions"), QCborArray{nobody.toCbor()}}};
}

void StatusWriter::removeEntry(const ObjectKey& key, qsizetype index) {
    if (const kube::ResourceType* type = m_source.typeOf(key))
        send(key, entryRequest(*type, key, kEntryManager + m_options.node, {index, m_options.node, {}}),
             {QCborMap(), {}});
}

void StatusWriter::setGone(const NodeBeat::Gone& gone) {
    forgetReports(gone);
    m_gone = gone.nodes;
    if (std::erase_if(m_nodes, [this](const QString& node) { return m_gone.contains(node); }) == 0) return;
    for (const auto& [key, object] : m_source.objects()) {
        bookOf(key).isToBePruned = true;
        mark(key);
    }
}

bool StatusWriter::prune(const ObjectKey& key, const QCborArray& nodes) {
    Book& book = bookOf(key);
    for (qsizetype i = 0; i < nodes.size(); ++i) {
        const QString node = nodes.at(i).toMap().value(kNameOfNode).toString();
        // A node that comes back later has an entry again.
        if (!book.isToBePruned || !m_gone.contains(node)) {
            m_nodes.insert(node);
            continue;
        }
        const kube::ResourceType* type = m_source.typeOf(key);
        if (!type) return false;
        m_busy.insert(key);
        m_client.send(entryRequest(*type, key, kEntryManager + m_options.node, {i, node, {}}), this,
                      [this, key](const kube::ApiReply& reply) {
                          m_busy.erase(key);
                          // The watch shows the list without it. After a failure, a later sweep tries again.
                          if (reply.isOk()) return m_slices.start();
                          bookOf(key).isToBePruned = false;
                          mark(key);
                      });
        return true;
    }
    book.isToBePruned = false;
    return false;
}

}  // namespace fos1::crd
