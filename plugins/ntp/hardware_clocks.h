// SPDX-License-Identifier: GPL-2.0-or-later
// The attached clocks of this node: has one object for each that the spec names, lets them know what the network says
// of the time, and notices devices that come and go. Decides nothing about them.
#pragma once

#include <QTimer>
#include <map>
#include <memory>
#include <set>

#include "core/chrony_plan.h"
#include "core/observation.h"
#include "refclock/attached_clock.h"

namespace fos1::ntp {

class HardwareClocks final : public QObject {
    Q_OBJECT

   public:
    explicit HardwareClocks(ChronyPaths paths);
    ~HardwareClocks() override;

    /// Clocks whose part of the spec is the same go on.
    void use(const HardwareSpec& spec);
    void stop() { use({}); }
    /// What chronyd reports of the sources in the network.
    void hear(const Observation& observation);

    [[nodiscard]] std::vector<RefclockFacts> facts() const;
    /// Devices that chronyd must not use now: path -> why, as the end of "/dev/pps0 ...".
    [[nodiscard]] std::map<QString, QString> misleading() const;

   Q_SIGNALS:
    /// How one of them fares is something else.
    void changed(const fos1::ntp::RefclockFacts& clock);
    /// A device that chronyd opens appeared or vanished, or misleads, or no longer does.
    void devicesChanged();

   private:
    /// A clock of `name` that is like this part of the spec; `wanted` null: none.
    template <typename Part, typename Make>
    void keep(const QString& name, const Part* wanted, const Part* had, Make make);
    void look();

    const ChronyPaths m_paths;
    HardwareSpec m_spec;
    std::map<QString, std::unique_ptr<AttachedClock>> m_clocks;
    QTimer m_look;
    std::set<QString> m_present;  ///< devices that chronyd opens
    std::map<QString, QString> m_misleading;
};

}  // namespace fos1::ntp
