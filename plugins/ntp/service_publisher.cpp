// SPDX-License-Identifier: GPL-2.0-or-later
#include "service_publisher.h"

namespace fos1::ntp {

void ServicePublisher::showGroups(const GroupOutcomes& groups) {
    GroupOutcomes::forEachChange(
        m_shownGroups, groups, [this](const QString& name, const GroupOutcomePointer& outcome) {
            if (outcome && !outcome->state.networks.isEmpty())
                m_groups.set(name, {outcome});
            else
                m_groups.retract(name, QStringLiteral("the NTPClient is gone, or nothing of it is in force"));
        });
    m_shownGroups = groups;
}

}  // namespace fos1::ntp
