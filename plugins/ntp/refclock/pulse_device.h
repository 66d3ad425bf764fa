// SPDX-License-Identifier: GPL-2.0-or-later
// The last pulses of a PPS device, from the kernel (RFC 2783; Linux pps.h). A seam: a test has pulses without a kernel
// that has.
#pragma once

#include <QString>
#include <memory>

#include "fos1/result.h"

namespace fos1::ntp {

/// An edge: how many there were, and when the last one was on the machine's clock.
struct PulseEdge {
    quint32 sequence = 0;
    qint64 atNs = 0;  ///< since 1970
    bool operator==(const PulseEdge&) const = default;
};

struct PulseReading {
    PulseEdge assertEdge;
    PulseEdge clearEdge;
};

class PulseDevice {
   public:
    PulseDevice() = default;
    virtual ~PulseDevice() = default;
    PulseDevice(const PulseDevice&) = delete;
    PulseDevice& operator=(const PulseDevice&) = delete;

    /// Does not wait for a pulse. An error: the device is gone.
    [[nodiscard]] virtual Result<PulseReading> read() = 0;
    /// What makes the pulses, as the kernel names it: "ktimer" is no clock.
    [[nodiscard]] virtual QString sourceName() const = 0;
};

/// Beside chronyd, which reads the same device. A serial port is opened, and its DCD line gives the pulses as long as
/// the result lives.
[[nodiscard]] Result<std::unique_ptr<PulseDevice>> openPulseDevice(const QString& path);
/// The same, but somebody else has the serial port and takes the pulses from it.
[[nodiscard]] Result<std::unique_ptr<PulseDevice>> openPulseDeviceOfReceiver(const QString& path);

}  // namespace fos1::ntp
