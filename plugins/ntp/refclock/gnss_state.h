// SPDX-License-Identifier: GPL-2.0-or-later
// What a receiver reports of itself and of the sky, kept from its sentences. Makes no decision about time.
#pragma once

#include <QString>
#include <array>

#include "core/refclock_facts.h"
#include "refclock/nmea_sentence.h"
#include "refclock/ubx_message.h"

namespace fos1::ntp {

class GnssState {
   public:
    void take(const NmeaSentence& sentence, qint64 rawNs);
    void take(const UbxFrame& frame, qint64 rawNs);
    /// Values that the receiver has stopped to repeat are dropped.
    [[nodiscard]] GnssFacts facts(qint64 rawNs) const;
    [[nodiscard]] bool isLeapDefault() const { return m_isLeapDefault; }
    /// Of satellites and fix; the receiver was unplugged.
    void reset() { *this = {}; }

   private:
    template <typename T>
    struct Seen {
        T value{};
        qint64 rawNs = 0;
        bool isSet = false;
        void set(const std::optional<T>& given, qint64 at) {
            if (given) *this = {*given, at, true};
        }
        [[nodiscard]] std::optional<T> at(qint64 now) const;
    };
    struct Constellation {
        std::array<char, 2> talker{};
        Seen<quint16> inView;
    };

    void takeText(std::string_view text);

    Seen<quint8> m_quality;
    Seen<quint8> m_dimensions;
    Seen<quint16> m_used;
    Seen<quint16> m_hdop;
    std::array<Constellation, 8> m_sky{};
    std::optional<int> m_leapSeconds;
    bool m_isLeapDefault = false;
    Seen<int> m_leapChange;
    Seen<qint32> m_quantizationPs;
    Seen<UbxSky> m_ubxSky;
    QString m_antenna;
    QString m_model;
    QString m_firmware;
};

}  // namespace fos1::ntp
