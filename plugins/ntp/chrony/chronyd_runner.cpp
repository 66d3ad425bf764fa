// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/chronyd_runner.h"

#include "chrony/chronyd_process.h"
#include "chrony/systemd_unit.h"

namespace fos1::ntp {

std::unique_ptr<ChronydRunner> makeRunner(const QString& unit, const QString& argumentFile) {
    if (unit.isEmpty()) return std::make_unique<ChronydProcess>();
    return std::make_unique<SystemdUnit>(unit, argumentFile);
}

}  // namespace fos1::ntp
