// SPDX-License-Identifier: MIT
// Convenience layer over the seam: a typed view of the host for one plugin. Inline, compiled into each plugin.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QString>
#include <chrono>

#include "fos1/condition.h"
#include "fos1/desired.h"
#include "fos1/features/bus.h"
#include "fos1/features/event_feed.h"
#include "fos1/features/events.h"
#include "fos1/features/spec_catalog.h"
#include "fos1/features/spec_source.h"
#include "fos1/features/status.h"
#include "fos1/features/status_feed.h"
#include "fos1/features/validator.h"
#include "fos1/ihost.h"
#include "fos1/iplugin.h"
#include "fos1/metric.h"
#include "fos1/result.h"

namespace fos1 {

/// The feature `T` of `host`, or null.
template <typename T>
T* feature(IHost& host) {
    return static_cast<T*>(host.query(QString::fromLatin1(T::kIid)));
}

/// The return value of IValidator::validate().
inline QCborMap validationResult(const Errors& errors) {
    QCborArray list;
    for (const Error& error : errors)
        list.append(QCborMap{{QStringLiteral("path"), error.path}, {QStringLiteral("message"), error.message}});
    return {{QStringLiteral("errors"), list}};
}

/// The host with typed calls. Each of `bus` … `events` is null only if the host does not offer the feature and the
/// plugin's metadata does not require it. A plugin therefore uses required features without a check.
class HostView {
   public:
    explicit HostView(IHost& host)
        : m_host(host),
          m_bus(feature<IBus>(host)),
          m_status(feature<IStatus>(host)),
          m_metrics(feature<IMetrics>(host)),
          m_events(feature<IEvents>(host)) {}

    [[nodiscard]] IHost& host() const { return m_host; }
    [[nodiscard]] IBus& bus() const { return *m_bus; }
    [[nodiscard]] IMetrics& metrics() const { return *m_metrics; }

    void succeed(Ticket ticket, const QString& message = {}) const {
        m_host.complete(ticket, static_cast<int>(Outcome::Ok), 0, message);
    }
    void retry(Ticket ticket, const QString& why, std::chrono::milliseconds after = {}) const {
        m_host.complete(ticket, static_cast<int>(Outcome::Retry), static_cast<int>(after.count()), why);
    }
    void fail(Ticket ticket, const QString& why) const {
        m_host.complete(ticket, static_cast<int>(Outcome::Failed), 0, why);
    }

    /// Sets a condition of `object`.
    void setCondition(const ObjectKey& object, const Condition& condition) const {
        m_status->setCondition(object.toCbor(), condition.toCbor());
    }
    /// Sets a condition of the plugin itself.
    void setCondition(const Condition& condition) const { m_status->setCondition({}, condition.toCbor()); }
    void removeCondition(const ObjectKey& object, const QString& type) const {
        m_status->removeCondition(object.toCbor(), type);
    }
    void setFields(const ObjectKey& object, const QCborMap& fields) const {
        m_status->setFields(object.toCbor(), fields);
    }

    void normal(const QString& reason, const QString& message, const ObjectKey& about = {}) const {
        record(QStringLiteral("Normal"), reason, message, about);
    }
    void warning(const QString& reason, const QString& message, const ObjectKey& about = {}) const {
        record(QStringLiteral("Warning"), reason, message, about);
    }

   private:
    void record(const QString& type, const QString& reason, const QString& message, const ObjectKey& about) const {
        QCborMap event{
            {QStringLiteral("type"), type}, {QStringLiteral("reason"), reason}, {QStringLiteral("message"), message}};
        if (!about.name.isEmpty()) event.insert(QStringLiteral("regarding"), about.toCbor());
        m_events->record(event);
    }

    IHost& m_host;
    IBus* m_bus;
    IStatus* m_status;
    IMetrics* m_metrics;
    IEvents* m_events;
};

}  // namespace fos1
