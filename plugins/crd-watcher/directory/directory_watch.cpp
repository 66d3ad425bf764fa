// SPDX-License-Identifier: GPL-2.0-or-later
#include "directory/directory_watch.h"

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QFile>
#include <array>
#include <chrono>

namespace fos1::crd {

using namespace std::chrono_literals;

namespace {
constexpr int kReadsATurn = 16;
constexpr qsizetype kMostNames = 10'000;  ///< the directory is listed in any case
constexpr uint32_t kEvents = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_ATTRIB |
                             IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

std::pair<quint64, quint64> placeOf(const QString& directory) {
    struct stat info {};
    if (::stat(QFile::encodeName(directory).constData(), &info) != 0) return {};
    return {info.st_dev, info.st_ino};
}

}  // namespace

DirectoryWatch::DirectoryWatch(QString directory, QObject* parent)
    : QObject(parent), m_directory(std::move(directory)) {
    m_flush.setSingleShot(true);
    m_flush.setInterval(0);
    connect(&m_flush, &QTimer::timeout, this, &DirectoryWatch::flush);
    m_retry.setInterval(1s);
    connect(&m_retry, &QTimer::timeout, this, &DirectoryWatch::attach);
    m_place.setInterval(1s);
    connect(&m_place, &QTimer::timeout, this, &DirectoryWatch::lookForAnother);
}

DirectoryWatch::~DirectoryWatch() { detach(); }

void DirectoryWatch::start() {
    attach();
    m_flush.start();
}

void DirectoryWatch::stop() {
    detach();
    m_retry.stop();
    m_flush.stop();
    m_place.stop();
}

/// A mount over the directory, or a rename of one above it, is not notified.
void DirectoryWatch::lookForAnother() {
    if (m_fd < 0 || placeOf(m_directory) == m_watched) return;
    detach();
    m_retry.start();
    m_flush.start();
}

void DirectoryWatch::attach() {
    m_fd = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (m_fd < 0 || ::inotify_add_watch(m_fd, QFile::encodeName(m_directory).constData(), kEvents) < 0) {
        detach();
        if (!m_retry.isActive()) m_retry.start();
        return;
    }
    m_retry.stop();
    m_watched = placeOf(m_directory);
    m_place.start();
    m_notifier = std::make_unique<QSocketNotifier>(m_fd, QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &DirectoryWatch::read);
    m_flush.start();
}

void DirectoryWatch::detach() {
    if (m_notifier) {
        // This call may come from a signal of the notifier.
        m_notifier->setEnabled(false);
        m_notifier.release()->deleteLater();
    }
    if (m_fd >= 0) ::close(m_fd);
    m_fd = -1;
}

void DirectoryWatch::read() {
    alignas(inotify_event) std::array<char, 16 * 1024> buffer{};
    bool isGone = false;
    // Others who keep changing files must not keep us here.
    for (int i = 0; i < kReadsATurn; ++i) {
        const ssize_t length = ::read(m_fd, buffer.data(), buffer.size());
        if (length <= 0) break;
        for (ssize_t at = 0; at < length;) {
            const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
            if (event->len > 0 && m_names.size() < kMostNames) m_names.insert(QFile::decodeName(event->name));
            if ((event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)) != 0) isGone = true;
            at += static_cast<ssize_t>(sizeof(inotify_event)) + event->len;
        }
    }
    if (isGone) {
        detach();
        m_retry.start();
    }
    m_flush.start();
}

void DirectoryWatch::flush() {
    const QSet<QString> names = std::exchange(m_names, {});
    Q_EMIT changed(names);
}

}  // namespace fos1::crd
