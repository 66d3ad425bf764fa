// SPDX-License-Identifier: GPL-2.0-or-later
// Retained, conflated state by (topic, key), delivered to subscribers on the next turn of the loop. Must not know what
// a payload means; who may publish which topic is checked by the facade.
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
    QByteArray cbor;    ///< or this, of one key of many
    QString publisher;  ///< plugin id
    quint64 sequence = 0;
    qint64 monotonicNs = 0;        ///< steady clock at the publish
    qint64 ttlMs = 0;              ///< 0: never stale
    QString reason;                ///< why it is Absent
    qsizetype bytes = 0;           ///< an upper bound of its encoded size
    bool isPublisherGone = false;  ///< Absent because its publisher stopped or died, not because it took it back
    bool isQueued = false;         ///< waits for delivery on the next turn

    [[nodiscard]] QCborMap value() const { return cbor.isEmpty() ? map : unpackedMap(cbor); }
};

class StateBus : public QObject {
    Q_OBJECT
   public:
    static constexpr qsizetype kMaxPayloadBytes = IBus::kMaxPayloadBytes;
    static constexpr std::size_t kMaxKeysPerTopic = 65'536;
    static constexpr qsizetype kMaxPublisherBytes = 64 << 20;  ///< of all values that one plugin keeps here

    explicit StateBus(QObject* parent = nullptr);

    Status publish(const QString& publisher, const QString& topic, const QString& key, const QCborMap& value,
                   qint64 ttlMs);
    Status retract(const QString& publisher, const QString& topic, const QString& key, const QString& reason);

    /// Withdraws everything of a publisher that stopped or crashed.
    void retractAll(const QString& publisher, const QString& reason);

    /// `listener` is not owned; it gets every retained value of the topic on the next turn, then each change.
    void subscribe(const QString& topic, IBusListener* listener);
    void unsubscribe(const QString& topic, IBusListener* listener);

    /// Retained entries, all or of one topic, in order of topic and key.
    [[nodiscard]] std::vector<const BusEntry*> entries(const QString& topic = {}) const;

    /// Null when nothing was ever published there.
    [[nodiscard]] const BusEntry* find(const QString& topic, const QString& key) const;

    [[nodiscard]] static qint64 monotonicNow();

   Q_SIGNALS:
    /// (topic, key) was delivered to its subscribers, however many there are: once a turn for each key that changed.
    void delivered(const fos1::host::BusEntry& entry);

   private:
    struct Subscriber {
        IBusListener* listener = nullptr;
        bool isNew = true;  ///< still has to see the retained values
    };
    struct Topic {
        std::map<QString, BusEntry> entries;
        std::vector<Subscriber> subscribers;
        std::vector<QString> changed;  ///< keys, each once
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
