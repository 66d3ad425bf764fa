// SPDX-License-Identifier: MIT
// A state bus for one plugin: retained, conflated, delivered on the next turn of the loop, with the host's checks. What
// other plugins say, a test says with set(), stale() and absent(). TTLs pass with the manual clock.
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
        QString reason;  ///< why it is Absent
        qint64 ttlMs = 0;
        qint64 sequence = 0;
        qint64 monotonicNs = 0;
        bool isPublisherGone = false;  ///< Absent because its publisher stopped or died
    };
    /// Something that the plugin said and that was accepted.
    struct Utterance {
        QString topic;
        QString key;
        Presence presence = Presence::Unknown;  ///< Value or Absent
        QCborMap value;
        QString reason;
        bool isChange = true;  ///< the value was another one before
    };

    /// All three outlive the bus.
    FakeBus(const Permissions& permissions, CallGuard& guard, ManualClock& clock);

    int publish(const QString& topic, const QString& key, const QCborMap& value, qint64 ttlMs) override;
    int retract(const QString& topic, const QString& key, const QString& reason) override;
    int subscribe(const QString& topic, IBusListener* listener) override;
    int unsubscribe(const QString& topic, IBusListener* listener) override;

    /// What another plugin publishes; the plugin sees it on the next turn of the loop, if it subscribed.
    void set(const QString& topic, const QString& key, const QCborMap& value,
             const QString& publisher = QStringLiteral("test"));
    /// The last value is over its TTL. Nothing happens when there is none.
    void stale(const QString& topic, const QString& key);
    /// Withdrawn; `reason` as the host gives it.
    void absent(const QString& topic, const QString& key, const QString& reason);
    /// Absent because its publisher stopped or died.
    void publisherGone(const QString& topic, const QString& key, const QString& reason);

    /// Null when nobody ever published it.
    [[nodiscard]] const State* find(const QString& topic, const QString& key) const;
    /// The current or stale value.
    [[nodiscard]] std::optional<QCborMap> value(const QString& topic, const QString& key) const;
    /// The same as the payload of a contract (`time::SyncState`); nothing when it cannot be decoded.
    template <typename Payload>
    [[nodiscard]] std::optional<Payload> decoded(const QString& key) const {
        const auto map = value(QString::fromLatin1(Payload::kTopic), key);
        const auto payload = map ? Payload::decode(*map) : Payload::decode({});
        return map && payload ? std::optional<Payload>(*payload) : std::nullopt;
    }
    /// What the plugin published and has not withdrawn, as "topic key".
    [[nodiscard]] QStringList standing() const;
    /// Everything the plugin said, in its order.
    [[nodiscard]] const std::vector<Utterance>& utterances() const { return m_utterances; }
    /// Topics that the plugin listens to now.
    [[nodiscard]] QStringList subscriptions() const;

   private:
    struct Subscriber {
        IBusListener* listener = nullptr;
        bool isNew = true;  ///< still has to see the retained values
    };
    struct Topic {
        std::map<QString, State> states;
        std::vector<Subscriber> subscribers;
        std::vector<QString> changed;  ///< keys, each once
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
