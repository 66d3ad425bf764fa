// SPDX-License-Identifier: MIT
// Knows the home thread of a plugin and records the calls from other threads. This is the only part of the kit that may
// be called from any thread.
#pragma once

#include <QStringList>
#include <QThread>
#include <mutex>

namespace fos1::testing {

/// The home thread is the thread that creates the guard.
class CallGuard {
   public:
    /// Whether a call comes from the home thread. `call` names the call, such as "bus.publish".
    [[nodiscard]] bool admits(const char* call) {
        const std::lock_guard lock(m_mutex);
        ++m_count;
        m_last = call;
        if (QThread::currentThread() == m_home) return true;
        m_strayCalls.append(QString::fromLatin1(call));
        return false;
    }

    /// The calls that got WrongThread, in order.
    [[nodiscard]] QStringList strayCalls() const {
        const std::lock_guard lock(m_mutex);
        return m_strayCalls;
    }

    /// The number of calls so far, from any thread, and the name of the last one.
    [[nodiscard]] std::size_t count() const {
        const std::lock_guard lock(m_mutex);
        return m_count;
    }
    [[nodiscard]] QString last() const {
        const std::lock_guard lock(m_mutex);
        return QString::fromLatin1(m_last);
    }

   private:
    QThread* m_home = QThread::currentThread();
    mutable std::mutex m_mutex;
    QStringList m_strayCalls;
    std::size_t m_count = 0;
    const char* m_last = "";
};

}  // namespace fos1::testing
