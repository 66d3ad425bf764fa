// SPDX-License-Identifier: GPL-2.0-or-later
// Reads what a child process prints, line by line, and no faster than a log can bear: a child that prints more has to
// wait. Must not know what children are for.
#pragma once

#include <QByteArray>
#include <QObject>
#include <QSocketNotifier>
#include <QTimer>
#include <memory>

namespace fos1::host::log {

class ChildOutput final : public QObject {
    Q_OBJECT

   public:
    static constexpr qsizetype kLongestLine = 4096;      ///< longer ones are cut into pieces
    static constexpr qsizetype kBytesPerSecond = 65536;  ///< on average
    static constexpr int kLinesPerSecond = 200;          ///< the others are counted

    /// Takes ownership of the descriptor, the reading end of a pipe.
    explicit ChildOutput(int fd);
    ~ChildOutput() override;

    /// Takes what the pipe holds now, at most what a pipe can hold; for a child that has ended.
    void finish();

   Q_SIGNALS:
    void line(const QByteArray& text);
    /// So many lines of the last second were left out.
    void leftOut(int count);

   private:
    bool readSome();
    void take(const QByteArray& text);
    void split();
    void nextSecond();

    const int m_fd;
    QSocketNotifier m_readable;
    QTimer m_second;
    bool m_isEnded = false;
    QByteArray m_rest;  ///< of a line without its end
    qsizetype m_bytes = 0;
    int m_lines = 0;
    int m_leftOut = 0;
};

/// Logs its lines in this category, after the prefix; a line may begin with its priority (sd-daemon(3)).
void logLines(const ChildOutput& output, const QString& category, const QString& prefix);

}  // namespace fos1::host::log
