// SPDX-License-Identifier: GPL-2.0-or-later
#include "service_publisher.h"

namespace fos1::ntp {

void ServicePublisher::showGroups(const GroupOutcomes& groups) {
    std::vector<QString> gone;
    std::vector<QString> news;
    // Both are in the order of the names: there may be thousands, of which few have news.
    auto next = groups.begin();
    for (const auto& [name, published] : m_groups.values()) {
        for (; next != groups.end() && next->first < name; ++next) news.push_back(next->first);
        const bool isThere = next != groups.end() && next->first == name;
        if (!isThere)
            gone.push_back(name);
        else if (published.outcome != next->second)
            news.push_back(name);
        if (isThere) ++next;
    }
    for (; next != groups.end(); ++next) news.push_back(next->first);
    const QString why = QStringLiteral("the NTPClient is gone, or nothing of it is in force");
    for (const QString& name : gone) m_groups.retract(name, why);
    for (const QString& name : news) {
        const auto& outcome = groups.at(name);
        if (outcome->state.networks.isEmpty())
            m_groups.retract(name, why);
        else
            m_groups.set(name, {outcome});
    }
}

}  // namespace fos1::ntp
