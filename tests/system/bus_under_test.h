// SPDX-License-Identifier: GPL-2.0-or-later
// A real message bus of type "system" with the policy from deploy/, and the usual clients to query it.
#pragma once

#include <sdbus-c++/IConnection.h>

#include <memory>

#include "lab.h"

namespace fos1::system {

class BusUnderTest {
   public:
    /// `name` distinguishes the buses of one lab. Starts nothing yet.
    BusUnderTest(const lab::Lab& lab, const QString& name);

    /// Additional configuration of the bus: limits, policies.
    QByteArray extra;

    /// Starts the bus and waits until it answers.
    bool start();
    void kill();

    [[nodiscard]] QString address() const { return QStringLiteral("unix:path=") + m_socket; }
    /// The section of host.yaml that replaces `dbus: {enabled: false}`.
    [[nodiscard]] QByteArray config() const { return "dbus: {address: '" + address().toUtf8() + "'}"; }
    [[nodiscard]] lab::Daemon& process() const { return *m_process; }

    // These run the event loop until the answer arrives.
    // busctl(1), as another user when `uid` is not 0.
    [[nodiscard]] lab::CommandResult busctl(const QStringList& arguments, int uid = 0) const;
    /// busctl get-property on an object below /io/fos1/Host1.
    [[nodiscard]] QByteArray property(const QString& path, const QString& interface, const QString& name) const;
    /// gdbus call of a method of io.fos1.Host1. Unlike busctl, it shows the message of an error.
    [[nodiscard]] lab::CommandResult gdbus(const QString& path, const QString& method, int uid = 0) const;
    /// A long-running client; its log contains its output.
    [[nodiscard]] std::unique_ptr<lab::Daemon> client(const QString& name, const QStringList& command) const;
    /// A connection of this process to the running bus.
    [[nodiscard]] std::unique_ptr<sdbus::IConnection> connection() const;

   private:
    const lab::Lab& m_lab;
    QString m_name;
    QString m_socket;
    std::unique_ptr<lab::Daemon> m_process;
};

}  // namespace fos1::system
