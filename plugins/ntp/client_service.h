// SPDX-License-Identifier: GPL-2.0-or-later
// The service that clients get: which VLANs are answered, by which addresses, with NTS or without, and what of that is
// published. What it publishes was confirmed by chronyd, and by asking as a client does. Decides nothing about chronyd.
#pragma once

#include <QObject>

#include "core/fitness.h"
#include "nts_watch.h"
#include "service_planner.h"
#include "service_publisher.h"
#include "serving_watch.h"
#include "vlan_feed.h"

namespace fos1::ntp {

class ClientService final : public QObject {
    Q_OBJECT
   public:
    /// All outlive the object.
    ClientService(IBus& bus, ChronyClient& client, const OwnAddresses& own);

    [[nodiscard]] VlanFeed& vlans() { return m_vlans; }
    [[nodiscard]] const ServicePublisher& published() const { return m_published; }
    [[nodiscard]] const std::optional<NtsFacts>& nts() const { return m_nts.facts(); }
    [[nodiscard]] const std::shared_ptr<const ServingFacts>& serving() const { return m_serving.facts(); }

    /// `withAddresses`: clients are to be told apart.
    [[nodiscard]] OwnRequests ownRequests(bool withAddresses) const;

    /// chronyd has this plan from now on.
    void commit(const NtpServiceSpec& spec, const PlannedService& planned);
    /// chronyd is process `pid`, and was started or changed: clients may be answered differently.
    void check(const NtpServiceSpec& spec, const PlannedService& planned, qint64 pid);

    /// `planned`: what chronyd has; null: it has none.
    void show(const NtpServiceSpec& spec, const PlannedService* planned, bool isRunning, Fitness fitness);
    /// The next show() plans the VLANs anew.
    void doubt() { m_published.doubt(); }

    /// chronyd is to end: nobody is asked any more.
    void endChecks();
    /// No time service any more.
    void withdraw(const QString& why) { m_published.withdraw(why); }
    /// What is published stays; the host reports that its publisher is gone.
    void leave() { m_published.stop(); }

   Q_SIGNALS:
    /// The VLANs, or what they get: to be planned and shown again.
    void vlansChanged();
    void checked();
    void restartWanted();

   private:
    const OwnAddresses& m_own;
    VlanFeed m_vlans;
    ServicePublisher m_published;
    NtsWatch m_nts;
    ServingWatch m_serving;
};

}  // namespace fos1::ntp
