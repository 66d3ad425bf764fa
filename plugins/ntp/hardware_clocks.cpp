// SPDX-License-Identifier: GPL-2.0-or-later
#include "hardware_clocks.h"

#include <QFile>

#include "core/network_opinion.h"
#include "core/refclock_lines.h"
#include "refclock/gps_clock.h"

namespace fos1::ntp {

namespace {

constexpr std::chrono::seconds kDeviceLook{2};
const QString kLeapSecondsList = QStringLiteral("/usr/share/zoneinfo/leap-seconds.list");

LeapTable leapTable() {
    QFile file(kLeapSecondsList);
    constexpr qint64 kLargest = 1 << 20;
    return file.open(QIODevice::ReadOnly) ? LeapTable(file.read(kLargest)) : LeapTable();
}

std::vector<QString> devicesOf(const HardwareSpec& spec) {
    std::vector<QString> devices;
    const auto add = [&devices](const QString& device) {
        if (!device.isEmpty()) devices.push_back(device);
    };
    if (spec.pps) add(spec.pps->device);
    if (spec.phc) add(spec.phc->device);
    if (spec.atomic) add(spec.atomic->pps);
    if (spec.atomic) add(spec.atomic->phc);
    return devices;
}

}  // namespace

HardwareClocks::HardwareClocks(ChronyPaths paths) : m_paths(std::move(paths)) {
    connect(&m_look, &QTimer::timeout, this, &HardwareClocks::look);
}

HardwareClocks::~HardwareClocks() = default;

template <typename Make>
void HardwareClocks::keep(std::unique_ptr<AttachedClock>& clock, bool isSame, bool isWanted, Make make) {
    if (isSame && (clock != nullptr) == isWanted) return;
    clock.reset();
    if (!isWanted) return;
    clock = make();
    AttachedClock* const made = clock.get();
    connect(made, &AttachedClock::changed, this, [this, made] { Q_EMIT changed(made->facts()); });
}

void HardwareClocks::use(const HardwareSpec& spec) {
    keep(m_gps, spec.gps == m_spec.gps, spec.gps && !spec.gps->usesGpsd, [this, &spec] {
        return std::make_unique<GpsClock>(*spec.gps, spec.gps->isRefclock ? sampleSocket(m_paths) : QString(),
                                          delayOf(*spec.gps), leapTable());
    });
    m_spec = spec;
    if (devicesOf(spec).empty())
        m_look.stop();
    else if (!m_look.isActive())
        m_look.start(kDeviceLook);
}

void HardwareClocks::look() {
    std::set<QString> present;
    for (const QString& device : devicesOf(m_spec))
        if (QFile::exists(device)) present.insert(device);
    if (std::exchange(m_present, present) != present) Q_EMIT devicesChanged();
}

void HardwareClocks::hear(const Observation& observation) {
    if (!m_gps || !observation.sources) return;
    const std::optional<NetworkTime> network = networkTime(observation);
    m_gps->hear(network ? std::optional(NetworkOpinion{network->clockOffset.count(), network->errorBound.count(),
                                                       arrivalNow().rawNs, network->sources})
                        : std::nullopt);
}

std::vector<RefclockFacts> HardwareClocks::facts() const {
    std::vector<RefclockFacts> all;
    if (m_gps) all.push_back(m_gps->facts());
    return all;
}

}  // namespace fos1::ntp
