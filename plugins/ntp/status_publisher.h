// SPDX-License-Identifier: GPL-2.0-or-later
// Writes an object's status when it means something else than before, and measured numbers only now and then, so that
// a cluster's API server is not written to each second. Does not know what the status says.
#pragma once

#include <chrono>
#include <optional>

#include "core/service_status.h"
#include "fos1/plugin.h"

namespace fos1::ntp {

class StatusPublisher {
   public:
    /// New numbers without a new meaning wait for this long.
    static constexpr std::chrono::seconds kNumbersInterval{10};

    explicit StatusPublisher(const HostView& host) : m_host(host) {}

    void show(const ObjectKey& object, const ServiceStatus& status, std::chrono::steady_clock::time_point now) {
        const bool sameMeaning = m_shown && m_shown->object == object && m_shown->meaning == status.meaning;
        if (sameMeaning && now - m_shown->at < kNumbersInterval) return;
        m_host.setFields(object, status.fields);
        for (const Condition& condition : status.conditions) m_host.setCondition(object, condition);
        m_shown = Shown{object, status.meaning, now};
    }

    /// The next status is written whatever it says.
    void forget() { m_shown.reset(); }

   private:
    struct Shown {
        ObjectKey object;
        QByteArray meaning;
        std::chrono::steady_clock::time_point at;
    };

    const HostView& m_host;
    std::optional<Shown> m_shown;
};

}  // namespace fos1::ntp
