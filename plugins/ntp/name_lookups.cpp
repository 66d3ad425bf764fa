// SPDX-License-Identifier: GPL-2.0-or-later
#include "name_lookups.h"

#include <QHostAddress>
#include <algorithm>

namespace fos1::ntp {

using std::chrono::steady_clock;

NameLookups::~NameLookups() { want({}); }

void NameLookups::want(const std::set<QString>& names) {
    for (auto entry = m_names.begin(); entry != m_names.end();) {
        if (names.contains(entry->first)) {
            ++entry;
            continue;
        }
        if (entry->second.lookup) QHostInfo::abortHostLookup(*entry->second.lookup);
        entry = m_names.erase(entry);
    }
    for (const QString& name : names)
        if (m_names.size() < kMostNames) m_names.try_emplace(name);
    askNext();
}

void NameLookups::askNext() {
    auto underWay =
        std::count_if(m_names.begin(), m_names.end(), [](const auto& each) { return each.second.lookup.has_value(); });
    const auto now = steady_clock::now();
    for (auto& [name, entry] : m_names) {
        if (underWay >= static_cast<qsizetype>(kMostAtOnce)) return;
        const bool isFresh = entry.askedAt != steady_clock::time_point() && now - entry.askedAt < kAgain;
        if (entry.lookup || isFresh) continue;
        entry.askedAt = now;
        // By the name of the slot: a function object of ours would outlive the plugin in Qt's queue.
        entry.lookup = QHostInfo::lookupHost(name, this, SLOT(onLookedUp(QHostInfo)));
        ++underWay;
    }
}

const NameLookups::Outcome* NameLookups::of(const QString& name) const {
    const auto entry = m_names.find(name);
    return entry != m_names.end() && entry->second.outcome ? &*entry->second.outcome : nullptr;
}

void NameLookups::onLookedUp(const QHostInfo& host) {
    for (auto& [name, entry] : m_names) {
        if (entry.lookup != host.lookupId()) continue;
        entry.lookup.reset();
        entry.outcome.emplace();
        if (host.error() != QHostInfo::NoError) entry.outcome->error = host.errorString();
        for (const QHostAddress& address : host.addresses()) entry.outcome->addresses.append(address.toString());
    }
    askNext();
}

}  // namespace fos1::ntp
