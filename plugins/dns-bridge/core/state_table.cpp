// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/state_table.h"

namespace fos1::dns {

bool StateTable::refreshOne(const TableFacts& facts) {
    if (m_stale.empty()) return false;
    refresh(DnsName(*m_stale.begin()), facts);
    return !m_stale.empty();
}

void StateTable::refresh(const DnsName& name, const TableFacts& facts) {
    m_stale.erase(name);
    if (auto state = nameState(name, facts))
        m_states[name] = std::make_shared<const NameState>(std::move(*state));
    else
        m_states.erase(name);
    m_isChanged = true;
}

std::shared_ptr<const ZoneTable> StateTable::table(const ZoneTable& like) {
    if (!m_isChanged && m_table->serial == like.serial && m_table->server == like.server) return m_table;
    auto table = std::make_shared<ZoneTable>(like);
    table->names.reserve(m_states.size());
    for (const auto& [name, state] : m_states) table->names.push_back(state);
    m_table = std::move(table);
    m_isChanged = false;
    return m_table;
}

}  // namespace fos1::dns
