// SPDX-License-Identifier: GPL-2.0-or-later
#include "published_report.h"

#include <QDateTime>
#include <algorithm>

namespace fos1::dns {

namespace {

const QString kDegraded = QStringLiteral("Degraded");
constexpr qsizetype kMostNamed = 3;

QString typeOf(const QString& zone) { return QStringLiteral("Zone.") + zone; }

QString shortened(const QStringList& sentences) {
    QString text = sentences.mid(0, kMostNamed).join(u' ');
    if (sentences.size() > kMostNamed) text += QStringLiteral(" And %1 more.").arg(sentences.size() - kMostNamed);
    return text;
}

}  // namespace

PublishedReport::PublishedReport(const HostView& host)
    : m_host(host), m_metrics(host.metrics()), m_published(host.bus()) {}

void PublishedReport::addZone(const QString& zone) {
    m_metrics.addZone(zone);
    m_host.setCondition(
        good(kDegraded, QStringLiteral("NothingToPublish"),
             QStringLiteral("No VLAN's time service has been published yet; the zones are unchanged.")));
}

void PublishedReport::begin(const std::shared_ptr<const Offers>& offers, const std::map<QString, QString>& problems,
                            quint64 suppressed) {
    m_metrics.showSuppressed(suppressed);
    if (!offers) return;
    const auto problemOf = [](const std::map<QString, QString>& all, const QString& vlan) {
        const auto found = all.find(vlan);
        return found == all.end() ? QString() : found->second;
    };
    for (const auto& [vlan, offer] : offers->vlans) {
        const auto old = m_offers->vlans.find(vlan);
        if (old == m_offers->vlans.end() || old->second != offer ||
            problemOf(m_problems, vlan) != problemOf(problems, vlan))
            m_due.insert(vlan);
    }
    m_showing.start();
    m_offers = offers;
    m_problems = problems;
    showProblems();
    std::set<QString> gone;
    for (const auto& [vlan, state] : m_published.values())
        if (!m_offers->vlans.contains(vlan)) gone.insert(vlan);
    for (const QString& vlan : gone)
        m_published.retract(vlan, QStringLiteral("the VLAN no longer has a declared time service"));
}

void PublishedReport::take(const QString& zone, const std::shared_ptr<const ZoneTable>& table) {
    if (!table || std::exchange(m_tables[zone], table) == table) return;
    m_due.merge(m_book.record(zone, table, QDateTime::currentSecsSinceEpoch()));
    m_metrics.showNames(zone, m_book.zones().at(zone));
    showForeign(zone);
    m_showing.start();
}

void PublishedReport::applied(const QString& zone, const Applied& result, bool isRepair) {
    if (result.isWritten) m_metrics.countUpdates(zone, result.updates, result.took);
    if (isRepair) {
        m_metrics.countRepair(zone);
        m_host.warning(QStringLiteral("NamesRestored"),
                       QStringLiteral("The zone %1 did not have the names that were published before; they have been "
                                      "restored.")
                           .arg(zone));
    }
    m_metrics.showUp(zone, true);
    if (m_book.recordSuccess(zone)) showAll();
    take(zone, result.table);
    if (result.warning.isEmpty())
        judge(zone, good(typeOf(zone), QStringLiteral("InForce"),
                         QStringLiteral("It has the names that the time services declare.")));
    else
        judge(zone, bad(typeOf(zone), QStringLiteral("NotReloaded"),
                        QStringLiteral("The names are written, but %1.").arg(result.warning)));
}

void PublishedReport::failed(const QString& zone, const Trouble& trouble,
                             const std::shared_ptr<const ZoneTable>& table) {
    m_metrics.countFailure(zone);
    m_metrics.showUp(zone, false);
    if (m_book.recordFailure(zone, trouble.text())) showAll();
    take(zone, table);
    judge(zone, bad(typeOf(zone), trouble.reason, trouble.text() + u'.'));
}

/// One of each zone, and one of all.
void PublishedReport::judge(const QString& zone, const Condition& condition) {
    const auto known = m_zones.find(zone);
    if (known != m_zones.end() && known->second.reason == condition.reason &&
        known->second.message == condition.message)
        return;
    m_zones.insert_or_assign(zone, condition);
    m_host.setCondition(condition);
    const auto worst =
        std::find_if(m_zones.begin(), m_zones.end(), [](const auto& each) { return !isGood(each.second); });
    if (worst == m_zones.end())
        m_host.setCondition(good(kDegraded, QStringLiteral("InForce"),
                                 QStringLiteral("All zones have the names that the time services declare.")));
    else
        m_host.setCondition(bad(kDegraded, worst->second.reason,
                                QStringLiteral("Zone %1: %2").arg(worst->first, worst->second.message)));
}

void PublishedReport::showForeign(const QString& zone) {
    const QString type = QStringLiteral("Names.") + zone;
    const QStringList problems = m_book.problemsOf(zone);
    if (problems.isEmpty())
        m_host.setCondition(good(type, QStringLiteral("Free"), QStringLiteral("No name is owned by somebody else.")));
    else
        m_host.setCondition(bad(type, QStringLiteral("LeftAlone"), shortened(problems)));
}

void PublishedReport::showProblems() {
    const QString type = QStringLiteral("Planned");
    QStringList sentences;
    for (const auto& [vlan, problem] : m_problems)
        if (sentences.size() <= kMostNamed) sentences.append(vlan + QStringLiteral(": ") + problem);
    if (sentences.isEmpty())
        m_host.setCondition(good(type, QStringLiteral("AllNames"), QStringLiteral("Each declared name has a zone.")));
    else
        m_host.setCondition(bad(type, QStringLiteral("WithoutName"), shortened(sentences)));
}

void PublishedReport::showAll() {
    for (const auto& [vlan, offer] : m_offers->vlans) m_due.insert(vlan);
    m_showing.start();
}

/// The states of thousands of VLANs take longer than a turn of the loop may.
bool PublishedReport::showOne() {
    if (m_due.empty()) return false;
    const QString vlan = m_due.extract(m_due.begin()).value();
    const auto offer = m_offers->vlans.find(vlan);
    const auto problem = m_problems.find(vlan);
    if (offer != m_offers->vlans.end())
        m_published.set(vlan,
                        m_book.state(vlan, offer->second, problem == m_problems.end() ? QString() : problem->second));
    return !m_due.empty();
}

}  // namespace fos1::dns
