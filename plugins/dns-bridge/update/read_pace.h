// SPDX-License-Identifier: GPL-2.0-or-later
// Bounds how much of the time is spent on reading a large zone that others keep changing. Must not know what is read.
#pragma once

#include <QElapsedTimer>

namespace fos1::dns {

class ReadPace {
   public:
    /// At most a tenth of the time.
    [[nodiscard]] bool mayRead() const {
        constexpr qint64 kShare = 10;
        return !m_since.isValid() || m_since.elapsed() >= kShare * m_tookMs;
    }
    void begin() { m_since.start(); }
    void end() { m_tookMs = m_since.restart(); }

   private:
    QElapsedTimer m_since;
    qint64 m_tookMs = 0;
};

}  // namespace fos1::dns
