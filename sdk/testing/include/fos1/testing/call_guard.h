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
        if (QThread::currentThread() == m_home) return true;
        const std::lock_guard lock(m_mutex);
        m_strayCalls.append(QString::fromLatin1(call));
        return false;
    }

    /// The calls that got WrongThread, in order.
    [[nodiscard]] QStringList strayCalls() const {
        const std::lock_guard lock(m_mutex);
        return m_strayCalls;
    }

   private:
    QThread* m_home = QThread::currentThread();
    mutable std::mutex m_mutex;
    QStringList m_strayCalls;
};

}  // namespace fos1::testing
