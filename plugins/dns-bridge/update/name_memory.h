// SPDX-License-Identifier: GPL-2.0-or-later
// The names at which our mark may be, in a file: written before they are claimed, so that a later run finds and removes
// what nobody wants any more, even after a crash. Must not know zones' contents.
#pragma once

#include <functional>
#include <set>

#include "fos1/result.h"
#include "model/dns_name.h"
#include "worker.h"

namespace fos1::dns {

class NameMemory final {
   public:
    using Noted = std::function<void(const Result<void>&)>;

    explicit NameMemory(QString path) : m_path(std::move(path)) {}

    /// Reads the file. A missing one is empty; lines that are no names are left out.
    [[nodiscard]] Result<void> load();
    [[nodiscard]] const std::set<DnsName>& names() const { return m_names; }

    /// Adds names. Calls `noted` when those that are new are on the disk, or at once if none is. Not while another call
    /// is under way.
    void add(const std::set<DnsName>& names, Noted noted);
    /// Removes names. The file may go on to name some of them: it is written anew when many of its lines are out of
    /// date, and when no name is left.
    void remove(const std::set<DnsName>& names);

   private:
    [[nodiscard]] bool isWorthRewriting(std::size_t names) const;

    const QString m_path;
    std::set<DnsName> m_names;
    std::size_t m_lines = 0;  ///< of the file
    Worker m_worker{"dns-names", std::nullopt, Worker::WhenIdle::Ends};
};

}  // namespace fos1::dns
