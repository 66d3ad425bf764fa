// SPDX-License-Identifier: MIT
// Typed publish and subscribe: a payload struct with encode()/decode() instead of a plain map.
#pragma once

#include <QCborMap>
#include <QString>
#include <chrono>
#include <functional>
#include <optional>

#include "fos1/features/bus.h"
#include "fos1/result.h"

namespace fos1 {

/// What a subscriber sees of one (topic, key). `value` is set for Value and Stale.
template <typename Payload>
struct TopicState {
    Presence presence = Presence::Unknown;
    std::optional<Payload> value;
    QString reason;                ///< why it is Absent
    bool isPublisherGone = false;  ///< Absent because its publisher stopped or crashed, not because it was retracted
    std::optional<Error> mistake;  ///< Absent because the payload cannot be decoded
};

template <typename Payload>
int publish(IBus& bus, const QString& key, const Payload& payload, std::chrono::milliseconds ttl = {}) {
    return bus.publish(QString::fromLatin1(Payload::kTopic), key, payload.encode(), ttl.count());
}

/// Subscribes for its lifetime. `onState` runs on the plugin's home thread. A payload that cannot be decoded is
/// delivered as Absent with the decoding error.
template <typename Payload>
class Subscription final : public IBusListener {
   public:
    using Handler = std::function<void(const QString& key, const TopicState<Payload>&)>;

    Subscription(IBus& bus, Handler onState) : m_bus(bus), m_onState(std::move(onState)) {
        m_bus.subscribe(QString::fromLatin1(Payload::kTopic), this);
    }
    ~Subscription() override { m_bus.unsubscribe(QString::fromLatin1(Payload::kTopic), this); }
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;

    void onState(const QString& topic, const QString& key, int presence, const QCborMap& value,
                 const QCborMap& meta) override {
        Q_UNUSED(topic);
        TopicState<Payload> state;
        state.presence = static_cast<Presence>(presence);
        state.reason = meta.value(QStringLiteral("reason")).toString();
        state.isPublisherGone = meta.value(QStringLiteral("publisher_gone")).isTrue();
        if (state.presence == Presence::Value || state.presence == Presence::Stale) {
            Result<Payload> payload = Payload::decode(value);
            if (payload) {
                state.value = std::move(*payload);
            } else {
                state.presence = Presence::Absent;
                state.reason = payload.error().text();
                state.mistake = payload.error();
            }
        }
        m_onState(key, state);
    }

   private:
    IBus& m_bus;
    Handler m_onState;
};

}  // namespace fos1
