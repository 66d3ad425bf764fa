// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/state_bus.h"

#include <chrono>
#include <limits>
#include <utility>

#include "plugins/argument_checks.h"

namespace fos1::host {

namespace {

/// A topic with more keys than this keeps its values as CBOR, which takes a tenth of the memory of a map. A value is
/// encoded after its delivery, or immediately when more values than this await delivery.
constexpr std::size_t kMostMaps = 64;

}  // namespace

QString toText(Presence presence) {
    switch (presence) {
        case Presence::Value: return QStringLiteral("Value");
        case Presence::Stale: return QStringLiteral("Stale");
        case Presence::Absent: return QStringLiteral("Absent");
        case Presence::Unknown: break;
    }
    return QStringLiteral("Unknown");
}

StateBus::StateBus(QObject* parent) : QObject(parent) {
    m_deliverTimer.setSingleShot(true);
    m_deliverTimer.setInterval(0);
    connect(&m_deliverTimer, &QTimer::timeout, this, &StateBus::deliver);
    m_staleTimer.setSingleShot(true);
    connect(&m_staleTimer, &QTimer::timeout, this, &StateBus::markStale);
}

qint64 StateBus::monotonicNow() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

Status StateBus::publish(const QString& publisher, const QString& topicName, const QString& key, const QCborMap& value,
                         qint64 ttlMs) {
    qsizetype bytes = 0;
    if (const Status checked = checkPublish(topicName, key, value, ttlMs, bytes); checked != Status::Ok) return checked;
    Topic& topic = m_topics[topicName];
    auto it = topic.entries.find(key);
    const bool isNew = it == topic.entries.end();
    qsizetype& total = m_publisherBytes[publisher];
    const qsizetype more = bytes - (isNew ? 0 : it->second.bytes);
    const bool hasRoom = total + more <= kMaxPublisherBytes && (!isNew || topic.entries.size() < kMaxKeysPerTopic);
    if (!hasRoom) return Status::TooLarge;
    if (isNew)
        it = topic.entries.emplace(key, BusEntry{topicName, key, Presence::Unknown, {}, {}, {}, 0, 0, 0, {}, 0, false})
                 .first;
    BusEntry& entry = it->second;
    const bool isOwned = entry.presence == Presence::Value || entry.presence == Presence::Stale;
    if (isOwned && entry.publisher != publisher) return Status::NotPermitted;

    total += more;
    entry.bytes = bytes;
    entry.presence = Presence::Value;
    const bool areMany = topic.changed.size() > kMostMaps;
    entry.map = areMany ? QCborMap() : value;
    entry.cbor = areMany ? packed(value) : QByteArray();
    entry.publisher = publisher;
    entry.sequence = ++m_sequence;
    entry.monotonicNs = monotonicNow();
    entry.ttlMs = ttlMs;
    entry.reason.clear();
    entry.isPublisherGone = false;
    markChanged(topic, entry);
    // Re-arm the timer only when it would otherwise fire too late, so that a stream of publishes costs nothing here.
    if (ttlMs > 0 && (!m_staleTimer.isActive() || m_staleTimer.remainingTime() > ttlMs)) armStaleTimer();
    return Status::Ok;
}

Status StateBus::retract(const QString& publisher, const QString& topicName, const QString& key,
                         const QString& reason) {
    const auto topic = m_topics.find(topicName);
    if (topic == m_topics.end()) return Status::NotFound;
    const auto it = topic->second.entries.find(key);
    if (it == topic->second.entries.end() || it->second.presence == Presence::Absent) return Status::NotFound;
    BusEntry& entry = it->second;
    if (entry.publisher != publisher) return Status::NotPermitted;
    m_publisherBytes[publisher] -= std::exchange(entry.bytes, 0);
    entry.presence = Presence::Absent;
    entry.map = {};
    entry.cbor.clear();
    entry.sequence = ++m_sequence;
    entry.monotonicNs = monotonicNow();
    entry.ttlMs = 0;
    entry.reason = reason;
    markChanged(topic->second, entry);
    return Status::Ok;
}

void StateBus::retractAll(const QString& publisher, const QString& reason) {
    for (auto& [name, topic] : m_topics)
        for (auto& [key, entry] : topic.entries)
            if (entry.publisher == publisher && entry.presence != Presence::Absent)
                entry.isPublisherGone = retract(publisher, name, key, reason) == Status::Ok;
}

void StateBus::subscribe(const QString& topicName, IBusListener* listener) {
    Topic& topic = m_topics[topicName];
    for (const Subscriber& subscriber : topic.subscribers)
        if (subscriber.listener == listener) return;
    topic.subscribers.push_back({listener, true});
    m_deliverTimer.start();
}

void StateBus::unsubscribe(const QString& topicName, IBusListener* listener) {
    const auto topic = m_topics.find(topicName);
    if (topic == m_topics.end()) return;
    std::erase_if(topic->second.subscribers, [&](const Subscriber& s) { return s.listener == listener; });
}

std::vector<const BusEntry*> StateBus::entries(const QString& topicName) const {
    std::vector<const BusEntry*> result;
    for (const auto& [name, topic] : m_topics)
        if (topicName.isEmpty() || name == topicName)
            for (const auto& [key, entry] : topic.entries) result.push_back(&entry);
    return result;
}

const BusEntry* StateBus::find(const QString& topicName, const QString& key) const {
    const auto topic = m_topics.find(topicName);
    if (topic == m_topics.end()) return nullptr;
    const auto entry = topic->second.entries.find(key);
    return entry == topic->second.entries.end() ? nullptr : &entry->second;
}

void StateBus::markChanged(Topic& topic, BusEntry& entry) {
    if (!entry.isQueued) topic.changed.push_back(entry.key);
    entry.isQueued = true;
    if (!m_deliverTimer.isActive()) m_deliverTimer.start();
}

void StateBus::deliver() {
    std::vector<QString> due;
    for (auto& [name, topic] : m_topics) {
        const bool hasNew = std::any_of(topic.subscribers.begin(), topic.subscribers.end(),
                                        [](const Subscriber& s) { return s.isNew; });
        if (hasNew || !topic.changed.empty()) due.push_back(name);
    }
    for (const QString& name : due) deliverTopic(name);
}

void StateBus::deliverTopic(const QString& name) {
    // Listeners may publish, subscribe and unsubscribe during the call. Nothing here holds an iterator across a call,
    // and values that a listener publishes are delivered on the next turn.
    Topic& topic = m_topics[name];
    std::vector<QString> changed;
    changed.swap(topic.changed);
    for (const QString& key : changed) topic.entries.at(key).isQueued = false;
    for (const QString& key : changed) Q_EMIT delivered(topic.entries.at(key));
    const std::vector<Subscriber> subscribers = topic.subscribers;
    for (Subscriber& subscriber : topic.subscribers) subscriber.isNew = false;

    for (const Subscriber& subscriber : subscribers) {
        std::vector<QString> keys = changed;
        if (subscriber.isNew) {
            keys.clear();
            for (const auto& [key, entry] : topic.entries)
                if (entry.presence != Presence::Absent) keys.push_back(key);
        }
        for (const QString& key : keys) {
            const bool isStillThere =
                std::any_of(topic.subscribers.begin(), topic.subscribers.end(),
                            [&](const Subscriber& s) { return s.listener == subscriber.listener; });
            if (!isStillThere) break;
            const BusEntry entry = topic.entries.at(key);
            QCborMap meta{{QStringLiteral("publisher"), entry.publisher},
                          {QStringLiteral("sequence"), static_cast<qint64>(entry.sequence)},
                          {QStringLiteral("monotonic_ns"), entry.monotonicNs}};
            if (!entry.reason.isEmpty()) meta.insert(QStringLiteral("reason"), entry.reason);
            if (entry.isPublisherGone) meta.insert(QStringLiteral("publisher_gone"), true);
            subscriber.listener->onState(entry.topic, entry.key, static_cast<int>(entry.presence), entry.value(), meta);
        }
    }
    if (topic.entries.size() <= kMostMaps) return;
    for (const QString& key : changed) {
        BusEntry& entry = topic.entries.at(key);
        if (entry.isQueued || entry.map.isEmpty()) continue;
        entry.cbor = packed(entry.map);
        entry.map = {};
    }
}

void StateBus::markStale() {
    const qint64 now = monotonicNow();
    for (auto& [name, topic] : m_topics) {
        for (auto& [key, entry] : topic.entries) {
            const bool isOver = entry.ttlMs > 0 && entry.monotonicNs + entry.ttlMs * 1'000'000 <= now;
            if (entry.presence != Presence::Value || !isOver) continue;
            entry.presence = Presence::Stale;
            markChanged(topic, entry);
        }
    }
    armStaleTimer();
}

void StateBus::armStaleTimer() {
    qint64 next = std::numeric_limits<qint64>::max();
    for (const auto& [name, topic] : m_topics)
        for (const auto& [key, entry] : topic.entries)
            if (entry.presence == Presence::Value && entry.ttlMs > 0)
                next = std::min(next, entry.monotonicNs + entry.ttlMs * 1'000'000);
    if (next == std::numeric_limits<qint64>::max()) return;
    const qint64 inMs = std::clamp<qint64>((next - monotonicNow()) / 1'000'000 + 1, 1, 3'600'000);
    m_staleTimer.start(static_cast<int>(inMs));
}

}  // namespace fos1::host
