// SPDX-License-Identifier: GPL-2.0-or-later
#include "network_watch.h"

#include <linux/rtnetlink.h>
#include <net/if.h>

#include <QFileInfo>
#include <algorithm>

namespace fos1::ntp {

namespace {

using std::chrono::steady_clock;

netlink::MonitorOptions monitorOptions() {
    netlink::MonitorOptions options;
    options.groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
    return options;
}

}  // namespace

void NetworkWatch::News::noteAddresses() {
    if (!m_soon.isActive()) m_soon.start();
}

bool NetworkWatch::News::notified(const netlink::Message& message) {
    if (m_own.notified(message)) noteAddresses();
    if (const auto* link = std::get_if<netlink::LinkMessage>(&message))
        return !link->isGone && (link->flags & IFF_RUNNING) != 0;
    return std::visit([](const auto& each) { return !each.isGone; }, message);
}

/// Of a list as a whole nobody can say what is better.
bool NetworkWatch::News::finish() {
    if (m_own.finish()) noteAddresses();
    return false;
}

NetworkWatch::NetworkWatch(OwnAddresses& own, QString resolverFile, QObject* parent)
    : QObject(parent),
      m_own(own),
      m_resolverFile(std::move(resolverFile)),
      m_news(own, m_soon),
      m_monitor(monitorOptions(), m_news) {
    m_timer.setSingleShot(true);
    m_soon.setSingleShot(true);
    m_soon.setInterval(kTogether);
    connect(&m_soon, &QTimer::timeout, this, &NetworkWatch::addressesChanged);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        m_toldAt = steady_clock::now();
        Q_EMIT improved();
    });
    connect(&m_monitor, &netlink::Monitor::changed, this, &NetworkWatch::note);
    connect(&m_monitor, &netlink::Monitor::troubled, this, [this](const QString& why) {
        if (!why.isEmpty()) m_own.lose();
    });
    connect(&m_files, &QFileSystemWatcher::fileChanged, this, &NetworkWatch::onResolverTouched);
    connect(&m_files, &QFileSystemWatcher::directoryChanged, this, &NetworkWatch::onResolverTouched);
}

void NetworkWatch::start() {
    static_cast<void>(m_monitor.start());  // otherwise they are read each time
    watchResolver();
}

void NetworkWatch::note() {
    if (m_timer.isActive()) return;
    const auto rest = std::chrono::ceil<std::chrono::milliseconds>(m_toldAt + kBetween - steady_clock::now());
    m_timer.start(m_toldAt == steady_clock::time_point() ? kQuiet : std::max(kQuiet, rest));
}

/// The file is often a link to one that is replaced as a whole, or is not there yet.
void NetworkWatch::watchResolver() {
    const QFileInfo file(m_resolverFile);
    QStringList paths{file.path()};
    if (file.isSymLink()) paths.append(QFileInfo(file.symLinkTarget()).path());
    if (file.exists()) paths.append(file.canonicalFilePath());
    const QStringList watched = m_files.files() + m_files.directories();
    for (const QString& path : paths)
        if (!watched.contains(path) && QFileInfo::exists(path)) m_files.addPath(path);
    m_resolver = {file.canonicalFilePath(), file.lastModified(), file.size()};
}

void NetworkWatch::onResolverTouched() {
    const Resolver before = m_resolver;
    watchResolver();
    if (m_resolver != before && !m_resolver.path.isEmpty()) note();
}

}  // namespace fos1::ntp
