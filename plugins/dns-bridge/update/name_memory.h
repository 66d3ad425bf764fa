// SPDX-License-Identifier: GPL-2.0-or-later
// The names at which our mark may be, in a file: written before they are claimed, so that a later run finds and removes
// what nobody wants any more, even after a crash. Must not know zones' contents.
#pragma once

#include <set>

#include "fos1/result.h"
#include "model/dns_name.h"

namespace fos1::dns {

class NameMemory final {
   public:
    explicit NameMemory(QString path) : m_path(std::move(path)) {}

    /// Reads the file. A missing one is empty; lines that are no names are left out.
    [[nodiscard]] Result<void> load();
    [[nodiscard]] const std::set<DnsName>& names() const { return m_names; }

    /// Adds names, and writes the file if any is new.
    [[nodiscard]] Result<void> add(const std::set<DnsName>& names);
    /// Removes names, and writes the file if any was there.
    [[nodiscard]] Result<void> remove(const std::set<DnsName>& names);

   private:
    [[nodiscard]] Result<void> save(std::set<DnsName> names);

    const QString m_path;
    std::set<DnsName> m_names;
};

}  // namespace fos1::dns
