// SPDX-License-Identifier: MIT
// Knows the home thread of a plugin and remembers the calls that came from another one. The only part of the kit that
// may be called from any thread.
#pragma once

#include <QStringList>
#include <QThread>
#include <mutex>

namespace fos1::testing {

/// The home thread is the one that makes the guard.
class CallGuard {
   public:
    /// Whether a call comes from the home thread. `call` names it, as "bus.publish".
    [[nodiscard]] bool admits(const char* call) {
        if (QThread::currentThread() == m_home) return true;
        const std::lock_guard lock(m_mutex);
        m_strayCalls.append(QString::fromLatin1(call));
        return false;
    }

    /// Calls that were answered WrongThread, in their order.
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
