// SPDX-License-Identifier: GPL-2.0-or-later
// How good this node's time is: watches chronyd, judges what it reports, and publishes time.sync/v1 and the addresses
// of its sources, time.sources/v1. Knows no spec.
#pragma once

#include <QObject>

#include "chrony/chrony_monitor.h"
#include "core/key_exchange_log.h"
#include "core/sync_estimator.h"
#include "fos1/publication.h"
#include "name_lookups.h"
#include "time/sources_state.h"
#include "time/sync_state.h"

namespace fos1::ntp {

class ClockWatch final : public QObject {
    Q_OBJECT

   public:
    /// Both outlive the object.
    ClockWatch(ChronyClient& client, IBus& bus);

    /// Anew: chronyd was started.
    void start();
    void startIfIdle() {
        if (!m_monitor.isActive()) m_monitor.start();
    }
    /// A line of chronyd's log.
    void logged(const QString& line) { m_keyExchanges.feed(line); }
    /// `service`: the key of the topic, which is retracted; empty: it has none.
    void stop(const QString& service, const QString& why);
    /// After stop(), when the plugin stops: the addresses of the sources stay published like the policies of the VLANs,
    /// because what was redirected still is.
    void leave() { m_sources.stop(); }

    /// Takes what was observed, publishes it for `service`, and answers the state before.
    time::SyncState take(const Observation& observation, const FitnessPolicy& policy, const QString& service);
    /// Another one may take over. The addresses of the sources stay until the next take(), as chronyd still uses them.
    void retract(const QString& service, const QString& why);

    [[nodiscard]] const time::SyncState& sync() const { return m_sync; }
    /// What chronyd reported at the last look; nothing: it did not.
    [[nodiscard]] const std::optional<Tracking>& tracking() const { return m_tracking; }
    [[nodiscard]] const std::optional<ServerStatistics>& server() const { return m_server; }
    [[nodiscard]] const SyncEstimator& estimator() const { return m_estimator; }
    /// Whether clients get time from this node: from a source, or in holdover.
    [[nodiscard]] bool hasTime() const { return m_sync.synchronised || m_sync.holdover; }

   Q_SIGNALS:
    /// To be given to take(), if it is still wanted.
    void observed(const Observation& observation);

   private:
    /// Adds what chronyd does not report about sources that give no time.
    void explain(std::vector<SourceReport>& sources);

    IBus& m_bus;
    ChronyMonitor m_monitor;
    KeyExchangeLog m_keyExchanges;
    NameLookups m_lookups;
    SyncEstimator m_estimator;
    time::SyncState m_sync;
    std::optional<Tracking> m_tracking;
    std::optional<ServerStatistics> m_server;
    Publication<time::SourcesState> m_sources;
};

}  // namespace fos1::ntp
