// SPDX-License-Identifier: GPL-2.0-or-later
// Keeps the table of links as the kernel tells of them, through dumps and changes. Does no I/O.
#pragma once

#include <optional>
#include <set>

#include "model/link_table.h"
#include "netlink_dialogue.h"

namespace fos1::vlan {

/// A table that is read anew while changes go on.
class TableRebuild {
   public:
    void dumped(const Change& change);
    void notified(const Change& change);
    [[nodiscard]] const LinkTable& table() const { return m_table; }

   private:
    LinkTable m_table;
    std::set<int> m_links;
    std::set<int> m_goneLinks;
    std::set<std::pair<int, InterfaceAddress>> m_addresses;
};

class LinkKeeper final : public netlink::Keeper {
   public:
    /// What it has to be told of, as Dialogue takes it.
    static const quint32 kGroups;

    void begin() override { m_rebuild.emplace(); }
    void dumped(const netlink::Message& message) override;
    bool notified(const netlink::Message& message) override;
    bool finish() override;
    void abandon() override { m_rebuild.reset(); }

    [[nodiscard]] const LinkTable& table() const { return m_table; }

   private:
    LinkTable m_table;
    std::optional<TableRebuild> m_rebuild;
};

}  // namespace fos1::vlan
