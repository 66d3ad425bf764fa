// SPDX-License-Identifier: GPL-2.0-or-later
#include "dnsmasq/read_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <QFile>
#include <array>
#include <cerrno>
#include <cstring>

namespace fos1::dhcp {

ReadWatch::~ReadWatch() { stop(); }

tl::expected<void, Error> ReadWatch::start(const QString& directory) {
    stop();
    m_inotify = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (m_inotify < 0 ||
        ::inotify_add_watch(m_inotify, QFile::encodeName(directory).constData(), IN_CLOSE_NOWRITE | IN_ONLYDIR) < 0) {
        const int error = errno;
        stop();
        return failure(error == ENOENT ? ErrorCode::NotFound : ErrorCode::Refused,
                       QString::fromLocal8Bit(std::strerror(error)), directory);
    }
    m_notifier = std::make_unique<QSocketNotifier>(m_inotify, QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &ReadWatch::take);
    return {};
}

void ReadWatch::stop() {
    if (m_notifier) m_notifier->setEnabled(false);
    if (m_notifier) m_notifier.release()->deleteLater();  // a listener may stop the watch
    if (m_inotify >= 0) ::close(m_inotify);
    m_inotify = -1;
}

/// One buffer in each turn of the event loop.
void ReadWatch::take() {
    alignas(inotify_event) std::array<char, 32 * 1024> buffer{};
    const ssize_t length = ::read(m_inotify, buffer.data(), buffer.size());
    for (ssize_t at = 0; at < length && m_inotify >= 0;) {
        const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
        at += static_cast<ssize_t>(sizeof(inotify_event)) + event->len;
        if ((event->mask & IN_Q_OVERFLOW) != 0)
            Q_EMIT lost();
        else if ((event->mask & IN_CLOSE_NOWRITE) != 0)
            Q_EMIT read(event->len > 0 ? QFile::decodeName(event->name) : QString());
    }
}

}  // namespace fos1::dhcp
