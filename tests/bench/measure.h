// SPDX-License-Identifier: GPL-2.0-or-later
// What benchmarks measure with: time, memory, and how long the event loop was held; and how they print it.
#pragma once

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QFile>
#include <QTimer>
#include <algorithm>
#include <cstdio>
#include <functional>
#include <utility>

namespace fos1::measure {

inline void line(const char* what, double value, const char* unit, const char* beside = "") {
    std::printf("%-66s %10.2f %-4s  %s\n", what, value, unit, beside);
    std::fflush(stdout);
}

inline double milliseconds(const QElapsedTimer& timer) { return static_cast<double>(timer.nsecsElapsed()) / 1e6; }

/// A field of /proc/self/status (proc(5)), such as "VmRSS".
inline double memoryMiB(const char* field) {
    QFile status(QStringLiteral("/proc/self/status"));
    if (!status.open(QIODevice::ReadOnly)) return 0;
    for (const QByteArray& each : status.readAll().split('\n'))
        if (each.startsWith(field))
            return each.mid(each.indexOf(':') + 1).simplified().split(' ').front().toDouble() / 1024;
    return 0;
}

/// The longest time that the event loop was held, in ms.
class Holds {
   public:
    Holds() {
        m_timer.setTimerType(Qt::PreciseTimer);
        QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] {
            m_longest = std::max(m_longest, milliseconds(m_since) - 1);
            m_since.start();
        });
        m_since.start();
        m_timer.start(1);
    }
    void restart() {
        m_since.start();
        m_longest = 0;
    }
    double take() { return std::exchange(m_longest, 0); }

   private:
    QTimer m_timer;
    QElapsedTimer m_since;
    double m_longest = 0;
};

/// Runs the event loop until it is done, or for so long; whether it is done.
inline bool runUntil(const std::function<bool()>& isDone, qint64 timeoutMs = 60'000) {
    QTimer wake;
    wake.start(5);
    QElapsedTimer timer;
    for (timer.start(); !isDone() && timer.elapsed() < timeoutMs;)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    return isDone();
}

}  // namespace fos1::measure
