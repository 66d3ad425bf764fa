// SPDX-License-Identifier: GPL-2.0-or-later
#include "line_splitter.h"

#include <algorithm>
#include <utility>

namespace fos1::kube {

std::optional<QByteArray> LineSplitter::next() {
    while (!m_isOverlong) {
        const qsizetype end = m_buffer.indexOf('\n', std::max(m_begin, m_searched));
        const qsizetype length = (end < 0 ? m_buffer.size() : end) - m_begin;
        m_isOverlong = length > m_longest;
        if (m_isOverlong) break;
        if (end < 0) {
            m_buffer.remove(0, m_begin);
            m_begin = 0;
            m_searched = m_buffer.size();
            break;
        }
        const qsizetype begin = std::exchange(m_begin, end + 1);
        if (length > 0) return m_buffer.mid(begin, length);
    }
    return std::nullopt;
}

}  // namespace fos1::kube
