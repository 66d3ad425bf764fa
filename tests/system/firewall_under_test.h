// SPDX-License-Identifier: GPL-2.0-or-later
// A router whose firewall is under test: three VLANs with a client each, a host with the firewall bridge, and a table
// of somebody else's behind ours that sees what passes.
#pragma once

#include "host_under_test.h"
#include "probe.h"

namespace fos1::system {

class FirewallUnderTest {
   public:
    FirewallUnderTest();

    /// Empty when all stands and the host runs with `service`, else what went wrong.
    [[nodiscard]] QString start(const QByteArray& vlanConfig);

    /// The NTPService; `vlanConfig` are lines of the list.
    [[nodiscard]] QByteArray service(const QByteArray& vlanConfig) const;
    /// Writes it.
    bool declare(const QByteArray& vlanConfig) const;

    /// Makes the other table; start() does, but some tests flush everything.
    void observe() const;

    /// nft in the router; fatal when it fails.
    QByteArray nft(const QString& commands) const;
    /// Whether our table is there.
    [[nodiscard]] bool hasTable() const;
    /// The chain that a VLAN's interface is sent to; empty: none.
    [[nodiscard]] QString chainOf(int vlan) const;

    /// What became of one NTP packet from the client of a VLAN: "passed", "dropped", or "lost".
    [[nodiscard]] QString fate(int vlan, const QString& address, const QByteArray& payload) const;

    [[nodiscard]] lab::Probe client(int vlan) const { return {lab, QStringLiteral("cl%1").arg(vlan)}; }
    [[nodiscard]] QJsonObject topic(const QString& name, const QString& key) const;
    [[nodiscard]] double metric(const QByteArray& series) const;

    lab::Lab lab;
    std::unique_ptr<lab::Daemon> upstream;
    std::unique_ptr<HostUnderTest> host;
    QByteArray security = "nts: {enabled: true}";  ///< what of the NTPService's is declared

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
