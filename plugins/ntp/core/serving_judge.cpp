// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/serving_judge.h"

#include <algorithm>

namespace fos1::ntp {

QString holderText(const PortHolder& holder) {
    if (holder.pid == 0) return QStringLiteral("a program of user %1").arg(holder.userId);
    return QStringLiteral("%1 (pid %2)").arg(holder.name).arg(holder.pid);
}

QString ServingFacts::problem() const {
    if (unserved.empty()) return {};
    const auto& [address, why] = *unserved.begin();
    QString text = QStringLiteral("%1 %2").arg(address.text(), why);
    if (unserved.size() > 1) text += QStringLiteral(" (one of %1 such addresses)").arg(unserved.size());
    QStringList names;
    for (const PortHolder& holder : holders)
        if (const QString name = holderText(holder); !names.contains(name)) names.append(name);
    if (!names.isEmpty())
        text += QStringLiteral("; %1 %2 the port")
                    .arg(names.join(QStringLiteral(", ")),
                         names.size() == 1 ? QStringLiteral("has") : QStringLiteral("have"));
    return text;
}

void ServingJudge::setTargets(const std::vector<IpAddress>& targets) {
    std::map<IpAddress, State> next;
    for (const IpAddress& address : targets) {
        const auto known = m_addresses.find(address);
        next.emplace(address, known != m_addresses.end() ? std::move(known->second) : State());
    }
    m_addresses = std::move(next);
}

std::vector<IpAddress> ServingJudge::due(TimePoint now, std::size_t most) {
    std::vector<IpAddress> addresses;
    for (auto& [address, state] : m_addresses) {
        if (state.dueAt > now) continue;
        if (addresses.size() == most) break;
        state.dueAt = now + kSettled;
        addresses.push_back(address);
    }
    return addresses;
}

std::optional<ServingJudge::TimePoint> ServingJudge::nextDue() const {
    if (m_addresses.empty()) return {};
    return std::min_element(m_addresses.begin(), m_addresses.end(),
                            [](const auto& a, const auto& b) { return a.second.dueAt < b.second.dueAt; })
        ->second.dueAt;
}

ServingJudge::TimePoint ServingJudge::dueAfter(TimePoint now, std::chrono::seconds interval, int perSecond) {
    constexpr unsigned kParts = 64;
    const std::chrono::seconds all(m_addresses.size() / static_cast<std::size_t>(perSecond));
    if (all <= interval) return now + interval;
    return now + all / 2 + std::chrono::duration_cast<std::chrono::milliseconds>(all) * (++m_turn % kParts) / kParts;
}

bool ServingJudge::hear(const IpAddress& address, Heard heard, const QString& why, TimePoint now) {
    const auto entry = m_addresses.find(address);
    if (entry == m_addresses.end()) return false;
    State& state = entry->second;
    const Verdict before = state.verdict;
    const QString whyBefore = state.why;
    if (heard == Heard::Ours) {
        state.misses = 0;
        if (!state.goodSince) state.goodSince = now;
        if (state.verdict == Verdict::Pending || now - *state.goodSince >= kSteadyFor) state.verdict = Verdict::Served;
        if (state.verdict == Verdict::Served) state.why.clear();
        state.dueAt = state.verdict == Verdict::Served ? dueAfter(now, kSettled, kRequestsPerSecond)
                                                       : dueAfter(now, kReturning, kReturningPerSecond);
    } else {
        state.goodSince.reset();
        ++state.misses;
        state.dueAt =
            state.verdict == Verdict::Unserved ? dueAfter(now, kReturning, kReturningPerSecond) : now + kDoubtful;
        if (state.misses >= kMissesToFail || state.verdict == Verdict::Unserved) {
            state.verdict = Verdict::Unserved;
            state.why = why;
        }
    }
    return state.verdict != before || state.why != whyBefore;
}

void ServingJudge::doubtAll(TimePoint now) {
    for (auto& [address, state] : m_addresses) state.dueAt = std::min(state.dueAt, now);
}

ServingFacts ServingJudge::facts() const {
    ServingFacts facts;
    for (const auto& [address, state] : m_addresses) {
        switch (state.verdict) {
            case Verdict::Pending: facts.pending.insert(address); break;
            case Verdict::Served: facts.served.insert(address); break;
            case Verdict::Unserved: facts.unserved.emplace(address, state.why); break;
        }
    }
    return facts;
}

bool ServingJudge::isPending() const {
    return std::any_of(m_addresses.begin(), m_addresses.end(),
                       [](const auto& each) { return each.second.verdict == Verdict::Pending; });
}

}  // namespace fos1::ntp
