// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/told_preview.h"

#include <QCborArray>
#include <QStringList>

namespace fos1::dhcp {

namespace {

/// A preview is for people.
constexpr qsizetype kMostLines = 500;

QString inOneLine(const std::vector<net::IpAddress>& addresses) {
    QStringList all;
    for (const net::IpAddress& each : addresses) all.append(each.text());
    return all.join(QStringLiteral(", "));
}

class Lines {
   public:
    void compare(const QString& where, const QString& before, const QString& after) {
        if (before == after) return;
        if (!before.isEmpty()) add(QStringLiteral("- %1: %2").arg(where, before));
        if (!after.isEmpty()) add(QStringLiteral("+ %1: %2").arg(where, after));
    }
    [[nodiscard]] QStringList take() {
        if (m_more > 0) m_lines.append(QStringLiteral("  and %1 more").arg(m_more));
        return std::move(m_lines);
    }

   private:
    void add(const QString& line) {
        if (m_lines.size() < kMostLines)
            m_lines.append(line);
        else
            ++m_more;
    }

    QStringList m_lines;
    qsizetype m_more = 0;
};

/// What is kept is what is there now, whatever that is.
QString told(const Subnet& subnet, const SubnetPlan& plan, const SubnetPlan& now) {
    if (!plan.keeps) return inOneLine(plan.addresses);
    return inOneLine(subnet.ours.empty() ? now.addresses : subnet.ours);
}

/// Returns whether anything differs.
bool compare(const Foreseen& server, std::size_t i, Lines& lines) {
    const Subnet& subnet = server.subnets[i];
    const SubnetPlan& now = server.now[i];
    const SubnetPlan& then = server.then[i];
    if (now.keeps == then.keeps && now.addresses == then.addresses && now.pools == then.pools) return false;
    const QString where = server.server + u' ' + subnet.text;
    const QString before = told(subnet, now, now);
    const QString after = told(subnet, then, now);
    lines.compare(where, before, after);
    bool isOther = before != after;
    for (std::size_t j = 0; j < subnet.pools.size(); ++j) {
        const auto inPool = [j](const SubnetPlan& plan) {
            return j < plan.pools.size() ? inOneLine(plan.pools[j]) : QString();
        };
        if (!subnet.pools[j].range || inPool(now) == inPool(then)) continue;
        isOther = true;
        lines.compare(where + QStringLiteral(", pool ") + subnet.pools[j].range->text(), inPool(now), inPool(then));
    }
    return isOther;
}

}  // namespace

QCborMap describeTold(const std::vector<Foreseen>& servers, const QStringList& unread) {
    Lines lines;
    int count = 0;
    for (const Foreseen& server : servers)
        for (std::size_t i = 0; i < server.subnets.size(); ++i) count += compare(server, i, lines) ? 1 : 0;
    if (count == 0 && unread.isEmpty()) return {};
    QString summary = QStringLiteral("DHCP clients of %1 would be told other NTP servers")
                          .arg(count == 1 ? QStringLiteral("1 subnet") : QStringLiteral("%1 subnets").arg(count));
    if (!unread.isEmpty())
        summary +=
            QStringLiteral("; what the clients of %1 are told is not known").arg(unread.join(QStringLiteral(", ")));
    QCborArray sections;
    if (count > 0)
        sections.append(QCborMap{{QStringLiteral("title"), QStringLiteral("NTP servers by DHCP")},
                                 {QStringLiteral("lines"), QCborArray::fromStringList(lines.take())}});
    return {{QStringLiteral("disruption"), count > 0 ? QStringLiteral("online") : QStringLiteral("none")},
            {QStringLiteral("summary"), summary + u'.'},
            {QStringLiteral("sections"), sections}};
}

}  // namespace fos1::dhcp
