// SPDX-License-Identifier: GPL-2.0-or-later
// Everything that the demo shows: three upstreams, one of which lies, the router with the host and a dnsmasq, and a
// VLAN for each policy with a client in it. Nothing outlives the object.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "dhcp_client.h"
#include "host_under_test.h"
#include "ntp_responder.h"
#include "snapshot.h"

namespace fos1::demo {

class DemoNetwork {
   public:
    DemoNetwork();
    ~DemoNetwork();
    DemoNetwork(const DemoNetwork&) = delete;
    DemoNetwork& operator=(const DemoNetwork&) = delete;

    /// Returns an empty string when everything is running, otherwise what went wrong. May take seconds.
    [[nodiscard]] QString start();

    /// Makes trouble; not while look() runs.
    void make(Trouble trouble);

    /// Lets each client ask for a lease anew that was told something else than it would be told now, as at its next
    /// renewal; not while look() runs.
    void renewLeases(const Snapshot& snapshot);

    /// Takes a snapshot of everything in parallel, in threads of its own; takes up to a second.
    [[nodiscard]] Snapshot look() const;

    [[nodiscard]] const lab::Lab& network() const { return m_lab; }
    [[nodiscard]] const system::HostUnderTest& host() const { return *m_host; }

    static constexpr quint16 kHttpPort = 9559;  ///< in the router's namespace

   private:
    struct Vlan {
        int id;
        QString name;
        std::unique_ptr<lab::DhcpClient> dhcp;
    };
    [[nodiscard]] QString startHost();
    [[nodiscard]] ClientView see(const Vlan& vlan) const;
    void ask(std::vector<ClientView>& clients, Snapshot& snapshot) const;
    [[nodiscard]] QString found(const QJsonObject& status) const;

    lab::Lab m_lab;
    std::array<std::unique_ptr<lab::Daemon>, 2> m_honest;
    std::unique_ptr<lab::NtpResponder> m_liar;
    Trouble m_trouble = Trouble::None;
    std::unique_ptr<lab::Daemon> m_troublemaker;
    std::unique_ptr<lab::Daemon> m_dnsmasq;
    std::unique_ptr<system::HostUnderTest> m_host;
    std::vector<Vlan> m_vlans;
};

}  // namespace fos1::demo
