// SPDX-License-Identifier: MIT
// The state bus: typed, retained, conflated state between plugins. State only; happenings go to events.h.
#pragma once

#include <QCborMap>
#include <QString>

#include "fos1/interface.h"

namespace fos1 {

enum class Presence : int {
    Unknown = 0,
    Value = 1,   ///< `value` is current
    Stale = 2,   ///< `value` is the last one, and its TTL has passed
    Absent = 3,  ///< withdrawn, or its publisher stopped or crashed; meta["reason"] says why
};

/// Receives state. Implemented by the plugin; must outlive its subscription.
class FOS1_SDK_EXPORT IBusListener : public IInterface {
   public:
    ~IBusListener() override;
    /// Called from the event loop, never from inside publish() or subscribe(). `meta` holds `publisher` (plugin
    /// id), `sequence` (per topic and key), `monotonic_ns` (of the publish) and, when Absent, `reason` and, when its
    /// publisher stopped or died rather than took it back, `publisher_gone` (true): what it said may still be so.
    virtual void onState(const QString& topic, const QString& key, int presence, const QCborMap& value,
                         const QCborMap& meta) = 0;
};

class FOS1_SDK_EXPORT IBus : public IInterface {
   public:
    static constexpr const char* kIid = "io.fos1.Bus/1";
    /// 1 MiB less what the names beside a value may take in a frame of the plugin runner.
    static constexpr qsizetype kMaxPayloadBytes = (1 << 20) - (16 << 10);
    ~IBus() override;

    /// Publishes the value of (topic, key). The topic must be in the metadata's "publishes", and the first plugin
    /// to publish a key owns it. `ttlMs` 0: never stale. At most kMaxPayloadBytes encoded, `key` at most 1,024 bytes
    /// of UTF-8.
    virtual int publish(const QString& topic, const QString& key, const QCborMap& value, qint64 ttlMs) = 0;

    /// Withdraws a value; subscribers see Absent with `reason`.
    virtual int retract(const QString& topic, const QString& key, const QString& reason) = 0;

    /// Delivers every retained value of `topic` on the next loop turn, and each change from then on. The topic
    /// must be in the metadata's "subscribes".
    virtual int subscribe(const QString& topic, IBusListener* listener) = 0;

    virtual int unsubscribe(const QString& topic, IBusListener* listener) = 0;
};

}  // namespace fos1
