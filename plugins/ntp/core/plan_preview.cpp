// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/plan_preview.h"

#include <QCborArray>
#include <algorithm>
#include <set>

#include "core/access_table.h"
#include "core/config_text.h"
#include "core/key_file.h"
#include "core/plain_text.h"

namespace fos1::ntp {

namespace {

struct Kind {
    const char* disruption;
    QString summary;
};

/// Keys of what `isServed` holds for now and not then.
template <typename Map, typename IsServed>
QStringList lost(const Map& now, const Map& then, IsServed isServed) {
    QStringList keys;
    for (const auto& [key, value] : now) {
        const auto after = then.find(key);
        if (isServed(value) && !(after != then.end() && isServed(after->second))) keys.append(key);
    }
    return keys;
}

/// Who would not be served any more, and from what time comes then; each the end of a sentence.
QStringList losses(const Planned& now, const Planned& then) {
    QStringList words;
    const std::vector<QString> before = now.chrony ? now.chrony->online.sourceNames : std::vector<QString>();
    const std::vector<QString> after = then.chrony ? then.chrony->online.sourceNames : std::vector<QString>();
    const bool isAnyKept = std::any_of(before.begin(), before.end(), [&](const QString& name) {
        return std::find(after.begin(), after.end(), name) != after.end();
    });
    if (!before.empty() && after.empty())
        words.append(QStringLiteral("no source would be left, so only this machine's clock would keep the time"));
    else if (!before.empty() && !isAnyKept)
        words.append(
            QStringLiteral("none of the present sources would stay, so this machine's clock would keep the "
                           "time until a new one answers"));
    const auto name = [&words](const QStringList& keys, const QString& kind) {
        if (!keys.isEmpty())
            words.append(QStringLiteral("clients of %1 %2 would no longer be served").arg(kind, someOf(keys)));
    };
    name(lost(now.vlans, then.vlans, [](const time::ServiceState& state) { return state.accepting; }),
         QStringLiteral("VLAN"));
    name(lost(now.groups, then.groups,
              [](const std::shared_ptr<const GroupOutcome>& group) { return group->state.allow; }),
         QStringLiteral("group"));
    return words;
}

/// `lost`: losses().
Kind kindOf(const Change& change, bool isChanged, const QStringList& lost) {
    const QString consequences = lost.join(QStringLiteral("; "));
    switch (change.kind) {
        case ChangeKind::Start: return {"start", QStringLiteral("chronyd would be started.")};
        case ChangeKind::Stop:
            return {"stop", QStringLiteral("chronyd would be stopped, and clients would no longer be served.")};
        case ChangeKind::Online:
            return {"online", QStringLiteral("chronyd would apply this while it runs; %1.")
                                  .arg(lost.isEmpty() ? QStringLiteral("clients would not notice") : consequences)};
        case ChangeKind::Restart:
            return {"restart", QStringLiteral("chronyd would be restarted with its measurements kept, because of: %1.")
                                   .arg(someOf(change.reasons))};
        case ChangeKind::None:
        case ChangeKind::Unknown: break;
    }
    if (!isChanged) return {"none", {}};
    return {"none", lost.isEmpty() ? QStringLiteral("chronyd would not be affected.")
                                   : QStringLiteral("chronyd would not be affected; %1.").arg(consequences)};
}

QStringList linesOf(const std::optional<ChronyPlan>& plan) {
    QStringList lines;
    if (!plan) return lines;
    for (const QByteArray& line : plan->whole().split('\n'))
        if (!line.isEmpty() && !line.startsWith('#')) lines.append(QString::fromUtf8(line));
    return lines;
}

QStringList configurationLines(const Planned& now, const Planned& then) {
    const QStringList before = linesOf(now.chrony);
    const QStringList after = linesOf(then.chrony);
    QStringList lines;
    for (const QString& line : before)
        if (!after.contains(line)) lines.append(QStringLiteral("- ") + line);
    for (const QString& line : after)
        if (!before.contains(line)) lines.append(QStringLiteral("+ ") + line);
    const QByteArray oldKeys = now.chrony ? now.chrony->keys : QByteArray();
    const QByteArray newKeys = then.chrony ? then.chrony->keys : QByteArray();
    const std::vector<qint64> kept = keyNumbersOf(newKeys);
    for (const qint64 id : keyNumbersOf(oldKeys))
        if (std::find(kept.begin(), kept.end(), id) == kept.end()) lines.append(QStringLiteral("- key %1").arg(id));
    for (const qint64 id : changedKeys(oldKeys, newKeys)) lines.append(QStringLiteral("+ key %1").arg(id));
    return lines;
}

QStringList commandLines(const ChronyPlan& now, const ChronyPlan& then) {
    QStringList lines;
    for (const AccessRule& rule : AccessTable(now.online.access).commandsFor(then.online.access))
        lines.append((rule.permission == Permission::Allow ? QStringLiteral("  allow ") : QStringLiteral("  deny ")) +
                     rule.network.text());
    if (now.online.makestep != then.online.makestep)
        lines.append(QStringLiteral("  makestep %1 %2")
                         .arg(QString::fromLatin1(decimalSeconds(then.online.makestep.threshold)))
                         .arg(then.online.makestep.limit));
    if (now.online.local != then.online.local)
        lines.append(
            then.online.local.enabled
                ? QStringLiteral("  local stratum %1").arg(then.online.local.stratum.value_or(kDefaultLocalStratum))
                : QStringLiteral("  local off"));
    if (now.keys != then.keys) lines.append(QStringLiteral("  rekey"));
    if (now.sources != then.sources) lines.append(QStringLiteral("  reload sources"));
    return lines;
}

/// "accepting false -> true", field by field of what the topic says.
template <typename State>
QStringList fieldLines(const QString& key, const State* now, const State* then) {
    QStringList lines;
    if (!now || !then) return {(now ? QStringLiteral("- ") : QStringLiteral("+ ")) + key};
    if (*now == *then) return {};
    const QCborMap before = now->encode();
    const QCborMap after = then->encode();
    const auto text = [](const QCborValue& value) {
        return value.isUndefined()                      ? QStringLiteral("nothing")
               : value.toVariant().toString().isEmpty() ? value.toDiagnosticNotation()
                                                        : value.toVariant().toString();
    };
    QStringList names;
    for (const auto& [name, value] : after) names.append(name.toString());
    for (const auto& [name, value] : before)
        if (!names.contains(name.toString())) names.append(name.toString());
    names.sort();
    for (const QString& name : names)
        if (name != QStringLiteral("reason") && before.value(name) != after.value(name))
            lines.append(
                QStringLiteral("  %1: %2 %3 -> %4").arg(key, name, text(before.value(name)), text(after.value(name))));
    return lines;
}

template <typename State, typename Map, typename Of>
QStringList mapLines(const Map& now, const Map& then, Of of) {
    std::set<QString> keys;
    for (const auto& [key, value] : now) keys.insert(key);
    for (const auto& [key, value] : then) keys.insert(key);
    QStringList lines;
    for (const QString& key : keys) {
        const auto before = now.find(key);
        const auto after = then.find(key);
        lines += fieldLines<State>(key, before == now.end() ? nullptr : &of(before->second),
                                   after == then.end() ? nullptr : &of(after->second));
    }
    return lines;
}

/// The values that would change, and null for those that would go.
template <typename Map, typename Of>
QCborMap publications(const Map& now, const Map& then, Of of) {
    QCborMap changed;
    for (const auto& [key, value] : now)
        if (!then.contains(key)) changed.insert(key, nullptr);
    for (const auto& [key, value] : then) {
        const auto before = now.find(key);
        if (before == now.end() || !(of(before->second) == of(value))) changed.insert(key, of(value).encode());
    }
    return changed;
}

const time::ServiceState& stateOf(const time::ServiceState& vlan) { return vlan; }
const time::ClientState& stateOf(const std::shared_ptr<const GroupOutcome>& group) { return group->state; }

QCborMap differences(const Planned& now, const Planned& then) {
    const QStringList configuration = configurationLines(now, then);
    const auto of = [](const auto& each) -> const auto& { return stateOf(each); };
    const QStringList vlans = mapLines<time::ServiceState>(now.vlans, then.vlans, of);
    const QStringList groups = mapLines<time::ClientState>(now.groups, then.groups, of);
    const Change change = changeKind(now.chrony, then.chrony);
    const Kind kind =
        kindOf(change, !configuration.isEmpty() || !vlans.isEmpty() || !groups.isEmpty(), losses(now, then));
    if (kind.summary.isEmpty()) return {};
    QCborArray sections;
    const auto add = [&sections](const QString& title, const QStringList& lines) {
        if (!lines.isEmpty())
            sections.append(QCborMap{{QStringLiteral("title"), title},
                                     {QStringLiteral("lines"), QCborArray::fromStringList(lines)}});
    };
    add(QStringLiteral("configuration of chronyd"), configuration);
    if (change.kind == ChangeKind::Online)
        add(QStringLiteral("commands to chronyd"), commandLines(*now.chrony, *then.chrony));
    add(QStringLiteral("VLANs (time.service/v1)"), vlans);
    add(QStringLiteral("groups of clients (time.client/v1)"), groups);
    return {{QStringLiteral("disruption"), QLatin1String(kind.disruption)},
            {QStringLiteral("summary"), kind.summary},
            {QStringLiteral("sections"), sections},
            {QStringLiteral("publishes"),
             QCborMap{{QLatin1String(time::ServiceState::kTopic), publications(now.vlans, then.vlans, of)},
                      {QLatin1String(time::ClientState::kTopic), publications(now.groups, then.groups, of)}}}};
}

}  // namespace

QCborMap describeChange(const Planned& now, const Planned& then, const std::vector<Warning>& warnings) {
    QCborMap answer = differences(now, then);
    QCborArray list;
    for (const Warning& each : warnings)
        list.append(QCborMap{{QStringLiteral("object"), each.object}, {QStringLiteral("text"), each.text}});
    if (!list.isEmpty()) answer.insert(QStringLiteral("warnings"), list);
    return answer;
}

}  // namespace fos1::ntp
