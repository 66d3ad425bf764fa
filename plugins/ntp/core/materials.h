// SPDX-License-Identifier: GPL-2.0-or-later
// What a plan stands on beside the spec: what others found out about this node, its chronyd and its secrets. Values
// only; knows nothing of how they were found.
#pragma once

#include <QByteArray>
#include <QString>
#include <compare>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "model/security_spec.h"

namespace fos1::ntp {

/// What a chronyd can do (chronyd --version).
struct ChronyVersion {
    int major = 4;
    int minor = 0;
    bool nts = true;      ///< built with NTS
    bool sechash = true;  ///< built with hashes other than MD5, and ciphers
    QString name = {};    ///< as it calls itself: "4.3", "4.6.1", "DEVELOPMENT"; empty: not asked
    int patch = 0;        ///< 4.6.1: 1

    [[nodiscard]] bool isAtLeast(int wantedMajor, int wantedMinor, int wantedPatch = 0) const {
        return std::tie(major, minor, patch) >= std::tie(wantedMajor, wantedMinor, wantedPatch);
    }
    bool operator==(const ChronyVersion&) const = default;
};

/// A certificate and its key, found good, in files that chronyd can read. The names change with the content.
struct NtsServerFiles {
    QString certificate;
    QString key;
    bool operator==(const NtsServerFiles&) const = default;
};

/// A time server that a DHCP lease names (RFC 2132, section 8.3).
struct LeasedServer {
    IpAddress address;
    QString interface;  ///< of the lease
    bool operator==(const LeasedServer&) const = default;
};

/// What the groups of clients and the VLANs ask of chronyd.
struct VlanRules {
    std::vector<AccessRule> access;     ///< each network once; count where the spec has no rule for it
    std::vector<IpAddress> broadcasts;  ///< addresses that time is sent to
    bool operator==(const VlanRules&) const = default;
};

/// Something that the spec needs and that could not be had.
struct Missing {
    QString why;     ///< the end of "key 3 ..."
    QString reason;  ///< of the condition Ready; empty: it is no matter of an input
    bool operator==(const Missing&) const = default;
};

struct Materials {
    ChronyVersion version;
    std::map<qint64, QByteArray> keys;      ///< bytes of the keys that could be had; secret
    std::map<qint64, Missing> missingKeys;  ///< the others
    std::optional<NtsServerFiles> ntsServer;
    Missing noNtsServer;    ///< when NTS is wanted and there is no pair to serve it with
    QString trustedBundle;  ///< file with all of spec.security.nts.trustedCerts that can be used; empty: none
    std::map<QString, QString> unusableTrustedCerts;  ///< path -> why
    QString whyNoDriftFile;  ///< spec.server.driftfile cannot be written; empty: it can, or is not given
    QString whyNoRtcFile;    ///< the same of spec.server.rtc.file
    std::map<QString, QString> unusableInterfaces;  ///< hwtimestamp: name -> why; fatal for chronyd
    std::map<QString, QString>
        missingClocks;                       ///< devices of attached clocks: path -> why, as the end of "/dev/pps0 ..."
    std::map<QString, QString> pulseOfLine;  ///< serial port -> the PPS device of its DCD line
    std::map<QString, QString> clockOfInterface;  ///< interface -> device of its PTP hardware clock
    VlanRules vlans;
    std::vector<LeasedServer> leased;  ///< of spec.sources.dhcp, each address once and none of our own
    bool operator==(const Materials&) const = default;
};

}  // namespace fos1::ntp
