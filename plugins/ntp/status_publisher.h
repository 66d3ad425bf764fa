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

    void show(const ObjectKey& object, const StatusInput& input, std::chrono::steady_clock::time_point now) {
        StatusMeaning meaning = meaningOf(input);
        const bool sameMeaning = m_shown && m_shown->object == object && m_shown->digest == meaning.digest;
        if (sameMeaning && now - m_shown->at < kNumbersInterval) return;
        if (m_vlansRevision != input.vlansRevision) {
            m_vlans = describeVlans(input.vlans, m_vlanStates, m_vlans);
            m_vlanStates = input.vlans;
        }
        m_vlansRevision = input.vlansRevision;
        m_host.setFields(object, fieldsOf(input, m_vlans));
        for (const Condition& condition : meaning.conditions) m_host.setCondition(object, condition);
        m_shown = Shown{object, std::move(meaning.digest), now};
    }

    /// The next status is written whatever it says.
    void forget() { m_shown.reset(); }

   private:
    struct Shown {
        ObjectKey object;
        QByteArray digest;
        std::chrono::steady_clock::time_point at;
    };

    const HostView& m_host;
    std::optional<Shown> m_shown;
    std::map<QString, time::ServiceState> m_vlanStates;
    QCborArray m_vlans;  ///< of them
    std::optional<quint64> m_vlansRevision;
};

}  // namespace fos1::ntp
