// SPDX-License-Identifier: GPL-2.0-or-later
// What was seen in one round, as values: by the client of each VLAN, of each upstream, of the host.
#pragma once

#include <QString>
#include <optional>
#include <vector>

#include "probe.h"

namespace fos1::demo {

/// How many requests a client makes at once: more than one that behaves.
inline constexpr int kAtOnce = 8;

/// What the manifests have the time servers called.
inline constexpr const char* kDnsName = "ntp.lab.example";

struct ClientView {
    QString vlan;       ///< the name of the object
    QString interface;  ///< the link in the router
    QString policy;     ///< in words, of what the kernel enforces; empty: not known
    std::optional<lab::TimeAnswer> time;
    QString asked;     ///< the router's address there
    int answered = 0;  ///< of kAtOnce requests, `time` included
    std::optional<lab::TimeAnswer> timeOverV6;
    std::optional<lab::TimeAnswer> elsewhere;  ///< from a server that there is not
    lab::Connection ntsKeys = lab::Connection::Unknown;
    QString lease;  ///< an address; empty: none yet
    QString ntpServersOfDhcp;
    std::optional<QByteArray> dnsAnswer;  ///< empty: no such name
    qint64 letIn = 0;
    qint64 dropped = 0;
};

struct UpstreamView {
    QString address;
    QString truth;   ///< what it is, as the demo made it
    QString state;   ///< what the host says of it
    QString offset;  ///< of the local clock against it, with its unit; empty: not measured
    QString why;
};

struct Snapshot {
    std::vector<ClientView> clients;
    std::vector<UpstreamView> upstreams;
    QString sync;  ///< what the host says of its time
    bool isFit = false;

    /// Whether everything has got as far as it will: time, leases, and the firewall.
    [[nodiscard]] bool isSettled() const;
};

}  // namespace fos1::demo
