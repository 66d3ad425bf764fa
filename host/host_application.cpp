// SPDX-License-Identifier: GPL-2.0-or-later
#include "host_application.h"

#include <QThread>

namespace fos1::host {

bool HostApplication::notify(QObject* receiver, QEvent* event) {
    // Afterwards it may be deleted.
    const char* name = receiver->metaObject()->className();
    if (QThread::currentThread() != thread() || m_isInTurn) return deliver(receiver, event, name);
    m_isInTurn = true;
    const auto began = std::chrono::steady_clock::now();
    const bool isTaken = deliver(receiver, event, name);
    m_isInTurn = false;
    const auto took = std::chrono::steady_clock::now() - began;
    if (took > kLongTurn && m_onLongTurn) m_onLongTurn(took, name);
    return isTaken;
}

bool HostApplication::deliver(QObject* receiver, QEvent* event, const char* name) {
    try {
        return QCoreApplication::notify(receiver, event);
    } catch (...) {
        const bool isOurThread = QThread::currentThread() == thread();
        if (!isOurThread || !m_onThrow || !m_onThrow(std::current_exception(), name)) throw;
        return true;
    }
}

}  // namespace fos1::host
