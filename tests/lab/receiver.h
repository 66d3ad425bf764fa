// SPDX-License-Identifier: GPL-2.0-or-later
// A satellite receiver on a pseudo-terminal, which plays the time of this machine as sentences, and every fault on
// request. It has a thread of its own: a test that waits does not delay it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "receiver_pty.h"
#include "receiver_text.h"

namespace fos1::lab {

enum class ReceiverFault { None = 0, NoFix, Garbage, WrongChecksums, HalfSentences, Frozen, TenHertz, Silent };

struct Playing {
    Maker maker = Maker::Ublox;
    int latencyMs = 120;      ///< of the first byte, after its second
    int jitterMs = 10;        ///< at most, before and after
    qint64 shiftSeconds = 0;  ///< that the receiver is ahead
    int baud = 115200;        ///< how long bytes take
    ReceiverFault fault = ReceiverFault::None;
    int leapSource = 2;  ///< of NAV-TIMELS: 0 before the almanac
};

class Receiver {
   public:
    using Copy = std::function<void(const QByteArray&)>;

    /// `copy` gets all bytes too, when they are written, in the receiver's thread.
    explicit Receiver(const Playing& playing = {}, Copy copy = {});
    ~Receiver();
    Receiver(const Receiver&) = delete;
    Receiver& operator=(const Receiver&) = delete;

    [[nodiscard]] QString device() const { return m_device; }
    /// Requests for UBX messages that were answered, as a u-blox receiver does.
    [[nodiscard]] int answered() const { return m_answered; }
    /// What it was sent beside these: anything else may configure it.
    [[nodiscard]] QByteArray otherRequests() const {
        const std::lock_guard lock(m_mutex);
        return m_otherRequests;
    }
    void play(const Playing& playing);
    void unplug();
    /// Another pseudo-terminal; device() is its name.
    void plugIn();

   private:
    void run();
    void playWithoutPause(const Playing& playing);
    void playSecond(const Playing& playing, qint64 second);
    void send(const QByteArray& bytes, int baud);
    void answerUntil(qint64 unixMs, const Playing& playing);
    [[nodiscard]] Playing playing() const;

    const Copy m_copy;
    mutable std::mutex m_mutex;
    Playing m_playing;
    std::unique_ptr<ReceiverPty> m_pty;
    QString m_device;
    qint64 m_frozenAt = 0;   ///< of the thread
    qint64 m_lastTenth = 0;  ///< likewise
    std::atomic<bool> m_isDone{false};
    std::atomic<int> m_answered{0};
    QByteArray m_otherRequests;
    std::thread m_thread;
};

}  // namespace fos1::lab
