// SPDX-License-Identifier: MIT
// The state bus: typed, retained, conflated state between plugins. For state only; events go to events.h.
#pragma once

#include <QCborMap>
#include <QString>

#include "fos1/interface.h"

namespace fos1 {

enum class Presence : int {
    Unknown = 0,
    Value = 1,   ///< `value` is current
    Stale = 2,   ///< `value` is the last one; its TTL has expired
    Absent = 3,  ///< retracted, or its publisher stopped or crashed; meta["reason"] is the reason
};

/// Receives state. Implemented by the plugin; must outlive its subscription.
class FOS1_SDK_EXPORT IBusListener : public IInterface {
   public:
    ~IBusListener() override;
    /// Called from the event loop, never from inside publish() or subscribe(). `meta` contains `publisher` (plugin id),
    /// `sequence` (per topic and key) and `monotonic_ns` (steady clock at the publish). For Absent it also contains
    /// `reason` and, when the publisher stopped or crashed instead of retracting the value, `publisher_gone` (true):
    /// the last value may still be correct.
    virtual void onState(const QString& topic, const QString& key, int presence, const QCborMap& value,
                         const QCborMap& meta) = 0;
};

class FOS1_SDK_EXPORT IBus : public IInterface {
   public:
    static constexpr const char* kIid = "io.fos1.Bus/1";
    /// 1 MiB minus the space that the names beside a value may take in a frame of the plugin runner.
    static constexpr qsizetype kMaxPayloadBytes = (1 << 20) - (16 << 10);
    ~IBus() override;

    /// Publishes the value of (topic, key). The topic must be in the metadata's "publishes", and the first plugin to
    /// publish a key owns it. `ttlMs` 0: the value never becomes stale. The encoded value has at most
    /// kMaxPayloadBytes, `key` at most 1,024 bytes of UTF-8.
    virtual int publish(const QString& topic, const QString& key, const QCborMap& value, qint64 ttlMs) = 0;

    /// Retracts a value; subscribers see Absent with `reason`.
    virtual int retract(const QString& topic, const QString& key, const QString& reason) = 0;

    /// Delivers every retained value of `topic` on the next turn of the loop, then each change. The topic must be in
    /// the metadata's "subscribes".
    virtual int subscribe(const QString& topic, IBusListener* listener) = 0;

    virtual int unsubscribe(const QString& topic, IBusListener* listener) = 0;
};

}  // namespace fos1
