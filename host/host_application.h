// SPDX-License-Identifier: GPL-2.0-or-later
// The daemon's event loop. An exception that escapes from an event of a plugin ends that plugin, not the host.
#pragma once

#include <QCoreApplication>
#include <exception>
#include <functional>

namespace fos1::host {

class HostApplication : public QCoreApplication {
   public:
    /// Receives an exception of the main thread, and the class of the object that had the event. False: it is nobody's,
    /// and then ends the program.
    using OnThrow = std::function<bool(const std::exception_ptr& exception, const char* receiver)>;

    using QCoreApplication::QCoreApplication;
    void onThrow(OnThrow onThrow) { m_onThrow = std::move(onThrow); }
    bool notify(QObject* receiver, QEvent* event) override;

   private:
    OnThrow m_onThrow;
};

}  // namespace fos1::host
