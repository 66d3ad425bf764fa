// SPDX-License-Identifier: GPL-2.0-or-later
// Runs the command that makes a server read its files again. Asynchronous and bounded. Must not know which server.
#pragma once

#include <QProcess>
#include <QStringList>
#include <QTimer>
#include <functional>

namespace fos1::dns {

class ReloadCommand final : public QObject {
    Q_OBJECT

   public:
    /// `words`: the program and its arguments, without a shell.
    explicit ReloadCommand(QStringList words);
    ~ReloadCommand() override;

    /// `done` gets what went wrong, or nothing; once, on a later turn. Not while another call is under way.
    void run(std::function<void(const QString& problem)> done);

   private:
    void end(const QString& problem);

    const QStringList m_words;
    std::function<void(const QString&)> m_done;
    QByteArray m_said;
    QProcess m_process;
    QTimer m_deadline;
};

}  // namespace fos1::dns
