// SPDX-License-Identifier: GPL-2.0-or-later
// A control socket before the one of a real Kea server. It counts the commands, and lets a test do something right
// before a command reaches the server, or right after the server has carried it out and before anybody knows.
#pragma once

#include <QLocalServer>
#include <QLocalSocket>
#include <functional>

namespace fos1::system {

enum class Moment { Unknown = 0, Before, After };

class ControlProxy final : public QObject {
    Q_OBJECT

   public:
    /// `number` counts from 1 since the last restart().
    using Watch = std::function<void(int number, const QString& command, Moment moment)>;

    ControlProxy(const QString& path, QString server, Watch watch);

    void restart() { m_commands.clear(); }
    /// Since the last restart().
    [[nodiscard]] const QStringList& commands() const { return m_commands; }

   private:
    void accept();
    void forward(QLocalSocket* client, const QByteArray& request, const QString& command);

    const QString m_serverPath;
    const Watch m_watch;
    QLocalServer m_server;
    QStringList m_commands;
};

}  // namespace fos1::system
