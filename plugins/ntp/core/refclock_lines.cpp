// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/refclock_lines.h"

namespace fos1::ntp {

namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// A sample each 4 s: soon enough to notice a clock that is gone (8 polls), and the median of some readings.
constexpr const char* kPoll = "poll 2";
/// The second in which a sentence comes is known; where in it is not.
constexpr nanoseconds kUnknownDelay = std::chrono::seconds(1);
/// The scatter of sentences around a delay that was measured.
constexpr nanoseconds kMeasuredDelay = milliseconds(200);
constexpr qsizetype kLongestSocketPath = 107;  ///< sun_path (unix(7)); a longer one ends chronyd

QByteArray refidWord(const QString& refid) { return "refid " + refid.toLatin1(); }

QByteArray ppsDevice(const QString& device, bool isClearEdge, const Materials& materials) {
    const auto made = materials.pulseOfLine.find(device);
    return (made == materials.pulseOfLine.end() ? device : made->second).toUtf8() + (isClearEdge ? ":clear" : "");
}

/// `number`: a word beside those of `options`, such as "lock NMEA".
void writeClock(ConfigText& out, const char* driver, const QByteArray& device, const ClockOptions& options,
                std::initializer_list<QByteArray> words) {
    QByteArrayList more;
    for (const QByteArray& word : words)
        if (!word.isEmpty()) more.append(word);
    out.line({"refclock", driver, device, refidWord(options.refid), kPoll, more.join(' '),
              option("offset", options.offset), option("delay", options.delay), flag("prefer", options.prefer)});
}

}  // namespace

QString sampleSocket(const ChronyPaths& paths) { return paths.refclockDirectory + QStringLiteral("/gps.sock"); }

nanoseconds delayOf(const GpsSpec& gps) {
    return gps.options.delay.value_or(gps.options.offset ? kMeasuredDelay : kUnknownDelay);
}

void writeRefclocks(ConfigText& out, const HardwareSpec& spec, const ChronyPaths& paths, const Materials& materials,
                    std::vector<LeftOut>& leftOut) {
    const auto isUsable = [&materials](const QString& device) {
        return !device.isEmpty() && !materials.missingClocks.contains(device);
    };
    const bool hasPulse = spec.pps && isUsable(spec.pps->device);
    if (spec.gps && spec.gps->isRefclock) {
        const QString socket = sampleSocket(paths);
        if (socket.toUtf8().size() > kLongestSocketPath) {
            leftOut.push_back({QStringLiteral("spec.sources.hardware.gps"), spec.gps->options.refid,
                               QStringLiteral("is not used: the path %1 is too long for a socket; choose a shorter "
                                              "stateDir")
                                   .arg(socket)});
        } else {
            ClockOptions options = spec.gps->options;
            options.delay = delayOf(*spec.gps);
            const bool numbersOnly = hasPulse && spec.pps->lock == options.refid;
            if (numbersOnly) options.prefer = false;
            writeClock(out, "SOCK", socket.toUtf8(), options, {flag("noselect", numbersOnly)});
        }
    }
    if (spec.phc) {
        const auto found = materials.clockOfInterface.find(spec.phc->interface);
        const QString device = found == materials.clockOfInterface.end() ? spec.phc->device : found->second;
        if (isUsable(device))
            writeClock(out, "PHC", device.toUtf8(), spec.phc->options, {"dpoll -2", flag("tai", spec.phc->isTai)});
    }
    if (hasPulse)
        writeClock(out, "PPS", ppsDevice(spec.pps->device, spec.pps->isClearEdge, materials), spec.pps->options,
                   {spec.pps->lock.isEmpty() ? QByteArray() : "lock " + spec.pps->lock.toLatin1(),
                    spec.pps->rate == 1 ? QByteArray() : "rate " + QByteArray::number(spec.pps->rate)});
    if (!spec.atomic) return;
    const AtomicSpec& atomic = *spec.atomic;
    const QByteArray stratum = atomic.stratum == 0 ? QByteArray() : "stratum " + QByteArray::number(atomic.stratum);
    const bool hasPps = isUsable(atomic.pps);
    if (isUsable(atomic.phc)) {
        ClockOptions options = atomic.options;
        if (hasPps) options = {kAtomicPhcRefid, false, atomic.options.offset, atomic.options.delay};
        writeClock(out, "PHC", atomic.phc.toUtf8(), options, {"dpoll -2", flag("noselect", hasPps), stratum});
    }
    if (hasPps)
        writeClock(out, "PPS", ppsDevice(atomic.pps, false, materials), atomic.options,
                   {isUsable(atomic.phc) ? "lock " + kAtomicPhcRefid.toLatin1() : QByteArray(), stratum});
}

}  // namespace fos1::ntp
