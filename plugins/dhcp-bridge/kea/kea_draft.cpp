// SPDX-License-Identifier: GPL-2.0-or-later
#include "kea/kea_draft.h"

#include "core/dhcp_plan.h"
#include "kea/kea_config.h"
#include "kea/kea_reply.h"

namespace fos1::dhcp {

namespace {

/// What is there shows what this server accepts. A server that accepts both forms is to get the newer one.
Option56Form formFor(const KeaConfig& config, const DraftWish& wish) {
    for (const Option56Form form : {config.form(), wish.known, Option56Form::Suboptions})
        if (form != Option56Form::Unknown && form != wish.refused) return form;
    return Option56Form::Bytes;
}

}  // namespace

void leaveOutUntold(std::vector<SubnetPlan>& plans, const KeaFamily& family, Sntp sntp) {
    if (family.family != net::AddressFamily::Inet6 || sntp == Sntp::Told) return;
    for (SubnetPlan& plan : plans) {
        for (auto& pool : plan.pools)
            if (pool.size() > 1) pool.resize(1);
        if (plan.addresses.size() < 2) continue;
        plan.addresses.resize(1);
        plan.reason += QStringLiteral(" Only the first one: Kea sends one instance of option 56, with one server.");
    }
}

Result<std::shared_ptr<const KeaDraft>> draftOf(const QByteArray& raw, const KeaFamily& family, const DraftWish& wish) {
    const auto reply = readSuccess(raw, QStringLiteral("config-get"));
    if (!reply) return tl::unexpected(reply.error());
    const JsonSpan root = reply->arguments.member(family.root);
    if (root.isMissing())
        return failure(ErrorCode::Protocol,
                       QStringLiteral("config-get: the answer has no \"%1\": another server uses this socket")
                           .arg(QLatin1String(family.root)));
    const auto config = KeaConfig::read(root, family, wish.sntp);
    if (!config) return tl::unexpected(config.error());
    auto draft = std::make_shared<KeaDraft>();
    draft->form = formFor(*config, wish);
    auto table = std::make_shared<SubnetTable>();
    table->subnets = config->subnets();
    table->plans = planSubnets(*wish.offers, family.family, table->subnets);
    leaveOutUntold(table->plans, family, wish.sntp);
    const QByteArray text = config->edited(table->plans, draft->form);
    // Nothing but the root: newer versions add a "hash" beside it, which config-set refuses.
    if (!text.isNull()) draft->arguments = QByteArray("{ \"") + family.root + "\": " + text + " }";
    draft->table = std::move(table);
    return draft;
}

}  // namespace fos1::dhcp
