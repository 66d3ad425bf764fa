// SPDX-License-Identifier: GPL-2.0-or-later
#include "log/child_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "log/log_output.h"

namespace fos1::host::log {

namespace {

constexpr qsizetype kAtOnce = 16 * 1024;
/// pipe(7).
constexpr int kPipeBytes = 65536;

}  // namespace

ChildOutput::ChildOutput(int fd) : m_fd(fd), m_readable(fd, QSocketNotifier::Read) {
    ::fcntl(m_fd, F_SETFL, ::fcntl(m_fd, F_GETFL) | O_NONBLOCK);
    connect(&m_readable, &QSocketNotifier::activated, this, [this] {
        if (!readSome()) m_readable.setEnabled(false);
    });
    m_second.setInterval(std::chrono::seconds(1));
    connect(&m_second, &QTimer::timeout, this, &ChildOutput::nextSecond);
}

ChildOutput::~ChildOutput() {
    m_readable.setEnabled(false);
    ::close(m_fd);
}

void ChildOutput::finish() {
    // Its children may go on to write; what it wrote itself fits the pipe.
    for (int i = 0; i < kPipeBytes / kAtOnce + 1 && readSome(); ++i)
        ;
    m_isEnded = true;
    m_readable.setEnabled(false);
    if (!m_rest.isEmpty()) take(std::exchange(m_rest, {}));
    nextSecond();
    m_second.stop();
}

/// False at the end, and when enough was read for this second.
bool ChildOutput::readSome() {
    QByteArray bytes(kAtOnce, Qt::Uninitialized);
    ssize_t count = 0;
    do {
        count = ::read(m_fd, bytes.data(), static_cast<std::size_t>(bytes.size()));
    } while (count < 0 && errno == EINTR);
    if (count < 0) return errno == EAGAIN;
    m_isEnded = count == 0;
    if (m_isEnded) return false;
    if (!m_second.isActive()) m_second.start();
    m_rest += bytes.left(count);
    m_bytes += count;
    split();
    return m_bytes < kBytesPerSecond;
}

void ChildOutput::split() {
    qsizetype from = 0;
    for (;;) {
        qsizetype end = m_rest.indexOf('\n', from);
        if (end < 0 && m_rest.size() - from <= kLongestLine) break;
        const bool isCut = end < 0 || end - from > kLongestLine;
        if (isCut) end = from + kLongestLine;
        take(m_rest.mid(from, end - from));
        from = isCut ? end : end + 1;
    }
    m_rest.remove(0, from);
}

void ChildOutput::take(const QByteArray& text) {
    if (++m_lines > kLinesPerSecond)
        ++m_leftOut;
    else
        Q_EMIT line(text);
}

void ChildOutput::nextSecond() {
    if (m_leftOut > 0) Q_EMIT leftOut(m_leftOut);
    const bool wasIdle = m_bytes == 0;
    m_bytes = 0;
    m_lines = 0;
    m_leftOut = 0;
    if (wasIdle) m_second.stop();
    m_readable.setEnabled(!m_isEnded);
}

void logLines(const ChildOutput& output, const QString& category, const QString& prefix) {
    QObject::connect(&output, &ChildOutput::line, &output, [category, prefix](const QByteArray& line) {
        const auto [priority, text] = prioritized(line, Priority::Info);
        write(priority, category, prefix + QString::fromUtf8(text));
    });
    QObject::connect(&output, &ChildOutput::leftOut, &output, [category, prefix](int count) {
        write(Priority::Warning, category, prefix + QStringLiteral("printed %1 more lines within a second").arg(count));
    });
}

}  // namespace fos1::host::log
