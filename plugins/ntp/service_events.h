// SPDX-License-Identifier: GPL-2.0-or-later
// The events of the time service, in words. Decides nothing but whether an event is worth a warning.
#pragma once

#include <chrono>

#include "chrony/chrony_engine.h"
#include "chrony/chronyd_start.h"
#include "core/refclock_facts.h"
#include "fos1/plugin.h"
#include "time/sync_state.h"

namespace fos1::ntp {

class ServiceEvents {
   public:
    /// `host` outlives the object.
    explicit ServiceEvents(const HostView& host) : m_host(host) {}

    // `about`: the NTPService; an empty key: about none.
    void changedOnline(const ObjectKey& about, const Change& change) const;
    void refused(const ObjectKey& about, const QString& why) const;
    /// Inputs that are missing now and were not before.
    void missing(const ObjectKey& about, const std::vector<LeftOut>& before, const std::vector<LeftOut>& now) const;
    void started(const ObjectKey& about, const ChronydStart& start) const;
    void died(const ObjectKey& about, const QString& why) const;
    void stopped(const ObjectKey& about, const QString& why) const;
    /// Somebody else had changed the running chronyd, and it was set right.
    void healed(const ObjectKey& about) const;
    /// For how long clients were without synchronized time during a restart.
    void timeWasAway(const ObjectKey& about, std::chrono::milliseconds gap) const;
    /// An attached clock fares otherwise than before.
    void clockChanged(const ObjectKey& about, const RefclockFacts& clock) const;
    /// What changed in the state of synchronization.
    void happened(const ObjectKey& about, const time::SyncState& before, const time::SyncState& after) const;

   private:
    const HostView& m_host;
};

}  // namespace fos1::ntp
