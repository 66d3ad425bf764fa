// SPDX-License-Identifier: GPL-2.0-or-later
// Fills an update with changes of names until it has the size that a message may have. Pure.
#pragma once

#include <map>
#include <vector>

#include "wire/message.h"

namespace fos1::dns {

class UpdateBatch {
   public:
    /// `reserved`: bytes to be left for a signature.
    UpdateBatch(const DnsName& zone, qsizetype reserved);

    /// Adds the lines of one name, all or none; false when they do not fit. The first lines always do, unless they
    /// could be sent in no message.
    [[nodiscard]] bool add(const std::vector<UpdateLine>& lines);

    [[nodiscard]] const std::vector<UpdateLine>& lines() const { return m_lines; }
    /// Of the message without its signature, at most.
    [[nodiscard]] qsizetype size() const { return m_prerequisites + m_changes; }

   private:
    [[nodiscard]] qsizetype nameBytes(const DnsName& name) const;

    const DnsName m_zone;
    const qsizetype m_most;
    std::vector<UpdateLine> m_lines;
    qsizetype m_prerequisites;  ///< bytes up to the end of the prerequisites
    qsizetype m_changes = 0;
    std::map<DnsName, qsizetype> m_places;  ///< the first place of each name that a pointer can reach
};

}  // namespace fos1::dns
