// SPDX-License-Identifier: MIT
// Runs work on thousands of items in slices and frees the event loop in between: a call of the host may take 50 ms.
// Inline. For the plugin's home thread, which needs an event loop.
#pragma once

#include <QElapsedTimer>
#include <QTimer>
#include <chrono>
#include <functional>
#include <utility>

namespace fos1 {

class Slices {
   public:
    static constexpr std::chrono::milliseconds kSlice{15};

    /// `step` does a small part of the work and returns whether more remains. It may call start() and stop(). It
    /// outlives this object, with everything that it refers to.
    explicit Slices(std::function<bool()> step) : m_step(std::move(step)) {
        m_next.setSingleShot(true);
        m_next.setInterval(0);
        QObject::connect(&m_next, &QTimer::timeout, &m_next, [this] { work(); });
    }

    /// Starts the work on the next turn of the loop. Does nothing when it is already under way.
    void start() {
        if (!m_next.isActive()) m_next.start();
    }
    /// Runs a first slice now, the rest on later turns of the loop.
    void startNow() {
        m_next.stop();
        work();
    }
    /// No step is called until the next start.
    void stop() {
        m_next.stop();
        ++m_stops;
    }
    [[nodiscard]] bool isWaiting() const { return m_next.isActive(); }

   private:
    void work() {
        QElapsedTimer timer;
        timer.start();
        const int stops = m_stops;
        while (m_step()) {
            if (stops != m_stops) return;
            if (timer.elapsed() < kSlice.count()) continue;
            start();
            return;
        }
    }

    std::function<bool()> m_step;
    QTimer m_next;
    int m_stops = 0;
};

}  // namespace fos1
