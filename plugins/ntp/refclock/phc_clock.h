// SPDX-License-Identifier: GPL-2.0-or-later
// Watches a PTP hardware clock that chronyd reads: whether it is there, and who else sets it. Never sets it.
#pragma once

#include <QTimer>

#include "refclock/attached_clock.h"

namespace fos1::ntp {

struct PhcSource {
    QString name;
    ClockKind kind = ClockKind::Phc;
    QString device;     ///< empty: that of the interface
    QString interface;  ///< empty: the device is named
    bool isTai = false;
};

class PhcClock final : public AttachedClock {
    Q_OBJECT

   public:
    /// `leapsExpireUnix`: when the table of leap seconds does, which TAI needs; nothing: not known.
    PhcClock(PhcSource source, std::optional<qint64> leapsExpireUnix);

    [[nodiscard]] RefclockFacts facts() const override { return m_facts; }

   private:
    void look();

    const PhcSource m_source;
    const std::optional<qint64> m_leapsExpireUnix;
    QTimer m_timer;
    int m_looks = 0;
    QStringList m_holders;  ///< other programs that have it open
    RefclockFacts m_facts;
};

}  // namespace fos1::ntp
