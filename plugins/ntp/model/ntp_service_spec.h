// SPDX-License-Identifier: GPL-2.0-or-later
// The NTPService spec as values with units: what the operator wants, and nothing about how it is achieved.
#pragma once

#include <QString>
#include <chrono>
#include <optional>
#include <vector>

#include "model/addresses.h"
#include "model/hardware_spec.h"
#include "model/security_spec.h"
#include "model/vlan_policy.h"

namespace fos1::ntp {

/// chrony's own defaults, which apply where a spec sets nothing (chrony.conf(5), "Time sources").
inline constexpr int kDefaultMinpoll = 6;
inline constexpr int kDefaultMaxpoll = 10;
inline constexpr int kLowestPoll = -7;
inline constexpr int kHighestPoll = 24;
inline constexpr quint16 kNtpPort = 123;
inline constexpr int kDefaultLocalStratum = 10;
inline constexpr int kHighestStratum = 15;
inline constexpr int kMostSamples = 64;  ///< that chronyd keeps of a source or a clock

/// Options that pools, servers and peers share. Polls are log2 seconds.
struct SourceOptions {
    bool iburst = false;
    bool prefer = false;
    bool noselect = false;
    bool trust = false;
    bool require = false;
    bool xleave = false;
    bool copy = false;  ///< take over the reference ID and stratum of the server
    std::optional<int> minpoll;
    std::optional<int> maxpoll;
    std::optional<int> presend;  ///< lowest poll at which a packet is sent before each request
    std::optional<std::chrono::nanoseconds> maxdelay;
    std::optional<std::chrono::nanoseconds> offset;
    std::optional<int> filter;  ///< polls that a median is taken of
    std::optional<int> minsamples;
    std::optional<int> maxsamples;
    std::optional<double> maxdelayratio;
    std::optional<double> maxdelaydevratio;
    std::optional<int> minstratum;
    std::optional<int> maxunreach;   ///< polls
    std::vector<QString> extfields;  ///< in chrony's spelling: F323
    quint16 port = kNtpPort;
    bool nts = false;  ///< use Network Time Security (RFC 8915)
    quint16 ntsPort = kNtsPort;
    std::optional<qint64> keyId;          ///< use a symmetric key
    std::optional<AddressFamily> family;  ///< nothing: any
    bool operator==(const SourceOptions&) const = default;
};

struct PoolSpec {
    QString name;
    int servers = 4;
    SourceOptions options;
    bool operator==(const PoolSpec&) const = default;
};

/// A server or a peer.
struct ServerSpec {
    QString address;  ///< IP address or host name
    SourceOptions options;
    bool operator==(const ServerSpec&) const = default;
};

struct MakestepSpec {
    std::chrono::nanoseconds threshold{0};
    int limit = 0;  ///< number of clock updates that may step; -1: all
    bool operator==(const MakestepSpec&) const = default;
};

struct LocalSpec {
    bool enabled = false;
    bool orphan = false;
    std::optional<int> stratum;
    std::optional<std::chrono::nanoseconds> distance;
    std::optional<std::chrono::nanoseconds> activate = {};      ///< root distance that must have been reached once
    std::optional<std::chrono::nanoseconds> waitsynced = {};    ///< since the last update of the clock
    std::optional<std::chrono::nanoseconds> waitunsynced = {};  ///< while the clock is not synchronized
    bool operator==(const LocalSpec&) const = default;
};

/// An interface with hardware timestamping.
struct HwTimestampSpec {
    QString interface;                   ///< a name, or "*" for all capable interfaces
    std::chrono::nanoseconds txcomp{0};  ///< from the timestamp to the transmission
    std::chrono::nanoseconds rxcomp{0};  ///< from the reception to the timestamp
    QString rxfilter;                    ///< in chrony's spelling; empty: chrony selects one
    std::optional<int> minpoll;          ///< of the readings of its clock, as log2 seconds
    std::optional<int> maxpoll;
    std::optional<int> minsamples;
    std::optional<int> maxsamples;
    bool operator==(const HwTimestampSpec&) const = default;
};

enum class LeapMode { Unknown = 0, System, Slew, Smear, Ignore };

struct LeapSpec {
    LeapMode mode = LeapMode::System;
    QString timeZone;  ///< such as right/UTC; empty: none
    QString listFile;  ///< absolute path of a leap-seconds.list; empty: none
    bool operator==(const LeapSpec&) const = default;
};

/// The machine's real-time clock as chronyd tracks it.
struct RtcSpec {
    QString file;  ///< absolute path of its drift; empty: it is not tracked
    std::optional<std::chrono::nanoseconds> autotrim;
    bool onUtc = false;
    bool operator==(const RtcSpec&) const = default;
};

struct ServingSpec {
    std::optional<int> stratum;  ///< the worst stratum at which the service is advertised
    QString driftfile;           ///< absolute path; empty: the plugin's own
    std::optional<MakestepSpec> makestep;
    LocalSpec local;
    quint16 port = kNtpPort;
    std::vector<IpAddress> bindAddresses;  ///< at most one per family
    bool rtcsync = false;
    bool interleaved = true;
    std::vector<HwTimestampSpec> hwTimestamp;
    LeapSpec leap;
    RtcSpec rtc;
    QString bindDevice;  ///< interface whose clients alone are answered; empty: all
    std::optional<int> dscp;
    std::optional<int> ptpPort;  ///< NTP over PTP
    std::optional<int> ptpDomain;
    std::optional<double> maxslewrate;    ///< ppm
    std::optional<double> maxupdateskew;  ///< ppm
    std::optional<int> clientloglimit;    ///< bytes
    std::vector<QString> logs;            ///< in chrony's spelling: measurements
    std::optional<std::chrono::nanoseconds> logchange;
    bool operator==(const ServingSpec&) const = default;
};

struct MonitoringSpec {
    bool enabled = true;
    std::chrono::nanoseconds warningThreshold{std::chrono::milliseconds(100)};
    std::chrono::nanoseconds criticalThreshold{std::chrono::milliseconds(1000)};
    int sourcesMinimum = 1;
    bool operator==(const MonitoringSpec&) const = default;
};

struct NtpServiceSpec {
    bool enabled = true;
    std::vector<PoolSpec> pools;
    std::vector<ServerSpec> servers;
    std::vector<ServerSpec> peers;
    std::vector<IpAddress> acquisitionAddresses;  ///< that requests are sent from; at most one per family
    std::vector<QString> dhcpInterfaces;          ///< whose leases name servers to use
    HardwareSpec hardware;
    QString acquisitionDevice;  ///< interface that they are sent through; empty: by routes
    ServingSpec server;
    NtsSpec nts;
    AuthenticationSpec authentication;
    AuthSelect authSelect = AuthSelect::Default;
    std::optional<int> minSources;                        ///< of those that agree, before the clock follows any
    std::optional<std::chrono::nanoseconds> maxDistance;  ///< root distance above which a source is not followed
    std::vector<AccessRule> access;
    RateLimitSpec rateLimit;
    bool opensOnFailure = false;  ///< nothing is blocked when the publisher of the policies is gone
    VlansSpec vlans;
    MonitoringSpec monitoring;
    AdvertiseSpec advertise;
    bool operator==(const NtpServiceSpec&) const = default;
};

}  // namespace fos1::ntp
