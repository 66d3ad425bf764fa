// SPDX-License-Identifier: GPL-2.0-or-later
// The daemon's event loop. An exception that escapes from an event of a plugin ends that plugin, not the host. Events
// that hold up the others are reported.
#pragma once

#include <QCoreApplication>
#include <chrono>
#include <exception>
#include <functional>

namespace fos1::host {

class HostApplication : public QCoreApplication {
   public:
    /// Receives an exception of the main thread, and the class of the object that had the event. False: it is nobody's,
    /// and then ends the program.
    using OnThrow = std::function<bool(const std::exception_ptr& exception, const char* receiver)>;

    /// Receives how long an event of the main thread held the loop, if that was more than kLongTurn, and the class of
    /// the object that had it.
    using OnLongTurn = std::function<void(std::chrono::nanoseconds took, const char* receiver)>;
    static constexpr std::chrono::milliseconds kLongTurn{50};

    using QCoreApplication::QCoreApplication;
    void onThrow(OnThrow onThrow) { m_onThrow = std::move(onThrow); }
    void onLongTurn(OnLongTurn onLongTurn) { m_onLongTurn = std::move(onLongTurn); }
    bool notify(QObject* receiver, QEvent* event) override;

   private:
    bool deliver(QObject* receiver, QEvent* event, const char* name);

    OnThrow m_onThrow;
    OnLongTurn m_onLongTurn;
    bool m_isInTurn = false;  ///< events that one event sends belong to it
};

}  // namespace fos1::host
