// SPDX-License-Identifier: MIT
#include "fos1/testing/fake_host.h"

#include "status_code.h"

namespace fos1::testing {

FakeHost::FakeHost(const QJsonObject& metadata, Setup setup)
    : permissions(Permissions::fromMetadata(metadata)), m_setup(std::move(setup)) {
    status.onChange([this](const ObjectKey& key) {
        const ObjectKey ofPlugin{QStringLiteral("fos1.io/v1"), QStringLiteral("Plugin"), {}, permissions.id};
        statusFeed.set(key == ObjectKey{} ? ofPlugin : key, status.status(key));
    });
}

IInterface* FakeHost::query(const QString& iid) {
    if (!guard.admits("host.query") || !permissions.features.contains(iid)) return nullptr;
    const std::map<QString, IInterface*> features{
        {QString::fromLatin1(IBus::kIid), &bus},
        {QString::fromLatin1(IStatus::kIid), &status},
        {QString::fromLatin1(IStatusFeed::kIid), &statusFeed},
        {QString::fromLatin1(IMetrics::kIid), &metrics},
        {QString::fromLatin1(IEvents::kIid), &events},
        {QString::fromLatin1(IEventFeed::kIid), &eventFeed},
        {QString::fromLatin1(IPageReplies::kIid), &pages},
        {QString::fromLatin1(ISpecSource::kIid), &specSource},
        {QString::fromLatin1(ISpecCatalog::kIid), &specCatalog},
    };
    const auto found = features.find(iid);
    return found == features.end() ? nullptr : found->second;
}

int FakeHost::complete(quint64 ticket, int outcome, int retryAfterMs, const QString& message) {
    if (!guard.admits("host.complete")) return code(Status::WrongThread);
    const auto refuse = [&](const QString& why) {
        m_wrongCompletions.append(why);
        return code(Status::InvalidArgument);
    };
    if (outcome < static_cast<int>(Outcome::Ok) || outcome > static_cast<int>(Outcome::Failed) || retryAfterMs < 0)
        return refuse(QStringLiteral("ticket %1: outcome %2, retryAfterMs %3 are not valid arguments")
                          .arg(ticket)
                          .arg(outcome)
                          .arg(retryAfterMs));
    const auto found = m_tickets.find(ticket);
    if (found == m_tickets.end()) return refuse(QStringLiteral("ticket %1 is unknown").arg(ticket));
    Completion& completion = found->second;
    if (++completion.times > 1)
        return refuse(QStringLiteral("ticket %1 was completed %2 times").arg(ticket).arg(completion.times));
    completion.outcome = static_cast<Outcome>(outcome);
    completion.retryAfterMs = retryAfterMs;
    completion.message = message;
    return code(Status::Ok);
}

quint64 FakeHost::expect() {
    m_tickets.emplace(++m_lastTicket, Completion{});
    return m_lastTicket;
}

Completion FakeHost::completion(quint64 ticket) const {
    const auto found = m_tickets.find(ticket);
    return found == m_tickets.end() ? Completion{} : found->second;
}

}  // namespace fos1::testing
