// SPDX-License-Identifier: GPL-2.0-or-later
#include "told_report.h"

#include <QDateTime>
#include <algorithm>

namespace fos1::dhcp {

namespace {

const QString kDegraded = QStringLiteral("Degraded");

QString reasonOf(const Error& error) {
    switch (error.code) {
        case ErrorCode::NotFound:
        case ErrorCode::Io: return QStringLiteral("Unreachable");
        case ErrorCode::Timeout: return QStringLiteral("NoAnswer");
        case ErrorCode::Refused: return QStringLiteral("Refused");
        case ErrorCode::Conflict: return QStringLiteral("ChangedByOthers");
        default: return QStringLiteral("NotUnderstood");
    }
}

QString typeOf(const QString& server) { return QStringLiteral("Server.") + server; }

}  // namespace

ToldReport::ToldReport(const HostView& host) : m_host(host), m_metrics(host.metrics()), m_published(host.bus()) {}

void ToldReport::addServer(const QString& server) {
    m_metrics.addServer(server);
    m_host.setCondition(good(kDegraded, QStringLiteral("NothingToTell"),
                             QStringLiteral("No VLAN's time service has been published yet; the DHCP servers are "
                                            "unchanged.")));
}

void ToldReport::begin(const std::shared_ptr<const Offers>& offers, quint64 suppressed) {
    m_metrics.showSuppressed(suppressed);
    if (!offers) return;
    m_offers = *offers;
    show();
}

void ToldReport::applied(const QString& server, const Applied& result, bool isRepair) {
    if (result.isWritten) m_metrics.countWrite(server, result.took);
    if (isRepair) {
        m_metrics.countRepair(server);
        m_host.warning(QStringLiteral("OptionsRestored"),
                       QStringLiteral("The DHCP server %1 did not have the options that were set before; they have "
                                      "been restored.")
                           .arg(server));
    }
    m_metrics.showUp(server, true);
    // While nothing changes, each poll returns the same table.
    const auto known = m_servers.find(server);
    const bool isNews = m_tables[server] != result.table || known == m_servers.end() || !isGood(known->second);
    if (isNews) {
        m_tables[server] = result.table;
        m_book.record(server, result.table->subnets, result.table->plans, QDateTime::currentSecsSinceEpoch());
        showSubnets(server);
        show();
    }
    if (result.warning.isEmpty())
        judge(server, good(typeOf(server), QStringLiteral("InForce"),
                           QStringLiteral("It has the options that the time services declare.")));
    else
        judge(server, bad(typeOf(server), result.warningReason, result.warning));
}

void ToldReport::failed(const QString& server, const Error& error) {
    m_metrics.countFailure(server);
    m_metrics.showUp(server, false);
    m_book.recordFailure(server, error.text());
    judge(server, bad(typeOf(server), reasonOf(error), error.text() + u'.'));
    show();
}

/// One of each server, and one of all.
void ToldReport::judge(const QString& server, const Condition& condition) {
    const auto known = m_servers.find(server);
    if (known != m_servers.end() && known->second.reason == condition.reason &&
        known->second.message == condition.message)
        return;
    m_servers.insert_or_assign(server, condition);
    m_host.setCondition(condition);
    const auto worst =
        std::find_if(m_servers.begin(), m_servers.end(), [](const auto& each) { return !isGood(each.second); });
    if (worst == m_servers.end())
        m_host.setCondition(good(kDegraded, QStringLiteral("InForce"),
                                 QStringLiteral("All DHCP servers have the options that the time services declare.")));
    else
        m_host.setCondition(bad(kDegraded, worst->second.reason,
                                QStringLiteral("DHCP server %1: %2").arg(worst->first, worst->second.message)));
}

std::shared_ptr<const SubnetTable> ToldReport::table(const QString& server) const {
    const auto known = m_tables.find(server);
    return known == m_tables.end() ? nullptr : known->second;
}

void ToldReport::showSubnets(const QString& server) {
    constexpr qsizetype kMostNamed = 3;
    const QString type = QStringLiteral("Subnets.") + server;
    const QStringList problems = m_book.problemsOf(server);
    if (problems.isEmpty()) {
        m_host.setCondition(good(type, QStringLiteral("Known"), QStringLiteral("Each subnet belongs to one VLAN.")));
        return;
    }
    QString message = problems.mid(0, kMostNamed).join(u' ');
    if (problems.size() > kMostNamed) message += QStringLiteral(" And %1 more.").arg(problems.size() - kMostNamed);
    m_host.setCondition(bad(type, QStringLiteral("LeftAlone"), message));
}

void ToldReport::show() {
    m_published.show(m_book.states(m_offers), QStringLiteral("the VLAN no longer has a declared time service"));
    m_metrics.showTold(m_published.values());
}

}  // namespace fos1::dhcp
