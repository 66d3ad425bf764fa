// SPDX-License-Identifier: GPL-2.0-or-later
// Finds the sentences in the bytes of a receiver, in pieces of any size, without the heap. Whatever is no sentence
// costs nothing but itself. Must not know clocks, ports or what a sentence is used for.
#pragma once

#include <QByteArrayView>
#include <array>

#include "refclock/nmea_sentence.h"

namespace fos1::ntp {

/// Without '$' and line end. The standard allows 79; some receivers send more.
inline constexpr std::size_t kLongestSentence = 255;

enum class Checksum : quint8 { Unknown = 0, Required, Optional };

class NmeaParser {
   public:
    explicit NmeaParser(Checksum checksum = Checksum::Required) : m_checksum(checksum) {}

    /// Calls `sink` with each accepted sentence, which is valid during the call.
    template <typename Sink>
    void feed(QByteArrayView bytes, Sink&& sink) {
        for (const char byte : bytes) {
            if (take(byte)) sink(std::as_const(m_sentence));
            ++m_position;
        }
    }

    /// Forgets a sentence that has begun: the next bytes do not continue it.
    void reset() { m_isInside = false; }

    /// Bytes that were fed.
    [[nodiscard]] quint64 position() const { return m_position; }
    [[nodiscard]] quint64 accepted() const { return m_accepted; }
    [[nodiscard]] quint64 rejected(Rejection why) const { return m_rejected[static_cast<std::size_t>(why)]; }

   private:
    /// Whether a sentence is complete and accepted.
    bool take(char byte) {
        if (byte == '$') return begin();
        if (!m_isInside) return false;
        if (byte == '\r' || byte == '\n') return finish();
        if (byte < ' ' || byte > '~') return reject(Rejection::Torn);
        if (m_length == m_line.size()) return reject(Rejection::TooLong);
        m_line[m_length++] = byte;
        return false;
    }
    bool begin();
    bool finish();
    bool reject(Rejection why);
    bool decode(std::string_view body);

    const Checksum m_checksum;
    bool m_isInside = false;
    std::size_t m_length = 0;
    quint64 m_start = 0;
    quint64 m_position = 0;
    quint64 m_accepted = 0;
    std::array<quint64, kRejectionNames.size()> m_rejected{};
    NmeaSentence m_sentence;
    std::array<char, kLongestSentence> m_line{};
};

}  // namespace fos1::ntp
