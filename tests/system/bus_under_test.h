// SPDX-License-Identifier: GPL-2.0-or-later
// A real message bus of type "system" with the policy that the host is delivered with, and the usual clients to ask it.
#pragma once

#include <sdbus-c++/IConnection.h>

#include <memory>

#include "lab.h"

namespace fos1::system {

class BusUnderTest {
   public:
    /// `name` tells buses of one lab apart; nothing is started yet.
    BusUnderTest(const lab::Lab& lab, const QString& name);

    /// What the bus's configuration holds besides: limits, policies.
    QByteArray extra;

    /// Starts the bus and waits until it answers.
    bool start();
    void kill();

    [[nodiscard]] QString address() const { return QStringLiteral("unix:path=") + m_socket; }
    /// The section of host.yaml in place of `dbus: {enabled: false}`.
    [[nodiscard]] QByteArray config() const { return "dbus: {address: '" + address().toUtf8() + "'}"; }
    [[nodiscard]] lab::Daemon& process() const { return *m_process; }

    // These turn the event loop until the answer is there.
    /// busctl(1), as another user when `uid` is not 0.
    [[nodiscard]] lab::CommandResult busctl(const QStringList& arguments, int uid = 0) const;
    /// busctl get-property of an object below /io/fos1/Host1.
    [[nodiscard]] QByteArray property(const QString& path, const QString& interface, const QString& name) const;
    /// gdbus call of a method of io.fos1.Host1; unlike busctl it shows an error's message.
    [[nodiscard]] lab::CommandResult gdbus(const QString& path, const QString& method, int uid = 0) const;
    /// A long-running client whose output is in its log.
    [[nodiscard]] std::unique_ptr<lab::Daemon> client(const QString& name, const QStringList& command) const;
    /// A connection of this process to the bus, which runs.
    [[nodiscard]] std::unique_ptr<sdbus::IConnection> connection() const;

   private:
    const lab::Lab& m_lab;
    QString m_name;
    QString m_socket;
    std::unique_ptr<lab::Daemon> m_process;
};

}  // namespace fos1::system
