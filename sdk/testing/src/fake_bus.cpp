// SPDX-License-Identifier: MIT
#include "fos1/testing/fake_bus.h"

#include <algorithm>
#include <chrono>

#include "fos1/cbor_size.h"
#include "status_code.h"

namespace fos1::testing {

namespace {

constexpr qsizetype kMaxKeyBytes = 1024;
constexpr std::size_t kMaxKeysPerTopic = 65'536;

bool isThere(Presence presence) { return presence == Presence::Value || presence == Presence::Stale; }

}  // namespace

FakeBus::FakeBus(const Permissions& permissions, CallGuard& guard, ManualClock& clock)
    : m_permissions(permissions), m_guard(guard), m_clock(clock) {
    m_deliverTimer.setSingleShot(true);
    m_deliverTimer.setInterval(0);
    QObject::connect(&m_deliverTimer, &QTimer::timeout, &m_deliverTimer, [this] { deliver(); });
}

int FakeBus::publish(const QString& topic, const QString& key, const QCborMap& value, qint64 ttlMs) {
    if (!m_guard.admits("bus.publish")) return code(Status::WrongThread);
    if (!m_permissions.publishes.contains(topic)) return code(Status::NotPermitted);
    const auto before = this->value(topic, key);
    const Status status = store(m_permissions.id, topic, key, value, ttlMs);
    if (status == Status::Ok) m_utterances.push_back({topic, key, Presence::Value, value, {}, before != value});
    return code(status);
}

int FakeBus::retract(const QString& topicName, const QString& key, const QString& reason) {
    if (!m_guard.admits("bus.retract")) return code(Status::WrongThread);
    const State* state = find(topicName, key);
    if (!state || state->presence == Presence::Absent) return code(Status::NotFound);
    if (state->publisher != m_permissions.id) return code(Status::NotPermitted);
    withdraw(m_topics[topicName], key, reason);
    m_utterances.push_back({topicName, key, Presence::Absent, {}, reason, true});
    return code(Status::Ok);
}

int FakeBus::subscribe(const QString& topicName, IBusListener* listener) {
    if (!m_guard.admits("bus.subscribe")) return code(Status::WrongThread);
    if (!listener) return code(Status::InvalidArgument);
    if (!m_permissions.subscribes.contains(topicName)) return code(Status::NotPermitted);
    auto& subscribers = m_topics[topicName].subscribers;
    const bool isKnown = std::any_of(subscribers.begin(), subscribers.end(),
                                     [listener](const Subscriber& s) { return s.listener == listener; });
    if (!isKnown) subscribers.push_back({listener, true});
    m_deliverTimer.start();
    return code(Status::Ok);
}

int FakeBus::unsubscribe(const QString& topicName, IBusListener* listener) {
    if (!m_guard.admits("bus.unsubscribe")) return code(Status::WrongThread);
    if (const auto topic = m_topics.find(topicName); topic != m_topics.end())
        std::erase_if(topic->second.subscribers, [listener](const Subscriber& s) { return s.listener == listener; });
    return code(Status::Ok);
}

void FakeBus::set(const QString& topic, const QString& key, const QCborMap& value, const QString& publisher) {
    [[maybe_unused]] const Status status = store(publisher, topic, key, value, 0);
    Q_ASSERT(status == Status::Ok);
}

void FakeBus::stale(const QString& topicName, const QString& key) {
    const State* state = find(topicName, key);
    if (state) expire(topicName, key, state->sequence);
}

void FakeBus::absent(const QString& topic, const QString& key, const QString& reason) {
    withdraw(m_topics[topic], key, reason);
}

void FakeBus::publisherGone(const QString& topic, const QString& key, const QString& reason) {
    withdraw(m_topics[topic], key, reason);
    m_topics[topic].states[key].isPublisherGone = true;
}

Status FakeBus::store(const QString& publisher, const QString& topicName, const QString& key, const QCborMap& value,
                      qint64 ttlMs) {
    if (topicName.isEmpty() || key.isEmpty() || ttlMs < 0) return Status::InvalidArgument;
    if (key.toUtf8().size() > kMaxKeyBytes || !fitsEncoded(value, kMaxPayloadBytes)) return Status::TooLarge;
    Topic& topic = m_topics[topicName];
    if (!topic.states.contains(key) && topic.states.size() >= kMaxKeysPerTopic) return Status::TooLarge;
    State& state = topic.states[key];
    if (isThere(state.presence) && state.publisher != publisher) return Status::NotPermitted;
    state = {Presence::Value,
             value,
             publisher,
             {},
             ttlMs,
             ++m_sequence,
             m_clock.steadyNow().time_since_epoch().count(),
             false};
    touch(topic, key);
    if (ttlMs > 0)
        m_clock.after(std::chrono::milliseconds(ttlMs),
                      [this, topicName, key, sequence = state.sequence] { expire(topicName, key, sequence); });
    return Status::Ok;
}

void FakeBus::withdraw(Topic& topic, const QString& key, const QString& reason) {
    State& state = topic.states[key];
    state.presence = Presence::Absent;
    state.value = {};
    state.reason = reason;
    state.isPublisherGone = false;
    state.ttlMs = 0;
    state.sequence = ++m_sequence;
    state.monotonicNs = m_clock.steadyNow().time_since_epoch().count();
    touch(topic, key);
}

void FakeBus::expire(const QString& topicName, const QString& key, qint64 sequence) {
    Topic& topic = m_topics[topicName];
    State& state = topic.states[key];
    if (state.presence != Presence::Value || state.sequence != sequence) return;
    state.presence = Presence::Stale;
    touch(topic, key);
}

void FakeBus::touch(Topic& topic, const QString& key) {
    if (std::find(topic.changed.begin(), topic.changed.end(), key) == topic.changed.end()) topic.changed.push_back(key);
    if (!m_deliverTimer.isActive()) m_deliverTimer.start();
}

void FakeBus::deliver() {
    // Listeners may publish, subscribe and unsubscribe during the call. What they publish is delivered on the next
    // turn.
    std::vector<QString> due;
    for (const auto& [name, topic] : m_topics) due.push_back(name);
    for (const QString& name : due) deliverTopic(name);
}

void FakeBus::deliverTopic(const QString& name) {
    Topic& topic = m_topics[name];
    const std::vector<QString> changed = std::exchange(topic.changed, {});
    const std::vector<Subscriber> subscribers = topic.subscribers;
    for (Subscriber& subscriber : topic.subscribers) subscriber.isNew = false;
    for (const Subscriber& subscriber : subscribers) {
        std::vector<QString> keys = changed;
        if (subscriber.isNew) {
            keys.clear();
            for (const auto& [key, state] : topic.states)
                if (state.presence != Presence::Absent) keys.push_back(key);
        }
        for (const QString& key : keys) {
            const bool isStillThere =
                std::any_of(topic.subscribers.begin(), topic.subscribers.end(),
                            [&](const Subscriber& s) { return s.listener == subscriber.listener; });
            if (!isStillThere) break;
            const State state = topic.states.at(key);
            QCborMap meta{{QStringLiteral("publisher"), state.publisher},
                          {QStringLiteral("sequence"), state.sequence},
                          {QStringLiteral("monotonic_ns"), state.monotonicNs}};
            if (!state.reason.isEmpty()) meta.insert(QStringLiteral("reason"), state.reason);
            if (state.isPublisherGone) meta.insert(QStringLiteral("publisher_gone"), true);
            subscriber.listener->onState(name, key, static_cast<int>(state.presence), state.value, meta);
        }
    }
}

const FakeBus::State* FakeBus::find(const QString& topicName, const QString& key) const {
    const auto topic = m_topics.find(topicName);
    if (topic == m_topics.end()) return nullptr;
    const auto state = topic->second.states.find(key);
    return state == topic->second.states.end() ? nullptr : &state->second;
}

std::optional<QCborMap> FakeBus::value(const QString& topic, const QString& key) const {
    const State* state = find(topic, key);
    return state && isThere(state->presence) ? std::optional(state->value) : std::nullopt;
}

QStringList FakeBus::standing() const {
    QStringList list;
    for (const auto& [name, topic] : m_topics)
        for (const auto& [key, state] : topic.states)
            if (isThere(state.presence) && state.publisher == m_permissions.id) list.append(name + u' ' + key);
    return list;
}

QStringList FakeBus::subscriptions() const {
    QStringList list;
    for (const auto& [name, topic] : m_topics)
        if (!topic.subscribers.empty()) list.append(name);
    return list;
}

}  // namespace fos1::testing
