// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp/lease_watch.h"

#include <QDir>
#include <QFileInfo>

namespace fos1::ntp {

namespace {

/// The nearest directory that exists, of those that lead to `path`.
QString existingParent(const QString& path) {
    QString parent = QFileInfo(path).path();
    while (!QFileInfo::exists(parent) && parent != QFileInfo(parent).path()) parent = QFileInfo(parent).path();
    return parent;
}

}  // namespace

LeaseWatch::LeaseWatch(LeasePlaces places, QObject* parent) : QObject(parent), m_places(std::move(places)) {
    m_timer.setSingleShot(true);
    m_timer.setInterval(kTogether);
    connect(&m_timer, &QTimer::timeout, this, &LeaseWatch::look);
    connect(&m_watcher, &QFileSystemWatcher::fileChanged, this, &LeaseWatch::note);
    connect(&m_watcher, &QFileSystemWatcher::directoryChanged, this, &LeaseWatch::onDirectoryChanged);
}

void LeaseWatch::watch(const std::vector<QString>& interfaces) {
    const bool isSame = interfaces == m_interfaces;
    m_interfaces = interfaces;
    follow();
    if (interfaces.empty()) {
        m_isTouched = false;
        return m_timer.stop();
    }
    if (!isSame || present() != m_present) note();
}

void LeaseWatch::note() {
    m_isTouched = true;
    if (!m_timer.isActive()) m_timer.start();
}

/// What happens in a parent is mostly of no concern: there may be nothing but a new look at what exists.
void LeaseWatch::onDirectoryChanged(const QString& path) {
    if (path == m_places.chronySources || path == m_places.networkd) m_isTouched = true;
    if (!m_timer.isActive()) m_timer.start();
}

void LeaseWatch::look() {
    follow();
    QStringList now = present();
    const bool isNews = m_isTouched || now != m_present;
    m_present = std::move(now);
    m_isTouched = false;
    if (isNews) Q_EMIT changed();
}

/// A directory reports files that come and go, a file what is written to it, and a parent that a directory appears. Of
/// what is gone, the watcher drops the watch by itself.
void LeaseWatch::follow() {
    for (QStringList paths = wanted();;) {
        const QStringList watched = m_watcher.files() + m_watcher.directories();
        for (const QString& path : watched)
            if (!paths.contains(path)) m_watcher.removePath(path);
        for (const QString& path : paths)
            if (!watched.contains(path)) m_watcher.addPath(path);
        // What appeared before its parent was watched is not reported.
        QStringList again = wanted();
        if (again == paths) return;
        paths = std::move(again);
    }
}

QStringList LeaseWatch::present() const {
    QStringList paths;
    if (m_interfaces.empty()) return paths;
    paths << m_places.chronySources << m_places.networkd;
    for (const QString& interface : m_interfaces) paths << leaseFiles(m_places, interface);
    paths.removeIf([](const QString& path) { return !QFileInfo::exists(path); });
    return paths;
}

QStringList LeaseWatch::wanted() const {
    QStringList paths = present();
    if (m_interfaces.empty()) return paths;
    for (const QString& directory : {m_places.chronySources, m_places.networkd})
        if (!paths.contains(directory)) paths << existingParent(directory);
    paths.removeDuplicates();
    return paths;
}

}  // namespace fos1::ntp
