// SPDX-License-Identifier: GPL-2.0-or-later
#include "hardware_clocks.h"

#include <QFile>

#include "core/network_opinion.h"
#include "core/refclock_lines.h"
#include "refclock/gps_clock.h"
#include "refclock/gpsd_clock.h"
#include "refclock/phc_clock.h"
#include "refclock/pulse_clock.h"

namespace fos1::ntp {

namespace {

constexpr std::chrono::seconds kDeviceLook{1};
// In the order in which they are shown.
const QString kAtomicPhc = QStringLiteral("1 atomic phc");
const QString kAtomicPps = QStringLiteral("2 atomic pps");
const QString kGps = QStringLiteral("3 gps");
const QString kPhc = QStringLiteral("4 phc");
const QString kPps = QStringLiteral("5 pps");
const QString kLeapSecondsList = QStringLiteral("/usr/share/zoneinfo/leap-seconds.list");

LeapTable leapTable() {
    QFile file(kLeapSecondsList);
    constexpr qint64 kLargest = 1 << 20;
    return file.open(QIODevice::ReadOnly) ? LeapTable(file.read(kLargest)) : LeapTable();
}

/// Better than the network is a clock of this node that chronyd follows.
std::optional<DelayReference> delayReference(const Observation& seen, const QString& receiver,
                                             const std::optional<NetworkOpinion>& network, const Arrival& now) {
    for (const SourceReport& source : *seen.sources) {
        if (source.mode != SourceMode::ReferenceClock || source.state != SourceState::Selected || !seen.tracking)
            continue;
        if (displayName(source) == receiver) continue;
        const auto bound = seen.tracking->rootDispersion + seen.tracking->rootDelay / 2;
        return DelayReference{displayName(source), {seen.tracking->clockOffset.count(), bound.count(), now, 1}};
    }
    if (!network) return {};
    return DelayReference{QStringLiteral("%1 sources in the network").arg(network->sources), *network};
}

}  // namespace

HardwareClocks::HardwareClocks(ChronyPaths paths) : m_paths(std::move(paths)) {
    connect(&m_look, &QTimer::timeout, this, &HardwareClocks::look);
}

HardwareClocks::~HardwareClocks() = default;

template <typename Part, typename Make>
void HardwareClocks::keep(const QString& name, const Part* wanted, const Part* had, Make make) {
    if (wanted && had && *wanted == *had && m_clocks.contains(name)) return;
    m_clocks.erase(name);
    if (!wanted) return;
    const auto& made = m_clocks[name] = make(*wanted);
    AttachedClock* const clock = made.get();
    connect(clock, &AttachedClock::changed, this, [this, clock] {
        Q_EMIT changed(clock->facts());
        look();
    });
}

void HardwareClocks::use(const HardwareSpec& spec) {
    const auto part = [](const auto& optional) { return optional ? &*optional : nullptr; };
    keep(kGps, part(spec.gps), part(m_spec.gps), [this](const GpsSpec& gps) -> std::unique_ptr<AttachedClock> {
        const QString socket = gps.isRefclock ? sampleSocket(m_paths) : QString();
        if (gps.usesGpsd) return std::make_unique<GpsdClock>(gps, socket, delayOf(gps));
        return std::make_unique<GpsClock>(gps, socket, delayOf(gps), leapTable());
    });
    keep(kPhc, part(spec.phc), part(m_spec.phc), [](const PhcSpec& phc) {
        return std::make_unique<PhcClock>(
            PhcSource{phc.options.refid, ClockKind::Phc, phc.device, phc.interface, phc.isTai},
            leapTable().expiresUnix());
    });
    keep(kPps, part(spec.pps), part(m_spec.pps), [](const PpsSpec& pps) {
        return std::make_unique<PulseClock>(
            PulseSource{pps.options.refid, ClockKind::Pps, pps.device, pps.rate, pps.isClearEdge, pps.lock},
            pps.isOnReceiver ? openPulseDeviceOfReceiver : openPulseDevice);
    });
    const bool hasAtomicPps = spec.atomic && !spec.atomic->pps.isEmpty();
    const bool hasAtomicPhc = spec.atomic && !spec.atomic->phc.isEmpty();
    keep(kAtomicPps, hasAtomicPps ? &*spec.atomic : nullptr, part(m_spec.atomic), [&](const AtomicSpec& atomic) {
        return std::make_unique<PulseClock>(PulseSource{atomic.options.refid, ClockKind::Atomic, atomic.pps, 1, false,
                                                        hasAtomicPhc ? kAtomicPhcRefid : QString()});
    });
    keep(kAtomicPhc, hasAtomicPhc ? &*spec.atomic : nullptr, part(m_spec.atomic), [&](const AtomicSpec& atomic) {
        return std::make_unique<PhcClock>(
            PhcSource{hasAtomicPps ? kAtomicPhcRefid : atomic.options.refid, ClockKind::Atomic, atomic.phc, {}, false},
            std::nullopt);
    });
    m_spec = spec;
    if (m_clocks.empty())
        m_look.stop();
    else if (!m_look.isActive())
        m_look.start(kDeviceLook);
}

void HardwareClocks::look() {
    std::set<QString> present;
    for (const auto& [name, clock] : m_clocks)
        if (const RefclockFacts facts = clock->facts(); facts.isPresent && facts.kind != ClockKind::Gps)
            present.insert(facts.device);
    const std::map<QString, QString> bad = misleading();
    const bool isNews = present != m_present || bad != m_misleading;
    m_present = std::move(present);
    m_misleading = bad;
    if (isNews) Q_EMIT devicesChanged();
}

std::map<QString, QString> HardwareClocks::misleading() const {
    std::map<QString, QString> devices;
    for (const auto& [name, clock] : m_clocks)
        if (const RefclockFacts facts = clock->facts(); facts.isMisleading)
            devices.emplace(facts.device, QStringLiteral("is not used: ") + facts.reason);
    return devices;
}

void HardwareClocks::hear(const Observation& observation) {
    if (m_clocks.empty() || !observation.sources) return;
    const Arrival now = arrivalNow();
    std::optional<NetworkOpinion> network;
    if (const auto time = networkTime(observation))
        network = NetworkOpinion{time->clockOffset.count(), time->errorBound.count(), now, time->sources};
    std::optional<DelayReference> reference;
    if (m_spec.gps) reference = delayReference(observation, m_spec.gps->options.refid, network, now);
    for (const auto& [name, clock] : m_clocks) clock->hear(network, reference);
}

std::vector<RefclockFacts> HardwareClocks::facts() const {
    std::vector<RefclockFacts> all;
    for (const auto& [name, clock] : m_clocks) all.push_back(clock->facts());
    return all;
}

}  // namespace fos1::ntp
