// SPDX-License-Identifier: GPL-2.0-or-later
// Retained, conflated state by (topic, key), delivered to subscribers on the next turn of the event loop. Must not know
// what a payload means. PluginFacade checks which plugin may publish which topic.
#pragma once

#include <QCborMap>
#include <QObject>
#include <QString>
#include <QTimer>
#include <map>
#include <vector>

#include "fos1/cbor_size.h"
#include "fos1/features/bus.h"

namespace fos1::host {

QString toText(Presence presence);

/// The last known state of one (topic, key).
struct BusEntry {
    QString topic;
    QString key;
    Presence presence = Presence::Unknown;
    QCborMap map;       ///< the value
    QByteArray cbor;    ///< set instead of `map` in a topic with many keys
    QString publisher;  ///< plugin id
    quint64 sequence = 0;
    qint64 monotonicNs = 0;        ///< steady clock at the publish
    qint64 ttlMs = 0;              ///< 0: never stale
    QString reason;                ///< why the value is Absent
    qsizetype bytes = 0;           ///< an upper bound of its encoded size
    bool isPublisherGone = false;  ///< Absent because its publisher stopped or crashed, not because it was retracted
    bool isQueued = false;         ///< delivery is due on the next turn

    [[nodiscard]] QCborMap value() const { return cbor.isEmpty() ? map : unpackedMap(cbor); }
};

class StateBus : public QObject {
    Q_OBJECT
   public:
    static constexpr qsizetype kMaxPayloadBytes = IBus::kMaxPayloadBytes;
    static constexpr std::size_t kMaxKeysPerTopic = 65'536;
    static constexpr qsizetype kMaxPublisherBytes = 64 << 20;  ///< limit for all values that one plugin keeps here

    explicit StateBus(QObject* parent = nullptr);

    Status publish(const QString& publisher, const QString& topic, const QString& key, const QCborMap& value,
                   qint64 ttlMs);
    Status retract(const QString& publisher, const QString& topic, const QString& key, const QString& reason);

    /// Retracts all values of a publisher that stopped or crashed.
    void retractAll(const QString& publisher, const QString& reason);

    /// `listener` is not owned. It receives every retained value of the topic on the next turn, then each change.
    void subscribe(const QString& topic, IBusListener* listener);
    void unsubscribe(const QString& topic, IBusListener* listener);

    /// Retained entries of all topics or of one, ordered by topic and key.
    [[nodiscard]] std::vector<const BusEntry*> entries(const QString& topic = {}) const;

    /// Null when nothing was ever published under this topic and key.
    [[nodiscard]] const BusEntry* find(const QString& topic, const QString& key) const;

    [[nodiscard]] static qint64 monotonicNow();

   Q_SIGNALS:
    /// (topic, key) was delivered to its subscribers. Emitted once per turn for each changed key, however many
    /// subscribers there are.
    void delivered(const fos1::host::BusEntry& entry);

   private:
    struct Subscriber {
        IBusListener* listener = nullptr;
        bool isNew = true;  ///< has not received the retained values yet
    };
    struct Topic {
        std::map<QString, BusEntry> entries;
        std::vector<Subscriber> subscribers;
        std::vector<QString> changed;  ///< keys, without duplicates
    };

    void markChanged(Topic& topic, BusEntry& entry);
    void deliver();
    void deliverTopic(const QString& name);
    void markStale();
    void armStaleTimer();

    std::map<QString, Topic> m_topics;
    std::map<QString, qsizetype> m_publisherBytes;
    QTimer m_deliverTimer;
    QTimer m_staleTimer;
    quint64 m_sequence = 0;
};

}  // namespace fos1::host
