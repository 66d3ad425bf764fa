// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/online_change.h"

#include "core/key_file.h"

namespace fos1::ntp {

namespace {

/// chrony 4.3 loses a source that now sorts earlier ("Could not add source"); the next reload brings it back.
constexpr int kMostReloads = 3;
constexpr std::size_t kMostProbes = 200;  ///< of rules that nobody asked to change

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
    m_isMended = m_accessIsMended = m_checkAll = false;
    m_held = &held;
    m_plan = wanted;
    m_reloads = 0;
    m_completion = std::move(completion);
    planSteps();
    next();
}

void OnlineChange::runAndCheckAll(HeldSettings& held, const ChronyPlan& wanted, Completion completion) {
    run(held, wanted, std::move(completion));
    m_checkAll = true;
    m_probes = probesOf(wanted.online.access);
    if (m_probes.size() > kMostProbes) m_probes.resize(kMostProbes);
}

void OnlineChange::cancel() {
    ++m_run;
    m_steps.clear();
    m_probes.clear();
    m_completion = nullptr;
    // There may be thousands of rules.
    m_plan = {};
    m_access = {};
}

void OnlineChange::planSteps() {
    const std::vector<AccessRule> rules = m_held->access.commandsFor(m_plan.online.access);
    m_probes = probesOf(rules);
    m_access = tableOf(m_plan.online.access);
    pushAccess(rules);
    if (m_held->makestep != m_plan.online.makestep)
        m_steps.push_back({QStringLiteral("makestep"),
                           candm::modifyMakestepRequest(m_plan.online.makestep.limit, m_plan.online.makestep.threshold),
                           std::nullopt, [this] { m_held->makestep.reset(); },
                           [this] { m_held->makestep = m_plan.online.makestep; }});
    if (m_held->local != m_plan.online.local)
        m_steps.push_back({QStringLiteral("local"), localRequest(candm::Command::Local3, m_plan.online.local),
                           localRequest(candm::Command::Local2, m_plan.online.local), [this] { m_held->local.reset(); },
                           [this] { m_held->local = m_plan.online.local; }});
    const bool keysDiffer = !m_held->keysAreKnown || m_held->keys != m_plan.keys;
    const QByteArray both = withKeysOf(m_plan.keys, m_held->keys);
    if (keysDiffer) pushRekey(both);
    if (m_held->sources != m_plan.sources) pushReload();
}

void OnlineChange::pushAccess(const std::vector<AccessRule>& rules) {
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
}

void OnlineChange::pushRekey(const QByteArray& keys) {
    m_steps.push_back({QStringLiteral("rekey"), candm::rekeyRequest(), std::nullopt,
                       [this, keys] {
                           m_held->keysAreKnown = false;
                           m_held->keys = withKeysOf(keys, m_held->keys);
                       },
                       [this, keys] {
                           m_held->keysAreKnown = true;
                           m_held->keys = keys;
                       },
                       [this, keys] { return m_files.keys(keys); }});
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
    if (step.prepare)
        if (const auto prepared = step.prepare(); !prepared) return finish(prepared);
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
    m_found.clear();
    ask(candm::sourceCountRequest(), [this](const Result<candm::Reply>& reply) {
        const auto count = reply.and_then(candm::sourceCount);
        if (!count) return finish(tl::unexpected<Error>(count.error()));
        askName(0, *count);
    });
}

/// One after another: pools may have more places than requests may wait.
void OnlineChange::askName(quint32 index, quint32 count) {
    if (index == count) return onNamesKnown();
    const auto known = [this, index, count](const QString& name, const SourceAddress& address) {
        if (!name.isEmpty()) m_found.emplace(name, address);
        askName(index + 1, count);
    };
    ask(candm::sourceDataRequest(index), [this, known](const Result<candm::Reply>& reply) {
        const auto source = reply.and_then(candm::sourceData);
        // A source may go while the list is read: then it is not there.
        if (!source || source->mode == SourceMode::ReferenceClock) return known({}, {});
        ask(candm::sourceNameRequest(source->address), [known, address = source->address](const auto& answer) {
            known(answer.and_then(candm::sourceName).value_or(QString()), address);
        });
    });
}

void OnlineChange::onNamesKnown() {
    const std::set<QString> wanted(m_plan.online.sourceNames.begin(), m_plan.online.sourceNames.end());
    QStringList missing;
    QStringList extra;
    for (const QString& name : wanted)
        if (!m_found.contains(name)) missing.append(name);
    for (const auto& [name, address] : m_found)
        if (!wanted.contains(name) && !extra.contains(name)) extra.append(name);
    if (missing.isEmpty() && extra.isEmpty()) {
        m_held->sources = m_plan.sources;
        if (m_held->keys == m_plan.keys) return verifyKeys(m_found.cbegin());
        pushRekey(m_plan.keys);  // no source uses the old keys any more
        return next();
    }
    if (m_reloads > 0 && m_reloads < kMostReloads) {
        pushReload();
        return next();
    }
    if (!std::exchange(m_isMended, true)) {
        mend(missing, extra);
        return next();
    }
    QStringList wrong;
    for (const QString& name : missing) wrong.append(QStringLiteral("%1 is missing").arg(name));
    for (const QString& name : extra) wrong.append(QStringLiteral("%1 is still present").arg(name));
    finish(failure(ErrorCode::Conflict, QStringLiteral("chronyd does not have the sources that it was given: %1")
                                            .arg(wrong.join(QStringLiteral(", ")))));
}

/// Somebody else added or deleted sources. A file that did not change brings a deleted one not back: it has to be
/// taken out of it first.
void OnlineChange::mend(const QStringList& missing, const QStringList& extra) {
    for (const auto& [name, address] : m_found)
        if (extra.contains(name))
            m_steps.push_back({QStringLiteral("delete ") + name, candm::deleteSourceRequest(address), std::nullopt,
                               [this] { m_held->sources.reset(); }, [] {}});
    if (missing.isEmpty()) return;
    QByteArray reduced;
    for (const QByteArray& line : m_plan.sources.split('\n'))
        if (!line.isEmpty() && !missing.contains(QString::fromUtf8(line.split(' ').value(1)))) reduced += line + '\n';
    for (const QByteArray& content : {reduced, m_plan.sources}) {
        pushReload();
        m_steps.back().prepare = [this, content] { return m_files.sources(content); };
    }
}

/// chronyd answers OK to a source with a key that it does not have.
void OnlineChange::verifyKeys(std::multimap<QString, SourceAddress>::const_iterator from) {
    const auto hasKey = [this](const auto& source) {
        return m_plan.online.keyOf.contains(source.first) && source.second.kind != SourceAddressKind::Unresolved;
    };
    const auto source = std::find_if(from, m_found.cend(), hasKey);
    if (source == m_found.cend()) return verifyAccess();
    ask(candm::authDataRequest(source->second), [this, source](const Result<candm::Reply>& reply) {
        const auto authentication = reply.and_then(candm::authData);
        const qint64 key = m_plan.online.keyOf.at(source->first);
        if (authentication && (authentication->keyId != key || authentication->keyBits == 0))
            return finish(failure(ErrorCode::Conflict,
                                  QStringLiteral("chronyd does not have key %1 for %2").arg(key).arg(source->first)));
        verifyKeys(std::next(source));  // a source that is gone again has nothing to show
    });
}

void OnlineChange::verifyAccess() {
    // One after another: there may be more of them than requests may wait.
    if (m_probes.empty()) return finish({});
    const IpAddress probe = m_probes.back();
    ask(candm::accessCheckRequest(wireAddress(probe)), [this, probe](const Result<candm::Reply>& reply) {
        const auto isAllowed = reply.and_then(candm::accessAllowed);
        if (!isAllowed) return finish(tl::unexpected<Error>(isAllowed.error()));
        if (*isAllowed != (decide(m_access, probe) == Permission::Allow)) {
            // After a change of ours it did not take it; else somebody else told it something.
            if (m_checkAll && !std::exchange(m_accessIsMended, true)) {
                m_held->access.doubtAll();
                pushAccess(m_held->access.commandsFor(m_plan.online.access));
                return next();
            }
            return finish(failure(ErrorCode::Conflict, QStringLiteral("chronyd answers %1, although it should be %2")
                                                           .arg(probe.text(), *isAllowed ? QStringLiteral("denied")
                                                                                         : QStringLiteral("allowed"))));
        }
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
