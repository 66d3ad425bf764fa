// SPDX-License-Identifier: GPL-2.0-or-later
// Checks of a plugin's arguments that apply wherever it runs: in the host before the stores receive them, and in a
// runner so that the plugin gets its answer immediately. Pure.
#pragma once

#include <QCborMap>
#include <QString>

#include "fos1/cbor_size.h"
#include "fos1/features/bus.h"
#include "fos1/page.h"

namespace fos1::host {

constexpr qsizetype kMaxKeyBytes = 1024;
constexpr qsizetype kMaxEventMessage = 16 * 1024;
constexpr qsizetype kMaxReason = 256;
constexpr qsizetype kMaxRetractReason = 4096;
constexpr qsizetype kMaxFieldsBytes = 4 * 1024 * 1024;

/// For text that a plugin hands over and that only people read.
inline QString shortened(const QString& text, qsizetype most = 1024) {
    return text.size() <= most ? text : text.left(most) + QStringLiteral(" …");
}

/// Checks IBus::publish(). `bytes` is an upper bound of the value's encoded size.
inline Status checkPublish(const QString& topic, const QString& key, const QCborMap& value, qint64 ttlMs,
                           qsizetype& bytes) {
    bytes = encodedSizeBound(value);
    if (topic.isEmpty() || key.isEmpty() || ttlMs < 0) return Status::InvalidArgument;
    const bool isKeyShort = key.size() * 3 <= kMaxKeyBytes || key.toUtf8().size() <= kMaxKeyBytes;
    const bool isSmall = bytes <= IBus::kMaxPayloadBytes || fitsEncoded(value, IBus::kMaxPayloadBytes);
    return isKeyShort && isSmall ? Status::Ok : Status::TooLarge;
}

/// Checks IEvents::record().
inline Status checkEvent(const QCborMap& event) {
    const QString type = event.value(QStringLiteral("type")).toString();
    const bool isType = type == QLatin1String("Normal") || type == QLatin1String("Warning");
    const QString reason = event.value(QStringLiteral("reason")).toString();
    if (!isType || reason.isEmpty() || reason.size() > kMaxReason) return Status::InvalidArgument;
    if (!fitsEncoded(event.value(QStringLiteral("regarding")).toMap(), kMaxKeyBytes)) return Status::TooLarge;
    return event.value(QStringLiteral("message")).toString().size() > kMaxEventMessage ? Status::TooLarge : Status::Ok;
}

/// Checks IPageReplies::reply(). Sets `shown` to an error for the user when `document` is invalid.
inline Status checkPage(const QCborMap& document, QCborMap& shown) {
    const auto good = page::check(document);
    if (good) return Status::Ok;
    shown = page::error(QStringLiteral("the plugin's answer is not a valid page: ") + good.error().text());
    return fitsEncoded(document, page::kMaxBytes) ? Status::InvalidArgument : Status::TooLarge;
}

/// Checks IHost::complete().
inline Status checkCompletion(int outcome, int retryAfterMs) {
    const bool isOutcome = outcome >= static_cast<int>(Outcome::Ok) && outcome <= static_cast<int>(Outcome::Failed);
    return isOutcome && retryAfterMs >= 0 ? Status::Ok : Status::InvalidArgument;
}

}  // namespace fos1::host
