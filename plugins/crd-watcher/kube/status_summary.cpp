// SPDX-License-Identifier: GPL-2.0-or-later
// The part of StatusWriter for kinds with detail objects. Only the holder of the Lease reads the reports of all nodes.
// A node with news that is refused the Lease waits until the Lease has been renewed since, because its holder has then
// received these news.
#include <QDateTime>
#include <algorithm>
#include <iterator>
#include <utility>

#include "core/node_detail.h"
#include "core/node_entries.h"
#include "core/node_status.h"
#include "kube/status_writer.h"

namespace fos1::crd {

namespace {
const QString kEarlierEntries = QStringLiteral("nodes");
const QString kEntryName = QStringLiteral("name");
}  // namespace

qsizetype StatusWriter::nodeCount() const {
    int count = 0;
    for (const auto& [key, book] : m_books) count = std::max(count, book.nodeCount);
    return count;
}

void StatusWriter::summarize(const ObjectKey& key) {
    if (!m_source.find(key)) return;
    Book& book = bookOf(key);
    book.isToBeSummarized = true;
    book.isLeaseChecked = false;
    mark(key);
}

void StatusWriter::summarizeAll() {
    for (const auto& [key, object] : m_source.objects())
        if (m_options.kindsWithDetail.contains(key.apiVersion + u'/' + key.kind)) summarize(key);
}

void StatusWriter::forgetReports(const NodeBeat::Gone& gone) {
    if (!m_options.book) return;
    std::set<QString> removed;
    std::set_difference(gone.nodes.begin(), gone.nodes.end(), gone.silent.begin(), gone.silent.end(),
                        std::inserter(removed, removed.end()));
    const auto again = [this] { summarizeAll(); };
    m_options.book->remove(removed, again);
    m_options.book->silence(gone.silent, again);
    // An object of a node also goes with its Node object.
    m_options.book->count([this](qsizetype count) {
        if (count != nodeCount()) summarizeAll();
    });
}

bool StatusWriter::serveSummary(const ObjectKey& key, const ClusterObject& object, const QCborMap& own) {
    const QCborMap inCluster = m_source.status(object);
    Book& book = bookOf(key);
    book.nodeCount = static_cast<int>(inCluster.value(QStringLiteral("nodeCount")).toInteger());
    const bool isServed = crd::isServedHere(own);
    if (isServed || isServedHere(key).has_value()) m_options.own->report(key, isServed ? own : QCborMap());
    // What earlier versions wrote here.
    const QCborArray nodes = inCluster.value(kEarlierEntries).toArray();
    if (prune(key, nodes)) return true;
    if (const auto index = indexOf(m_options.node, nodes)) {
        removeEntry(key, *index);
        return true;
    }
    const qint64 observed = inCluster.value(QStringLiteral("observedGeneration")).toInteger();
    const bool mayBeOrphan = !isServed && book.nodeCount == 0 && observed != generationOf(object);
    if (!book.isToBeSummarized && !(mayBeOrphan && !statusWithoutNodes(key, object).isEmpty())) return false;
    if (!m_lease.isOurs()) {
        awaitLease(key);
        return false;
    }
    constexpr std::chrono::seconds kOpen{5};
    m_bookTimer.start(kOpen);
    if (!m_options.book->isListed()) {
        m_options.book->open();
        return false;
    }
    QCborArray entries = m_options.book->entries(serviceOf(key));
    // Hosts of earlier versions have only these.
    const QCborArray reported = entries;
    for (const QCborValue& entry : nodes)
        if (!entryOf(entry.toMap().value(kEntryName).toString(), reported)) entries.append(entry);
    QCborMap whole = entries.isEmpty() ? statusWithoutNodes(key, object) : summaryOf(entries);
    if (whole.isEmpty()) return false;
    whole = withTimesOf(inCluster, whole, QDateTime::currentDateTimeUtc().toString(Qt::ISODate));
    const auto wait = book.part(Part::Whole).wait(whole, partOf(inCluster, whole), m_options.pace);
    if (!wait) {
        book.isToBeSummarized = false;
        return false;
    }
    if (wait->count() > 0) {
        later(key, *wait);
        return false;
    }
    apply(key, whole);
    return true;
}

void StatusWriter::onLeaseRefused(bool isRenewed) {
    for (auto& [key, book] : m_books) {
        if (!book.isAwaitingLease || !book.isToBeSummarized) continue;
        if (std::exchange(book.isLeaseChecked, true) && isRenewed) book.isToBeSummarized = book.isAwaitingLease = false;
    }
}

}  // namespace fos1::crd
