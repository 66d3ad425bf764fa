// SPDX-License-Identifier: GPL-2.0-or-later
// The observations of one round, as values: from the client of each VLAN, of each upstream, from the host.
#pragma once

#include <QString>
#include <optional>
#include <vector>

#include "probe.h"

namespace fos1::demo {

/// The number of simultaneous requests of a client: more than a well-behaved one sends.
inline constexpr int kAtOnce = 8;

/// The DNS name of the time servers in the manifests.
inline constexpr const char* kDnsName = "ntp.lab.example";

struct ClientView {
    QString vlan;       ///< the name of the object
    QString interface;  ///< the link in the router
    QString policy;     ///< the policy that the kernel enforces, for people; empty: unknown
    std::optional<lab::TimeAnswer> time;
    QString asked;     ///< the router's address in the VLAN
    int answered = 0;  ///< of kAtOnce requests, including `time`
    std::optional<lab::TimeAnswer> timeOverV6;
    std::optional<lab::TimeAnswer> elsewhere;  ///< from a server that does not exist
    lab::Connection ntsKeys = lab::Connection::Unknown;
    QString lease;                        ///< an address; empty: none yet
    QString ntpServersOfDhcp;             ///< what the client was told when it got its lease
    QString toldByDhcp;                   ///< what it would be told now, as the host reports
    std::optional<QByteArray> dnsAnswer;  ///< empty: no such name
    qint64 letIn = 0;
    qint64 dropped = 0;
};

struct UpstreamView {
    QString address;
    QString truth;   ///< the actual state, as the demo set it up
    QString state;   ///< the state that the host reports
    QString offset;  ///< of the local clock against it, with unit; empty: not measured
    QString why;
};

/// What goes wrong once everything has settled, for the host to find. (A lying upstream is there from the start.)
enum class Trouble { None = 0, Port, Loop };

struct Snapshot {
    std::vector<ClientView> clients;
    std::vector<UpstreamView> upstreams;
    QString sync;  ///< what the host reports about its time
    bool isFit = false;
    QString trouble;  ///< what was done; empty: nothing
    QString found;    ///< what the host reports about it; empty: nothing yet

    /// Whether time, leases and firewall have reached their final state.
    [[nodiscard]] bool isSettled() const;
    /// Whether there is trouble, and the host found it.
    [[nodiscard]] bool isFound() const { return !trouble.isEmpty() && !found.isEmpty(); }
};

}  // namespace fos1::demo
