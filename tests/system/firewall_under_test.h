// SPDX-License-Identifier: GPL-2.0-or-later
// A router whose firewall is under test: three VLANs with a client each, a host with the firewall bridge, and a foreign
// table after ours that observes which packets pass.
#pragma once

#include "host_under_test.h"
#include "probe.h"

namespace fos1::system {

class FirewallUnderTest {
   public:
    FirewallUnderTest();

    /// Returns an empty string when everything is set up and the host runs with `service`, otherwise what went wrong.
    [[nodiscard]] QString start(const QByteArray& vlanConfig);

    /// The NTPService. `vlanConfig` are the lines of its list.
    [[nodiscard]] QByteArray service(const QByteArray& vlanConfig) const;
    /// Writes the NTPService.
    bool declare(const QByteArray& vlanConfig) const;

    /// Creates the foreign table. start() does this too, but some tests flush everything.
    void observe() const;

    /// Runs nft in the router; fatal when it fails.
    QByteArray nft(const QString& commands) const;
    /// Whether our table exists.
    [[nodiscard]] bool hasTable() const;
    /// The chain for a VLAN's interface; empty: none.
    [[nodiscard]] QString chainOf(int vlan) const;

    /// What happened to one NTP packet from the client of a VLAN: "passed", "dropped", or "lost".
    [[nodiscard]] QString fate(int vlan, const QString& address, const QByteArray& payload) const;

    [[nodiscard]] lab::Probe client(int vlan) const { return {lab, QStringLiteral("cl%1").arg(vlan)}; }
    [[nodiscard]] QJsonObject topic(const QString& name, const QString& key) const;
    [[nodiscard]] double metric(const QByteArray& series) const;

    lab::Lab lab;
    std::unique_ptr<lab::Daemon> upstream;
    std::unique_ptr<HostUnderTest> host;
    QByteArray moreServers;                        ///< after the upstream in the list of servers: ", {address: …}"
    QByteArray security = "nts: {enabled: true}";  ///< the security lines of the NTPService

   private:
    struct Seen {
        qint64 passed = 0;
        qint64 dropped = 0;
    };
    [[nodiscard]] Seen seen(int vlan) const;
};

/// 10.ID.0.1 or fdID::1
QString routerAddress(int vlan, bool isV6);

}  // namespace fos1::system
