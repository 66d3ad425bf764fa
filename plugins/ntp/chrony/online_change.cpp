// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/online_change.h"

#include "chrony/setting_request.h"
#include "core/key_file.h"

namespace fos1::ntp {

namespace {

/// chrony 4.3 loses a source that now sorts earlier ("Could not add source"); the next reload brings it back.
constexpr int kMostReloads = 3;
constexpr std::size_t kMostProbes = 200;  ///< of rules that nobody asked to change
constexpr int kMostClientPages = 16;      ///< of eight clients; the next look goes on after them

SourceAddress wireAddress(const IpAddress& address) {
    return {address.family == AddressFamily::Inet4 ? SourceAddressKind::Inet4 : SourceAddressKind::Inet6,
            address.bytes};
}

}  // namespace

Change changeOfRunning(const ChronyPlan* has, const HeldSettings& held, bool answers, const ChronyPlan& plan) {
    if (!has) return {ChangeKind::Restart, {QStringLiteral("the configuration of the running chronyd is unknown")}};
    Change change = changeKind(*has, plan);
    if (change.kind == ChangeKind::Restart) return change;
    if (!answers) change.kind = ChangeKind::Restart;
    if (held.access.isFull())
        return {ChangeKind::Restart, change.reasons + QStringList(QStringLiteral("too many access rules on record"))};
    return change;
}

void OnlineChange::begin(HeldSettings& held, const ChronyPlan& wanted, Completion completion) {
    cancel();
    m_isMended = m_accessIsMended = m_settingsAreMended = m_checkAll = false;
    m_held = &held;
    m_plan = wanted;
    m_traits = traitsIn(wanted.sources);
    m_reloads = 0;
    m_completion = std::move(completion);
    planSteps();
}

void OnlineChange::run(HeldSettings& held, const ChronyPlan& wanted, Completion completion) {
    begin(held, wanted, std::move(completion));
    next();
}

void OnlineChange::runAndCheckAll(HeldSettings& held, const ChronyPlan& wanted, Strays strays, Completion completion) {
    begin(held, wanted, std::move(completion));
    m_checkAll = true;
    m_changed = std::move(strays.sources);
    held.changed.merge(held.echoes.strangers(strays.settings));
    m_probes = probesOf(wanted.online.access);
    if (m_probes.size() > kMostProbes) m_probes.resize(kMostProbes);
    for (const IpAddress& stranger : strangersTo(m_access)) m_probes.push_back(stranger);
    ask(candm::trackingRequest(), [this](const Result<candm::Reply>& reply) {
        if (const auto tracking = reply.and_then(candm::tracking)) m_held->updates.look(*tracking);
        for (const Setting setting : settingsToSend(m_plan.online, m_held->changed, m_held->updates))
            pushSetting(setting);
        next();
    });
}

void OnlineChange::cancel() {
    ++m_run;
    m_steps.clear();
    m_probes.clear();
    m_completion = nullptr;
    // There may be thousands of rules.
    m_plan = {};
    m_access = {};
    m_found.clear();
    m_traits.clear();
    m_changed.clear();
    m_strangers.clear();
}

void OnlineChange::planSteps() {
    const std::vector<AccessRule> rules = m_held->access.commandsFor(m_plan.online.access);
    m_probes = probesOf(rules);
    m_access = tableOf(m_plan.online.access);
    pushAccess(rules);
    if (m_held->makestep != m_plan.online.makestep) pushSetting(Setting::Makestep);
    if (m_held->local != m_plan.online.local) pushSetting(Setting::Local);
    const bool keysDiffer = !m_held->keysAreKnown || m_held->keys != m_plan.keys;
    const QByteArray both = withKeysOf(m_plan.keys, m_held->keys);
    if (keysDiffer) pushRekey(both);
    if (m_held->sources != m_plan.sources) pushReload();
}

void OnlineChange::pushSetting(Setting setting) {
    OnlineSettings settings = m_plan.online;
    // A change of ours begins a new count; what somebody else changed goes on where it was.
    if (m_held->makestep == settings.makestep)
        settings.makestep = remaining(settings.makestep, m_held->updates).value_or(settings.makestep);
    SettingRequest asked = settingRequest(setting, settings);
    m_steps.push_back({std::move(asked.what), std::move(asked.request), std::move(asked.fallback),
                       [this, setting] {
                           if (setting == Setting::Makestep) m_held->makestep.reset();
                           if (setting == Setting::Local) m_held->local.reset();
                       },
                       [this, setting] {
                           if (setting == Setting::Makestep) m_held->makestep = m_plan.online.makestep;
                           if (setting == Setting::Local) m_held->local = m_plan.online.local;
                           if (m_plan.online.settingsAreLogged) m_held->echoes.expect(setting);
                           if (m_held->changed.erase(setting) > 0) m_settingsAreMended = true;
                       }});
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
    ask(candm::sourceDataRequest(index), [this, index, count](const Result<candm::Reply>& reply) {
        const auto source = reply.and_then(candm::sourceData);
        // A source may go while the list is read: then it is not there.
        if (!source || source->mode == SourceMode::ReferenceClock) return askName(index + 1, count);
        ask(candm::sourceNameRequest(source->address),
            [this, index, count, address = source->address](const Result<candm::Reply>& answer) {
                const auto name = answer.and_then(candm::sourceName);
                if (!name || name->isEmpty()) return askName(index + 1, count);
                m_found.push_back({*name, address, {}});
                askOptions(index, count);
            });
    });
}

void OnlineChange::askOptions(quint32 index, quint32 count) {
    if (!m_checkAll) return askName(index + 1, count);
    ask(candm::selectDataRequest(index), [this, index, count](const Result<candm::Reply>& reply) {
        Found& source = m_found.back();
        const auto data = reply.and_then(candm::selectData);
        if (data && data->address == source.address) source.selectOptions = data->selection.configuredOptions;
        askName(index + 1, count);
    });
}

bool OnlineChange::isAsWanted(const Found& source) const {
    const auto ip = source.address.ip();
    if (ip && m_changed.contains(ip->text())) return false;
    const auto traits = m_traits.find(source.name);
    return traits == m_traits.end() ||
           source.selectOptions.value_or(traits->second.selectOptions) == traits->second.selectOptions;
}

void OnlineChange::onNamesKnown() {
    std::set<QString> lacking(m_plan.online.sourceNames.begin(), m_plan.online.sourceNames.end());
    const std::set<QString> wanted = lacking;
    QStringList extra;
    for (const Found& source : m_found) {
        lacking.erase(source.name);
        if (!wanted.contains(source.name) && !extra.contains(source.name)) extra.append(source.name);
    }
    QStringList missing(lacking.begin(), lacking.end());
    const bool isComplete = missing.isEmpty() && extra.isEmpty();
    for (const Found& source : m_found)
        if (wanted.contains(source.name) && !isAsWanted(source) && !missing.contains(source.name) && !m_isMended)
            missing.append(source.name);
    if (missing.isEmpty() && extra.isEmpty()) {
        m_held->sources = m_plan.sources;
        if (m_held->keys == m_plan.keys) return m_checkAll ? bringOnline() : verifyKeys(0);
        pushRekey(m_plan.keys);  // no source uses the old keys any more
        return next();
    }
    if (!isComplete && m_reloads > 0 && m_reloads < kMostReloads) {
        pushReload();
        return next();
    }
    if (!std::exchange(m_isMended, true)) {
        mend(missing);
        return next();
    }
    QStringList wrong;
    for (const QString& name : missing) wrong.append(QStringLiteral("%1 is missing").arg(name));
    for (const QString& name : extra) wrong.append(QStringLiteral("%1 is still present").arg(name));
    finish(failure(ErrorCode::Conflict, QStringLiteral("chronyd does not have the sources that it was given: %1")
                                            .arg(wrong.join(QStringLiteral(", ")))));
}

/// Somebody else added, deleted or changed sources, or the address of a new one is in use by a pool or under a host
/// name, where the one that is declared by its address counts. A file that did not change brings a deleted source not
/// back: it has to be taken out of it first.
void OnlineChange::mend(QStringList missing) {
    const QStringList declared = missing;
    const auto isToGo = [&](const Found& source) {
        const auto traits = m_traits.find(source.name);
        if (traits == m_traits.end() || declared.contains(source.name)) return true;
        const auto ip = source.address.ip();
        if (!ip || !declared.contains(ip->text())) return false;
        if (!traits->second.isPool) missing.append(source.name);
        return true;
    };
    for (const Found& source : m_found)
        if (isToGo(source))
            m_steps.push_back({QStringLiteral("delete ") + source.name, candm::deleteSourceRequest(source.address),
                               std::nullopt, [this] { m_held->sources.reset(); }, [] {}});
    m_changed.clear();
    if (missing.isEmpty()) return;
    QByteArray reduced;
    for (const QByteArray& line : m_plan.sources.split('\n'))
        if (!line.isEmpty() && !missing.contains(QString::fromUtf8(line.split(' ').value(1)))) reduced += line + '\n';
    for (const QByteArray& content : {reduced, m_plan.sources}) {
        pushReload();
        m_steps.back().prepare = [this, content] { return m_files.sources(content); };
    }
}

/// Somebody else may have taken sources offline, of which chronyd tells the number only.
void OnlineChange::bringOnline() {
    ask(candm::activityRequest(), [this](const Result<candm::Reply>& reply) {
        const auto activity = reply.and_then(candm::activity);
        if (!activity || activity->offline + activity->burstOffline == 0) return verifyKeys(0);
        m_isMended = true;
        ask(candm::onlineRequest(), [this](const Result<candm::Reply>&) { verifyKeys(0); });
    });
}

/// chronyd answers OK to a source with a key that it does not have.
void OnlineChange::verifyKeys(std::size_t from) {
    const auto hasKey = [this](const Found& source) {
        return m_plan.online.keyOf.contains(source.name) && source.address.kind != SourceAddressKind::Unresolved;
    };
    while (from < m_found.size() && !hasKey(m_found[from])) ++from;
    if (from == m_found.size()) return verifyAccess();
    ask(candm::authDataRequest(m_found[from].address), [this, from](const Result<candm::Reply>& reply) {
        const auto authentication = reply.and_then(candm::authData);
        const QString& name = m_found[from].name;
        const qint64 key = m_plan.online.keyOf.at(name);
        if (authentication && (authentication->keyId != key || authentication->keyBits == 0))
            return finish(
                failure(ErrorCode::Conflict, QStringLiteral("chronyd does not have key %1 for %2").arg(key).arg(name)));
        verifyKeys(from + 1);  // a source that is gone again has nothing to show
    });
}

void OnlineChange::verifyAccess() {
    // One after another: there may be more of them than requests may wait.
    if (m_probes.empty()) return m_checkAll ? askClients(m_held->nextClient, kMostClientPages) : finish({});
    const IpAddress probe = m_probes.back();
    ask(candm::accessCheckRequest(wireAddress(probe)), [this, probe](const Result<candm::Reply>& reply) {
        const auto isAllowed = reply.and_then(candm::accessAllowed);
        if (!isAllowed) return finish(tl::unexpected<Error>(isAllowed.error()));
        if (*isAllowed != (decide(m_access, probe) == Permission::Allow)) {
            // After a change of ours it did not take it; else somebody else told it something.
            if (m_checkAll && !std::exchange(m_accessIsMended, true)) {
                // "allow all" by somebody else: who is in no rule is answered.
                for (const IpPrefix& everybody : everybodyOfEachFamily())
                    m_held->access.carriedOut({{everybody, Permission::Unknown}});
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

/// A rule of somebody else's for a network that no rule of ours is about can only be seen by the clients that are
/// answered because of it. Those that are denied have no record.
void OnlineChange::askClients(quint32 first, int pages) {
    ask(candm::clientsRequest(first), [this, first, pages](const Result<candm::Reply>& reply) {
        const auto page = reply.and_then(candm::clientPage);
        m_held->nextClient = 0;
        if (!page) return verifyStrangers();
        for (const ClientRecord& client : page->clients)
            if (const auto ip = client.address.ip(); ip && decide(m_access, *ip) == Permission::Deny)
                m_strangers.push_back(*ip);
        const quint32 after = page->next.value_or(0);
        if (after <= first) return verifyStrangers();
        if (pages > 1) return askClients(after, pages - 1);
        m_held->nextClient = after;
        verifyStrangers();
    });
}

/// The record may be from a time when the client was allowed. When it is answered now, the network around it that no
/// rule of ours is about is cleared; none of those that are to be answered notices.
void OnlineChange::verifyStrangers() {
    if (m_strangers.empty()) return finish({});
    const IpAddress stranger = m_strangers.back();
    m_strangers.pop_back();
    ask(candm::accessCheckRequest(wireAddress(stranger)), [this, stranger](const Result<candm::Reply>& reply) {
        const auto isAllowed = reply.and_then(candm::accessAllowed);
        if (!isAllowed) return finish(tl::unexpected<Error>(isAllowed.error()));
        if (!*isAllowed) return verifyStrangers();
        const IpPrefix room = roomAround(m_access, stranger);
        ask(candm::denyAllRequest(wireAddress(room.address), room.length),
            [this, room](const Result<candm::Reply>& answer) {
                if (!answer) return finish(tl::unexpected<Error>(answer.error()));
                m_held->access.carriedOut({{room, Permission::Deny}});
                m_accessIsMended = true;
                verifyStrangers();
            });
    });
}

void OnlineChange::finish(const tl::expected<void, Error>& result) {
    const Completion done = std::exchange(m_completion, nullptr);
    cancel();
    if (done) done(result);
}

}  // namespace fos1::ntp
