// SPDX-License-Identifier: GPL-2.0-or-later
// Keeps the states of thousands of names, of which few change at a time. Pure.
#pragma once

#include "core/zone_table.h"

namespace fos1::dns {

class StateTable {
   public:
    /// The state of the name may be another.
    void mark(const DnsName& name) { m_stale.insert(name); }

    /// Determines one state that may be another; whether there are more.
    bool refreshOne(const TableFacts& facts);
    /// Determines the state of this name now.
    void refresh(const DnsName& name, const TableFacts& facts);

    /// The same object as before while nothing changed. `like`: all but the names.
    [[nodiscard]] std::shared_ptr<const ZoneTable> table(const ZoneTable& like);
    [[nodiscard]] std::shared_ptr<const ZoneTable> lastTable() const { return m_table; }

   private:
    std::map<DnsName, std::shared_ptr<const NameState>> m_states;
    std::set<DnsName> m_stale;
    bool m_isChanged = true;
    std::shared_ptr<const ZoneTable> m_table;
};

}  // namespace fos1::dns
