// SPDX-License-Identifier: GPL-2.0-or-later
// Says in the log which calls of a plugin were refused, and why: its author may not look at what they returned. Each
// kind once, and a bounded number of them. For any thread.
#pragma once

#include <QLoggingCategory>
#include <QString>
#include <mutex>
#include <set>

#include "fos1/interface.h"

namespace fos1::host::log {

class RefusedCalls {
   public:
    static constexpr std::size_t kMostKinds = 32;

    RefusedCalls(const QLoggingCategory& category, QString prefix)
        : m_category(category), m_prefix(std::move(prefix)) {}

    /// The status as the call returns it. `subject`: the topic, object or metric that the call was about.
    int answer(Status status, const char* call, const QString& subject = {}) {
        if (const char* why = reasonOf(status)) note(call, subject, why);
        return static_cast<int>(status);
    }

   private:
    /// Null for what is no mistake of the plugin.
    static const char* reasonOf(Status status) {
        switch (status) {
            case Status::WrongThread: return "not on the plugin's home thread";
            case Status::NotPermitted:
                return "not permitted: its metadata does not name this, or host.yaml does not grant it";
            case Status::InvalidArgument: return "an argument is invalid";
            case Status::TooLarge: return "more than is allowed";
            default: return nullptr;
        }
    }
    void note(const char* call, const QString& subject, const char* why) {
        const QString kind = QLatin1String(call) + u' ' + subject.left(100) + u' ' + QLatin1String(why);
        const std::lock_guard lock(m_mutex);
        if (m_seen.size() >= kMostKinds || !m_seen.insert(kind).second) return;
        qCWarning(m_category).noquote() << m_prefix + QStringLiteral("event=refused call=") + QLatin1String(call)
                                        << "subject=" + subject.left(100) << "reason=" + QLatin1String(why);
        if (m_seen.size() == kMostKinds)
            qCWarning(m_category).noquote() << m_prefix + QStringLiteral("event=refused reason=no more are logged");
    }

    const QLoggingCategory& m_category;
    const QString m_prefix;
    std::mutex m_mutex;  ///< guards the next member
    std::set<QString> m_seen;
};

}  // namespace fos1::host::log
