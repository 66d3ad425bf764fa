// SPDX-License-Identifier: MIT
// A state bus for one plugin: retained, conflated, delivered on the next turn of the loop, with the host's checks. A
// test publishes for other plugins with set(), stale() and absent(). TTLs expire with the manual clock.
#pragma once

#include <QTimer>
#include <map>
#include <optional>
#include <vector>

#include "fos1/features/bus.h"
#include "fos1/testing/call_guard.h"
#include "fos1/testing/manual_clock.h"
#include "fos1/testing/permissions.h"

namespace fos1::testing {

class FakeBus final : public IBus {
   public:
    struct State {
        Presence presence = Presence::Unknown;
        QCborMap value;
        QString publisher;
        QString reason;  ///< why the value is Absent
        qint64 ttlMs = 0;
        qint64 sequence = 0;
        qint64 monotonicNs = 0;
        bool isPublisherGone = false;  ///< Absent because its publisher stopped or crashed
    };
    /// An accepted publish or retract of the plugin.
    struct Utterance {
        QString topic;
        QString key;
        Presence presence = Presence::Unknown;  ///< Value or Absent
        QCborMap value;
        QString reason;
        bool isChange = true;  ///< the previous value was different
    };

    /// All three outlive the bus.
    FakeBus(const Permissions& permissions, CallGuard& guard, ManualClock& clock);

    int publish(const QString& topic, const QString& key, const QCborMap& value, qint64 ttlMs) override;
    int retract(const QString& topic, const QString& key, const QString& reason) override;
    int subscribe(const QString& topic, IBusListener* listener) override;
    int unsubscribe(const QString& topic, IBusListener* listener) override;

    /// Publishes for another plugin; a subscribed plugin receives the value on the next turn of the loop.
    void set(const QString& topic, const QString& key, const QCborMap& value,
             const QString& publisher = QStringLiteral("test"));
    /// Lets the TTL of the last value expire. Does nothing when there is no value.
    void stale(const QString& topic, const QString& key);
    /// Retracts the value; `reason` as the host passes it.
    void absent(const QString& topic, const QString& key, const QString& reason);
    /// Makes the value absent because its publisher stopped or crashed.
    void publisherGone(const QString& topic, const QString& key, const QString& reason);

    /// Null when it was never published.
    [[nodiscard]] const State* find(const QString& topic, const QString& key) const;
    /// The current or stale value.
    [[nodiscard]] std::optional<QCborMap> value(const QString& topic, const QString& key) const;
    /// The value as the payload of a contract (`time::SyncState`); nothing when it cannot be decoded.
    template <typename Payload>
    [[nodiscard]] std::optional<Payload> decoded(const QString& key) const {
        const auto map = value(QString::fromLatin1(Payload::kTopic), key);
        const auto payload = map ? Payload::decode(*map) : Payload::decode({});
        return map && payload ? std::optional<Payload>(*payload) : std::nullopt;
    }
    /// The values that the plugin has published and not retracted, as "topic key".
    [[nodiscard]] QStringList standing() const;
    /// All publishes and retractions of the plugin, in order.
    [[nodiscard]] const std::vector<Utterance>& utterances() const { return m_utterances; }
    /// The topics that the plugin is subscribed to now.
    [[nodiscard]] QStringList subscriptions() const;

   private:
    struct Subscriber {
        IBusListener* listener = nullptr;
        bool isNew = true;  ///< has not received the retained values yet
    };
    struct Topic {
        std::map<QString, State> states;
        std::vector<Subscriber> subscribers;
        std::vector<QString> changed;  ///< keys, without duplicates
    };

    Status store(const QString& publisher, const QString& topic, const QString& key, const QCborMap& value,
                 qint64 ttlMs);
    void withdraw(Topic& topic, const QString& key, const QString& reason);
    void expire(const QString& topic, const QString& key, qint64 sequence);
    void touch(Topic& topic, const QString& key);
    void deliver();
    void deliverTopic(const QString& name);

    const Permissions& m_permissions;
    CallGuard& m_guard;
    ManualClock& m_clock;
    QTimer m_deliverTimer;
    std::map<QString, Topic> m_topics;
    std::vector<Utterance> m_utterances;
    qint64 m_sequence = 0;
};

}  // namespace fos1::testing
