// SPDX-License-Identifier: GPL-2.0-or-later
// A whole router for faults: two VLANs that are served, one of which has its NTP redirected, and one that is not; a
// host with all bridges; a real upstream, dnsmasq and named. Knows what must be true of it, as clients and servers see
// it.
#pragma once

#include <memory>

#include "host_under_test.h"
#include "lan_daemons.h"

namespace fos1::faults {

class RouterUnderFault {
   public:
    /// Empty when everything runs, otherwise what went wrong.
    [[nodiscard]] QString start();

    /// The first thing that is not as it must be for those who ask; empty: all is well.
    [[nodiscard]] QString serviceProblem();
    /// The same of those who are told: what was withdrawn is told again only after it was good for 10 s.
    [[nodiscard]] QString tellingProblem() const;
    /// A wrong time that a client was given at any time, with the answer; empty: never.
    [[nodiscard]] const QString& lie() const { return m_lie; }

    void startUpstream();
    void startNamed();
    void startDnsmasq();
    /// The manifests as they should be.
    void declare() const;
    [[nodiscard]] static QByteArray service(bool redirects);
    void addAddresses(int vlan) const;

    /// Runs a command in the router; whether it succeeded does not matter.
    void run(const QString& program, const QStringList& arguments) const { (void)lab.runIn("rt", program, arguments); }

    [[nodiscard]] QString optionsDirectory() const { return lab.path(QStringLiteral("options")); }
    /// Of the host's process.
    [[nodiscard]] double memoryMiB() const;
    [[nodiscard]] int descriptors() const;

    lab::Lab lab;
    std::unique_ptr<lab::Daemon> upstream;
    std::unique_ptr<lab::Daemon> named;
    std::unique_ptr<lab::Daemon> dnsmasq;
    std::unique_ptr<system::HostUnderTest> host;

   private:
    [[nodiscard]] QString timeProblem();
    [[nodiscard]] QString firewallProblem() const;
    [[nodiscard]] QString dhcpProblem() const;
    [[nodiscard]] QString dnsProblem() const;
    /// Of a client, with a look at what it was told.
    [[nodiscard]] std::optional<lab::TimeAnswer> ask(int vlan, const QString& address);

    QString m_lie;
};

}  // namespace fos1::faults
