// SPDX-License-Identifier: GPL-2.0-or-later
#include "client_service.h"

namespace fos1::ntp {

ClientService::ClientService(IBus& bus, ChronyClient& client, const OwnAddresses& own)
    : m_own(own), m_vlans(bus), m_published(bus), m_nts(own), m_serving(client) {
    connect(&m_nts, &NtsWatch::changed, this, &ClientService::checked);
    connect(&m_serving, &ServingWatch::changed, this, &ClientService::checked);
    connect(&m_serving, &ServingWatch::restartWanted, this, &ClientService::restartWanted);
    connect(&m_vlans, &VlanFeed::changed, this, &ClientService::vlansChanged);
}

void ClientService::commit(const NtpServiceSpec& spec, const PlannedService& planned) {
    m_published.showGroups(planned.access.groups);
    m_nts.watch(planned.nts);
    const auto others = [this, &device = spec.server.bindDevice] { return m_own.inet4(device); };
    m_serving.watch({addressesToAnswer(spec, m_vlans.vlans(), *planned.answers, others), spec.server.port,
                     spec.rateLimit.enabled, spec.server.leap.mode == LeapMode::Smear});
    m_published.doubt();
}

void ClientService::check(const NtpServiceSpec& spec, const PlannedService& planned, qint64 pid) {
    m_nts.probe(planned.chrony.online.access, spec);
    m_serving.doubt(pid);
}

void ClientService::show(const NtpServiceSpec& spec, const PlannedService* planned, bool isRunning, Fitness fitness) {
    m_published.show(spec, m_vlans.vlans(), planned ? planned->answers.get() : nullptr,
                     {isRunning, m_nts.isServed(), isFit(fitness), sentence(fitness), m_serving.facts()});
}

OwnRequests ClientService::ownRequests(bool withAddresses) const {
    OwnRequests own{m_serving.answered(), {}};
    if (withAddresses)
        for (const IpPrefix& each : m_own.all()) own.addresses.push_back(each.address);
    return own;
}

void ClientService::endChecks() {
    m_nts.watch(std::nullopt);
    m_serving.stop();
    m_published.doubt();
}

}  // namespace fos1::ntp
