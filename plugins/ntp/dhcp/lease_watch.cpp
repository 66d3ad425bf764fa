// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp/lease_watch.h"

#include <QFileInfo>

namespace fos1::ntp {

LeaseWatch::LeaseWatch(LeasePlaces places, QObject* parent) : QObject(parent), m_places(std::move(places)) {
    m_timer.setSingleShot(true);
    m_timer.setInterval(kTogether);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        follow();
        Q_EMIT changed();
    });
    const auto note = [this] {
        if (!m_timer.isActive()) m_timer.start();
    };
    connect(&m_watcher, &QFileSystemWatcher::fileChanged, this, note);
    connect(&m_watcher, &QFileSystemWatcher::directoryChanged, this, note);
}

void LeaseWatch::watch(const std::vector<QString>& interfaces) {
    m_interfaces = interfaces;
    if (interfaces.empty()) m_timer.stop();
    follow();
}

/// A directory reports files that come and go, and a file what is written to it. Of what is gone, the watcher drops the
/// watch by itself.
void LeaseWatch::follow() {
    QStringList wanted;
    for (const QString& interface : m_interfaces)
        for (const QString& file : leaseFiles(m_places, interface)) wanted << file << QFileInfo(file).path();
    wanted.removeDuplicates();
    wanted.removeIf([](const QString& path) { return !QFileInfo::exists(path); });
    const QStringList watched = m_watcher.files() + m_watcher.directories();
    for (const QString& path : watched)
        if (!wanted.contains(path)) m_watcher.removePath(path);
    for (const QString& path : wanted)
        if (!watched.contains(path)) m_watcher.addPath(path);
}

}  // namespace fos1::ntp
