// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/update_batch.h"

namespace fos1::dns {

namespace {

constexpr qsizetype kPointerBytes = 2;
/// RFC 1035, 4.1.4: a pointer has 14 bits.
constexpr qsizetype kFarthest = 0x3fff;

}  // namespace

UpdateBatch::UpdateBatch(const DnsName& zone, qsizetype reserved)
    : m_zone(zone), m_most(kMostMessageBytes - reserved), m_prerequisites(kHeaderBytes + zone.wire().size() + 4) {}

qsizetype UpdateBatch::nameBytes(const DnsName& name) const {
    if (m_places.contains(name)) return kPointerBytes;
    return name.isWithin(m_zone) ? name.wire().size() - m_zone.wire().size() + kPointerBytes : name.wire().size();
}

bool UpdateBatch::add(const std::vector<UpdateLine>& lines) {
    qsizetype prerequisites = m_prerequisites;
    qsizetype changes = m_changes;
    std::map<DnsName, qsizetype> added;
    for (const UpdateLine& line : lines) {
        const qsizetype bytes = sizeOf(line) + nameBytes(line.name);
        if (line.isPrerequisite()) {
            // What is in the first part keeps its place when more is added.
            if (!m_places.contains(line.name) && prerequisites <= kFarthest) {
                m_places.emplace(line.name, prerequisites);
                added.emplace(line.name, prerequisites);
            }
            prerequisites += bytes;
        } else {
            changes += bytes;
        }
    }
    if (prerequisites + changes > m_most) {
        for (const auto& [name, place] : added) m_places.erase(name);
        return false;
    }
    m_prerequisites = prerequisites;
    m_changes = changes;
    m_lines.insert(m_lines.end(), lines.begin(), lines.end());
    return true;
}

}  // namespace fos1::dns
