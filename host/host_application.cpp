// SPDX-License-Identifier: GPL-2.0-or-later
#include "host_application.h"

#include <QThread>

namespace fos1::host {

bool HostApplication::notify(QObject* receiver, QEvent* event) {
    // Afterwards it may be deleted.
    const char* name = receiver->metaObject()->className();
    try {
        return QCoreApplication::notify(receiver, event);
    } catch (...) {
        const bool isOurThread = QThread::currentThread() == thread();
        if (!isOurThread || !m_onThrow || !m_onThrow(std::current_exception(), name)) throw;
        return true;
    }
}

}  // namespace fos1::host
