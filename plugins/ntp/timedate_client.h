// SPDX-License-Identifier: GPL-2.0-or-later
// Keeps the system's own time daemon (systemd-timesyncd) off while our chronyd sets the clock, through
// org.freedesktop.timedate1(5), and gives back only what it took. Knows nothing of chronyd.
#pragma once

#include <QObject>

#include "bus_properties.h"
#include "core/clock_rival.h"

namespace fos1::ntp {

class TimedateClient final : public QObject {
    Q_OBJECT

   public:
    /// `stateFile` remembers across restarts, also of the machine, that it was us who switched network time off.
    explicit TimedateClient(QString stateFile, QObject* parent = nullptr);

    /// The clock is ours from now on: network time is switched off where it is on, now and later.
    void claim();
    /// The clock is no longer ours: network time is switched on again if it was us who switched it off.
    void release();

    [[nodiscard]] const ClockRival& rival() const { return m_rival; }

   Q_SIGNALS:
    /// rival() has; from the event loop.
    void changed();

   private:
    enum class Wish { Unknown = 0, Claimed, Released };

    void wish(Wish wish);
    void look();
    void onProperties(const Result<dbus::PropertyMap>& properties);
    void switchTo(bool isOn);
    void onSwitched(bool isOn, const Result<sdbus::MethodReply>& reply);
    void show(RivalStanding standing, const QString& words = {});
    [[nodiscard]] bool wasOurs() const;
    [[nodiscard]] tl::expected<void, Error> remember() const;

    const QString m_stateFile;
    dbus::BusClient m_bus;
    Wish m_wish = Wish::Unknown;
    bool m_isBusy = false;     ///< a question or a change is under way
    bool m_lookAgain = false;  ///< something changed meanwhile
    ClockRival m_rival;
};

/// Whether the kernel holds its clock for synchronised, which is what timedated shows as NTPSynchronized: adjtimex(2)
/// with a greatest error below 16 s. Asked here, since a question to timedated starts that one anew each time.
[[nodiscard]] bool isKernelSynchronized();

}  // namespace fos1::ntp
