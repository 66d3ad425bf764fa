// SPDX-License-Identifier: GPL-2.0-or-later
// Clocks that are attached to the node, as the operator wants them used. Only enabled ones are here.
#pragma once

#include <QString>
#include <chrono>
#include <optional>
#include <vector>

namespace fos1::ntp {

/// What all kinds share (chrony.conf(5), refclock).
struct ClockOptions {
    QString refid;
    bool prefer = false;
    std::optional<std::chrono::nanoseconds> offset;
    std::optional<std::chrono::nanoseconds> delay;
    bool operator==(const ClockOptions&) const = default;
};

struct PpsSpec {
    QString device;
    ClockOptions options;
    QString lock;  ///< refid of the clock that numbers the pulses; empty: other sources do
    int rate = 1;  ///< pulses per second
    bool isClearEdge = false;
    bool isOnReceiver = false;  ///< on the DCD line of the receiver's port
    bool operator==(const PpsSpec&) const = default;
};

/// What happens when a receiver contradicts the sources in the network.
enum class OnDisagreement { Unknown = 0, Distrust, Report };

struct GpsSpec {
    QString device;  ///< empty with gpsd
    ClockOptions options;
    bool isRefclock = true;  ///< false: only fix and satellites are reported
    bool usesGpsd = false;
    std::optional<int> baud;         ///< nothing: found out
    std::vector<QString> sentences;  ///< that tell the time; empty: whichever do
    qint64 pivotUnix = 0;            ///< the receiver's date is not before this
    bool needsChecksum = true;
    bool asksUbx = false;   ///< for messages of u-blox receivers
    bool hasPulse = false;  ///< on the DCD line of its port
    OnDisagreement onDisagreement = OnDisagreement::Distrust;
    bool operator==(const GpsSpec&) const = default;
};

struct PhcSpec {
    QString device;     ///< empty: that of the interface
    QString interface;  ///< empty: the device is named
    ClockOptions options;
    bool isTai = false;
    bool operator==(const PhcSpec&) const = default;
};

struct AtomicSpec {
    QString pps;  ///< device; empty: none
    QString phc;  ///< likewise
    ClockOptions options;
    int stratum = 0;
    bool operator==(const AtomicSpec&) const = default;
};

struct HardwareSpec {
    std::optional<PpsSpec> pps;
    std::optional<GpsSpec> gps;
    std::optional<PhcSpec> phc;
    std::optional<AtomicSpec> atomic;

    [[nodiscard]] bool isEmpty() const { return !pps && !gps && !phc && !atomic; }
    bool operator==(const HardwareSpec&) const = default;
};

/// The clock of an atomic standard that numbers its pulses has a name of its own.
inline const QString kAtomicPhcRefid = QStringLiteral("ATPH");

}  // namespace fos1::ntp
