// SPDX-License-Identifier: GPL-2.0-or-later
#include "kube/status_writer.h"

#include <QDateTime>
#include <QJsonArray>
#include <QJsonObject>
#include <QRandomGenerator>
#include <algorithm>
#include <utility>

#include "core/node_status.h"
#include "fos1/condition.h"
#include "kube/status_request.h"

namespace fos1::crd {

namespace {

constexpr std::size_t kMostAtOnce = 16;
constexpr std::chrono::milliseconds kWriteRetry{2000};
constexpr int kUnprocessable = 422;
constexpr int kMostConflicts = 12;
constexpr int kMostDoublings = 5;
constexpr std::chrono::milliseconds kShortestWait{50};
const QString kManager = QStringLiteral("fos1-host");
const QString kStatusConditions = QStringLiteral("conditions");

QCborMap withCondition(QCborMap status, const QCborMap& condition) {
    QCborArray conditions;
    const QCborArray given = status.value(kStatusConditions).toArray();
    for (const QCborValue& value : given)
        if (value.toMap().value(QStringLiteral("type")) != condition.value(QStringLiteral("type")))
            conditions.append(value);
    conditions.append(condition);
    status.insert(kStatusConditions, conditions);
    return status;
}

}  // namespace

StatusWriter::StatusWriter(kube::ApiClient& client, const KubeSource& source, LeaseLock& lease, Options options,
                           QObject* parent)
    : QObject(parent),
      m_client(client),
      m_source(source),
      m_lease(lease),
      m_options(std::move(options)),
      m_slices([this] { return serveNext(); }) {
    m_dueTimer.setSingleShot(true);
    connect(&m_dueTimer, &QTimer::timeout, this, &StatusWriter::markDue);
    m_leaseTimer.setSingleShot(true);
    // A coarse timer may fire early, while another node still holds the Lease; that would cost another full wait.
    m_leaseTimer.setTimerType(Qt::PreciseTimer);
    connect(&m_leaseTimer, &QTimer::timeout, this, &StatusWriter::markAwaiting);
    m_bookTimer.setSingleShot(true);
    if (m_options.book) {
        connect(&m_bookTimer, &QTimer::timeout, this, [this] {
            m_options.book->close();
            m_lease.release();
        });
        connect(m_options.book, &DetailBook::changed, this, &StatusWriter::summarizeAll);
        connect(m_options.own, &OwnDetail::written, this, [this](const std::set<ObjectKey>& keys) {
            for (const ObjectKey& key : keys) summarize(key);
        });
        // The measurements of several nodes are in their own objects.
        connect(m_options.own, &OwnDetail::refreshed, this, [this](const std::set<ObjectKey>& keys) {
            for (const ObjectKey& key : keys)
                if (bookOf(key).nodeCount <= 1) summarize(key);
        });
    }
    connect(&source, &KubeSource::objectChanged, this, &StatusWriter::mark);
    connect(&source, &KubeSource::stateChanged, this, [this] {
        for (const auto& [key, text] : m_source.refusals()) mark(key);
    });
}

void StatusWriter::onStatus(const QCborMap& object, const QCborMap& status) {
    const ObjectKey key = ObjectKey::fromCbor(object);
    const std::optional<bool> wasServed = isServedHere(key);
    bookOf(key).own =
        status.isEmpty() ? QByteArray("")
                         : m_compactor.compacted(QCborMap::fromJsonObject(status.toJsonObject()).toCborValue().toCbor(),
                                                 key.kind + QStringLiteral(" said here"));
    if (isServedHere(key) != wasServed) Q_EMIT servingChanged(key);
    mark(key);
}

qint64 StatusWriter::generationOf(const ClusterObject& object) const {
    return m_source.desired(object)
        .value(QStringLiteral("metadata"))
        .toMap()
        .value(QStringLiteral("generation"))
        .toInteger();
}

QCborMap StatusWriter::partOf(const QCborMap& status, const QCborMap& wanted) {
    QCborMap part;
    for (const auto& item : wanted)
        if (status.contains(QCborValue(item.first)))
            part.insert(QCborValue(item.first), status.value(QCborValue(item.first)));
    return part;
}

StatusWriter::Books::value_type& StatusWriter::entryFor(const ObjectKey& key) {
    const auto it = m_books.find(key);
    return it == m_books.end() ? *m_books.try_emplace(m_source.shared(key)).first : *it;
}

/// The object is gone; its status goes when the plugins retract it.
void StatusWriter::forget(const ObjectKey& key) {
    if (m_options.own) m_options.own->report(key, {});
    const auto it = m_books.find(key);
    if (it == m_books.end()) return;
    Book fresh;
    fresh.own = it->second.own;
    if (!fresh.own.isEmpty()) {
        it->second = fresh;
        return;
    }
    m_dirty.erase(&it->first);
    m_books.erase(it);
}

std::optional<bool> StatusWriter::isServedHere(const ObjectKey& key) const {
    const auto book = m_books.find(key);
    if (book == m_books.end()) return {};
    if (!book->second.own.isNull()) return crd::isServedHere(m_compactor.expandedMap(book->second.own));
    const Since& known = book->second.known;
    if (!known.isValid() || known.elapsed() < m_options.silence) return {};
    return false;
}

void StatusWriter::mark(const ObjectKey& key) {
    if (!m_source.typeOf(key)) return;
    m_dirty.insert(&entryFor(key).first);
    m_slices.start();
}

void StatusWriter::later(const ObjectKey& key, std::chrono::milliseconds delay) {
    const Clock::time_point due = Clock::now() + delay;
    Clock::time_point& known = bookOf(key).due;
    if (known != Clock::time_point() && known <= due) return;
    known = due;
    if (!m_dueTimer.isActive() || m_dueTimer.remainingTimeAsDuration() > delay) m_dueTimer.start(delay);
}

void StatusWriter::markDue() {
    const Clock::time_point now = Clock::now();
    Clock::time_point next = Clock::time_point::max();
    for (auto& [key, book] : m_books) {
        if (book.due == Clock::time_point()) continue;
        if (book.due <= now) {
            book.due = {};
            mark(key);
        } else {
            next = std::min(next, book.due);
        }
    }
    if (next != Clock::time_point::max())
        m_dueTimer.start(std::max(std::chrono::ceil<std::chrono::milliseconds>(next - now), kShortestWait));
}

bool StatusWriter::serveNext() {
    if (m_busy.size() >= kMostAtOnce) return false;
    // Skip busy objects; they are served on a later turn.
    const auto isFree = [this](const ObjectKey* key) { return !m_busy.contains(*key); };
    const auto middle = m_dirty.upper_bound(&m_lastServed);
    auto next = std::find_if(middle, m_dirty.end(), isFree);
    if (next == m_dirty.end()) next = std::find_if(m_dirty.begin(), middle, isFree);
    if (next == m_dirty.end() || m_busy.contains(**next)) return false;
    const ObjectKey key = **next;
    m_dirty.erase(next);
    m_lastServed = key;
    const ClusterObject* object = m_source.find(key);
    if (!object)
        forget(key);
    else if (!object->version.isEmpty())  // an object from the snapshot does not show its current status
        serve(key, *object);
    return true;
}

/// The status that plugins report, and whether the cluster's version was accepted or why it is not in force.
QCborMap StatusWriter::ownStatus(const ObjectKey& key, const ClusterObject& object) const {
    const auto book = m_books.find(key);
    QCborMap status = book == m_books.end() ? QCborMap() : m_compactor.expandedMap(book->second.own);
    const auto refusal = m_source.refusals().find(key);
    const qint64 generation = generationOf(object);
    if (refusal == m_source.refusals().end()) {
        if (!crd::isServedHere(status)) return status;
        return withCondition(withProgress(status),
                             good("Accepted", "Valid", QStringLiteral("The object is valid."), generation).toCbor());
    }
    const QString what = status.isEmpty() ? QStringLiteral("It is not in force: ")
                                          : QStringLiteral("The last good version stays in force: ");
    const QString message = what + refusal->second;
    // Stalled, as kstatus reads it: nothing will happen until somebody changes the object.
    for (const char* type : {"Accepted", "Ready", "Stalled"})
        status = withCondition(status, bad(type, "Invalid", message, generation).toCbor());
    status.insert(QStringLiteral("observedGeneration"), generation);
    return status;
}

bool StatusWriter::isDue(const ObjectKey& key, Part part, const QCborMap& wanted, const QCborMap& present) {
    const auto wait = bookOf(key).part(part).wait(wanted, present, m_options.pace);
    if (!wait) return false;
    if (wait->count() == 0) return true;
    later(key, *wait);
    return false;
}

bool StatusWriter::serve(const ObjectKey& key, const ClusterObject& object) {
    Book& book = bookOf(key);
    if (!book.known.isValid()) book.known.start();
    if (const Clock::time_point now = Clock::now(); book.retry > now) {
        later(key, std::chrono::ceil<std::chrono::milliseconds>(book.retry - now));
        return false;
    }
    for (const WritePace& pace : book.parts) {
        if (!pace.when().isValid()) continue;
        const std::chrono::milliseconds since = pace.when().elapsed();
        if (since < m_options.interval) {
            later(key, m_options.interval - since);
            return false;
        }
    }
    const QCborMap own = ownStatus(key, object);
    if (book.own.isNull()) {
        // After a start, "not reported yet" does not mean "no longer served".
        if (isServedHere(key).has_value())
            Q_EMIT servingChanged(key);
        else
            later(key, m_options.silence - book.known.elapsed());
    }
    if (m_options.kindsWithDetail.contains(key.apiVersion + u'/' + key.kind)) return serveSummary(key, object, own);
    if (m_options.kindsWithNodes.contains(key.apiVersion + u'/' + key.kind)) return serveEntries(key, object, own);
    const QCborMap inCluster = m_source.status(object);
    const QCborMap whole = withTimesOf(inCluster, own, QDateTime::currentDateTimeUtc().toString(Qt::ISODate));
    if (!crd::isServedHere(own) || !isDue(key, Part::Whole, whole, partOf(inCluster, whole))) return false;
    apply(key, whole);
    return true;
}

void StatusWriter::awaitLease(const ObjectKey& key) {
    bookOf(key).isAwaitingLease = true;
    if (m_isLeaseAsked || m_leaseTimer.isActive()) return;
    m_isLeaseAsked = true;
    m_leaseAsked.start();
    m_lease.acquire([this, before = m_lease.problem()](bool isOurs) {
        m_isLeaseAsked = false;
        if (m_lease.problem() != before) Q_EMIT stateChanged();
        if (isOurs) {
            m_leaseSeen.clear();
            // Others rely on it that the holder does all that is to be done.
            if (m_options.book && !m_options.book->isOpen()) summarizeAll();
            return markAwaiting();
        }
        const QString seen = std::exchange(m_leaseSeen, m_lease.seenVersion());
        onLeaseRefused(seen != m_leaseSeen);
        markHeld();
        // The holder of the Lease sees the same need, so most likely nothing is left to do afterwards.
        m_leaseTimer.start(LeaseLock::kDuration);
    });
}

bool StatusWriter::isLeasePending() const {
    constexpr std::chrono::seconds kPatience{1};
    return m_isLeaseAsked && m_leaseAsked.elapsed() < kPatience;
}

void StatusWriter::markAwaiting() {
    for (auto& [key, book] : m_books)
        if (std::exchange(book.isAwaitingLease, false)) mark(key);
}

void StatusWriter::markHeld() {
    for (auto& [key, book] : m_books)
        if (std::exchange(book.isEntryHeld, false)) mark(key);
}

void StatusWriter::apply(const ObjectKey& key, const QCborMap& status) {
    if (const kube::ResourceType* type = m_source.typeOf(key))
        send(key, statusRequest(*type, key, kManager, status), {{}, status});
}

void StatusWriter::send(const ObjectKey& key, const kube::ApiRequest& request, const Content& content) {
    // A guarded change of an entry is refused as unprocessable.
    constexpr int kConflict = 409;
    const int tooLate = request.contentType == "application/json-patch+json" ? kUnprocessable : kConflict;
    m_busy.insert(key);
    m_client.send(request, this, [this, key, content, tooLate](const kube::ApiReply& reply) {
        m_busy.erase(key);
        Book& book = bookOf(key);
        if (reply.status == tooLate && book.conflicts < kMostConflicts) {
            onConflict(book);
            return mark(key);
        }
        if (content.entry) book.part(Part::Entry).wrote(*content.entry, reply.isOk());
        if (content.whole) book.part(Part::Whole).wrote(*content.whole, reply.isOk());
        const QString before = m_problem;
        if (reply.isOk()) {
            book.failures = book.conflicts = 0;
            m_problem.clear();
        } else if (reply.status != 404) {
            // A 404 means that the object is gone, which the watch reports.
            m_problem = QStringLiteral("status of %1: %2").arg(key.text(), reply.problem);
            const auto own = kWriteRetry * (1 << std::min<int>(book.failures++, kMostDoublings));
            book.retry = Clock::now() + std::max(own, reply.retryAfter.value_or(own));
        }
        if (m_problem != before) Q_EMIT stateChanged();
        // The watch delivers the written status; changes made meanwhile are considered then too.
        mark(key);
    });
}

/// Others write too; soon the watch shows what they wrote.
void StatusWriter::onConflict(Book& book) const {
    const auto longest = m_options.interval * (1 << std::min<int>(book.conflicts++, kMostDoublings));
    book.retry = Clock::now() + std::chrono::milliseconds(QRandomGenerator::global()->bounded(qint64{longest.count()}));
}

}  // namespace fos1::crd
