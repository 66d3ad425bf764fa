// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/online_change.h"

namespace fos1::ntp {

namespace {

/// chrony 4.3 loses a source that now sorts earlier ("Could not add source"); the next reload brings it back.
constexpr int kMostReloads = 3;

SourceAddress wireAddress(const IpAddress& address) {
    return {address.family == AddressFamily::Inet4 ? SourceAddressKind::Inet4 : SourceAddressKind::Inet6,
            address.bytes};
}

candm::Request localRequest(candm::Command version, const LocalSpec& local) {
    // chrony.conf(5), local: distance is 1 s by default.
    return candm::localRequest(version, local.enabled, local.stratum.value_or(kDefaultLocalStratum),
                               local.distance.value_or(std::chrono::seconds(1)), local.orphan);
}

}  // namespace

void OnlineChange::run(HeldSettings& held, const ChronyPlan& wanted, Completion completion) {
    cancel();
    m_held = &held;
    m_plan = wanted;
    m_wanted = wanted.online;
    m_reloads = 0;
    m_completion = std::move(completion);
    planSteps();
    next();
}

void OnlineChange::cancel() {
    ++m_run;
    m_steps.clear();
    m_probes.clear();
    m_completion = nullptr;
}

void OnlineChange::planSteps() {
    const std::vector<AccessRule> rules = m_held->access.commandsFor(m_wanted.access);
    m_probes = probesOf(rules);
    for (const AccessRule& rule : rules) {
        const bool isAllowed = rule.permission == Permission::Allow;
        const SourceAddress network = wireAddress(rule.network.address);
        m_steps.push_back({(isAllowed ? QStringLiteral("allow ") : QStringLiteral("deny ")) + rule.network.text(),
                           isAllowed ? candm::allowRequest(network, rule.network.length)
                                     : candm::denyRequest(network, rule.network.length),
                           std::nullopt,
                           [this, rule] {
                               m_held->access.carriedOut({{rule.network, Permission::Unknown}});
                           },
                           [this, rule] { m_held->access.carriedOut({rule}); }});
    }
    if (m_held->makestep != m_wanted.makestep)
        m_steps.push_back({QStringLiteral("makestep"),
                           candm::modifyMakestepRequest(m_wanted.makestep.limit, m_wanted.makestep.threshold),
                           std::nullopt, [this] { m_held->makestep.reset(); },
                           [this] { m_held->makestep = m_wanted.makestep; }});
    if (m_held->local != m_wanted.local)
        m_steps.push_back({QStringLiteral("local"), localRequest(candm::Command::Local3, m_wanted.local),
                           localRequest(candm::Command::Local2, m_wanted.local), [this] { m_held->local.reset(); },
                           [this] { m_held->local = m_wanted.local; }});
    if (m_held->sources != m_plan.sources) pushReload();
}

void OnlineChange::pushReload() {
    m_steps.push_back({QStringLiteral("reload sources"), candm::reloadSourcesRequest(), std::nullopt,
                       [this] { m_held->sources.reset(); }, [this] { ++m_reloads; }});
}

template <typename Use>
void OnlineChange::ask(const candm::Request& request, Use use) {
    m_client.request(request, this, [this, run = m_run, use = std::move(use)](const Result<candm::Reply>& reply) {
        if (run == m_run) use(reply);
    });
}

void OnlineChange::next() {
    if (m_steps.empty()) return verifySources();
    const Step step = std::move(m_steps.front());
    m_steps.pop_front();
    send(step, step.request, false);
}

void OnlineChange::send(const Step& step, const candm::Request& request, bool isFallback) {
    step.onSent();
    ask(request, [this, step, isFallback](const Result<candm::Reply>& reply) {
        if (reply) {
            step.onDone();
            return next();
        }
        const bool isUnknown = reply.error().code == ErrorCode::NotFound;
        if (isUnknown && step.fallback && !isFallback) return send(step, *step.fallback, true);
        finish(failure(reply.error().code, QStringLiteral("%1: %2").arg(step.what, reply.error().message)));
    });
}

void OnlineChange::verifySources() {
    m_names.clear();
    ask(candm::sourceCountRequest(), [this](const Result<candm::Reply>& reply) {
        const auto count = reply.and_then(candm::sourceCount);
        if (!count) return finish(tl::unexpected<Error>(count.error()));
        askName(0, *count);
    });
}

/// One after another: pools may have more places than requests may wait.
void OnlineChange::askName(quint32 index, quint32 count) {
    if (index == count) return onNamesKnown();
    const auto known = [this, index, count](const QString& name) {
        if (!name.isEmpty()) m_names.insert(name);
        askName(index + 1, count);
    };
    ask(candm::sourceDataRequest(index), [this, known](const Result<candm::Reply>& reply) {
        const auto source = reply.and_then(candm::sourceData);
        // A source may go while the list is read: then it is not there.
        if (!source || source->mode == SourceMode::ReferenceClock) return known({});
        ask(candm::sourceNameRequest(source->address), [known](const Result<candm::Reply>& answer) {
            known(answer.and_then(candm::sourceName).value_or(QString()));
        });
    });
}

void OnlineChange::onNamesKnown() {
    const std::set<QString> wanted(m_wanted.sourceNames.begin(), m_wanted.sourceNames.end());
    if (m_names == wanted) {
        m_held->sources = m_plan.sources;
        return verifyAccess();
    }
    if (m_reloads > 0 && m_reloads < kMostReloads) {
        pushReload();
        return next();
    }
    QStringList wrong;
    for (const QString& name : wanted)
        if (!m_names.contains(name)) wrong.append(QStringLiteral("%1 is missing").arg(name));
    for (const QString& name : m_names)
        if (!wanted.contains(name)) wrong.append(QStringLiteral("%1 is still there").arg(name));
    finish(failure(ErrorCode::Conflict, QStringLiteral("chronyd does not have the sources that it was told: %1")
                                            .arg(wrong.join(QStringLiteral(", ")))));
}

void OnlineChange::verifyAccess() {
    // One after another: there may be more of them than requests may wait.
    if (m_probes.empty()) return finish({});
    const IpAddress probe = m_probes.back();
    ask(candm::accessCheckRequest(wireAddress(probe)), [this, probe](const Result<candm::Reply>& reply) {
        const auto isAllowed = reply.and_then(candm::accessAllowed);
        if (!isAllowed) return finish(tl::unexpected<Error>(isAllowed.error()));
        if (*isAllowed != (decide(m_wanted.access, probe) == Permission::Allow))
            return finish(failure(ErrorCode::Conflict, QStringLiteral("chronyd answers %1 although it is %2")
                                                           .arg(probe.text(), *isAllowed ? QStringLiteral("denied")
                                                                                         : QStringLiteral("allowed"))));
        m_probes.pop_back();
        verifyAccess();
    });
}

void OnlineChange::finish(const tl::expected<void, Error>& result) {
    const Completion done = std::exchange(m_completion, nullptr);
    cancel();
    if (done) done(result);
}

}  // namespace fos1::ntp
