// SPDX-License-Identifier: GPL-2.0-or-later
// Separates the UBX frames of a u-blox receiver from the sentences between which they come, in pieces of any size,
// without the heap. A frame is only one with its right checksum: what merely begins like one goes to the sentences, so
// a false beginning costs nothing. Must not know clocks, ports or what a message is used for.
#pragma once

#include <QByteArrayView>
#include <algorithm>
#include <array>

#include "refclock/ubx_message.h"

namespace fos1::ntp {

/// The payload of a NAV-SAT with 255 satellites is 3,068 bytes. Longer ones are not taken for frames.
inline constexpr std::size_t kLongestUbxPayload = 3068;

class UbxParser {
   public:
    /// Calls `text` with the bytes that belong to no frame, in order, and `frame` with each frame; both are valid
    /// during the call only.
    template <typename Text, typename Frame>
    void feed(QByteArrayView bytes, Text&& text, Frame&& frame) {
        while (!bytes.isEmpty()) {
            if (m_length == 0) {
                const auto* const start = std::find(bytes.begin(), bytes.end(), kUbxSync1);
                const qsizetype before = start - bytes.begin();
                if (before > 0) text(bytes.first(before));
                bytes = bytes.sliced(before);
                if (bytes.isEmpty()) return;
            }
            m_frame[m_length++] = bytes.front();
            bytes = bytes.sliced(1);
            settle(text, frame);
        }
    }

    /// What has begun does not continue, since a frame comes without a pause: it is no frame. It is not passed on
    /// either, because its time is over.
    void reset() { m_length = 0; }

    /// Whether the next byte may belong to a frame.
    [[nodiscard]] bool isInside() const { return m_length > 0; }
    [[nodiscard]] quint64 frames() const { return m_frames; }
    /// What began like a frame and was none.
    [[nodiscard]] quint64 falseStarts() const { return m_falseStarts; }

   private:
    static constexpr std::size_t kHeader = 6;  ///< two of synchronization, class, id, length
    static constexpr std::size_t kChecksum = 2;

    enum class Is { Unknown = 0, Begun, Frame, NoFrame };
    [[nodiscard]] Is judge() const;
    [[nodiscard]] std::size_t payloadLength() const;

    /// Until what is kept is nothing, or the beginning of a frame.
    template <typename Text, typename Frame>
    void settle(Text& text, Frame& frame) {
        while (m_length > 0) {
            const Is is = judge();
            if (is == Is::Begun) return;
            if (is == Is::Frame) {
                ++m_frames;
                const std::size_t whole = kHeader + payloadLength() + kChecksum;
                frame(UbxFrame{static_cast<quint8>(m_frame[2]), static_cast<quint8>(m_frame[3]),
                               QByteArrayView(m_frame.data() + kHeader, static_cast<qsizetype>(payloadLength()))});
                drop(whole);
                continue;
            }
            ++m_falseStarts;
            // The next that may be a beginning is within what was kept.
            const QByteArrayView kept(m_frame.data(), static_cast<qsizetype>(m_length));
            const qsizetype next = std::find(kept.begin() + 1, kept.end(), kUbxSync1) - kept.begin();
            text(kept.first(next));
            drop(static_cast<std::size_t>(next));
        }
    }
    void drop(std::size_t count) {
        std::copy(m_frame.begin() + static_cast<std::ptrdiff_t>(count),
                  m_frame.begin() + static_cast<std::ptrdiff_t>(m_length), m_frame.begin());
        m_length -= count;
    }

    std::size_t m_length = 0;
    quint64 m_frames = 0;
    quint64 m_falseStarts = 0;
    std::array<char, kHeader + kLongestUbxPayload + kChecksum> m_frame{};
};

}  // namespace fos1::ntp
