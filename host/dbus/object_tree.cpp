// SPDX-License-Identifier: GPL-2.0-or-later
#include "dbus/object_tree.h"

#include <sdbus-c++/Error.h>

#include "dbus/dbus_names.h"
#include "fos1/logging.h"

namespace fos1::host::dbus {

namespace {
FOS1_LOG(lcTree, "host.dbus.tree")
constexpr qint64 kTurnMs = 5;
}  // namespace

ObjectTree::ObjectTree(BusLink& link, QObject* parent) : QObject(parent), m_link(link) {
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &ObjectTree::round);
    connect(&m_link, &BusLink::clear, this, &ObjectTree::plan);
}

void ObjectTree::put(const std::string& path, const ObjectValues& values, const Shapes& shapes,
                     const ExportedObject::Act& act) {
    sdbus::IConnection* connection = m_link.connection();
    if (!connection) return;
    if (const auto it = m_objects.find(path); it != m_objects.end()) {
        it->second->set(values);
    } else {
        try {
            m_objects[path] = std::make_unique<ExportedObject>(*connection, path, shapes(), values, act);
        } catch (const sdbus::Error& error) {
            m_objects.erase(path);
            qCWarning(lcTree).noquote() << "object omitted path=" + QString::fromStdString(path)
                                        << "reason=" + QString::fromStdString(error.getMessage());
            return;
        }
        // We do not own our name yet, so clients find the objects that exist by then by listing them.
        if (m_link.state() != LinkState::Connected) m_objects[path]->skipAnnouncement();
    }
    m_changed.insert(path);
    plan();
}

void ObjectTree::remove(const std::string& path) {
    const auto it = m_objects.find(path);
    if (it == m_objects.end()) return;
    if (it->second->isAnnounced()) m_removed[path] = it->second->interfaces();
    m_objects.erase(it);
    m_changed.erase(path);
    plan();
}

void ObjectTree::manage() {
    const auto it = m_objects.find(kRootPath);
    if (it == m_objects.end()) return;
    try {
        it->second->manageObjects();
    } catch (const sdbus::Error& error) {
        qCWarning(lcTree).noquote() << "objects cannot be listed:" << QString::fromStdString(error.getMessage());
    }
}

void ObjectTree::clear() {
    m_timer.stop();
    m_changed.clear();
    m_removed.clear();
    m_objects.clear();
}

void ObjectTree::plan() {
    if (m_timer.isActive() || !m_link.isClear() || (m_changed.empty() && m_removed.empty())) return;
    const qint64 passed = m_sinceRound.isValid() ? m_sinceRound.elapsed() : kRoundMs;
    m_timer.start(static_cast<int>(std::max<qint64>(kRoundMs - passed, 0)));
}

void ObjectTree::round() {
    QElapsedTimer spent;
    spent.start();
    while (m_link.isClear() && !(m_changed.empty() && m_removed.empty())) {
        if (spent.hasExpired(kTurnMs)) return m_timer.start(kTurnMs);
        const bool isTold = tellNext();
        // This also detects a lost connection.
        m_link.arm();
        if (!isTold) return m_timer.start(kRoundMs);
    }
    m_sinceRound.start();
}

bool ObjectTree::tellNext() {
    try {
        if (!m_removed.empty()) {
            const auto gone = m_removed.extract(m_removed.begin());
            tellRemoved(gone.key(), gone.mapped());
            return true;
        }
        auto next = m_changed.upper_bound(m_lastTold);
        if (next == m_changed.end()) next = m_changed.begin();
        m_lastTold = *next;
        m_changed.erase(next);
        m_objects.at(m_lastTold)->announce();
        return true;
    } catch (const sdbus::Error& error) {
        qCDebug(lcTree).noquote() << "change not announced:" << QString::fromStdString(error.getMessage());
        return false;
    }
}

void ObjectTree::tellRemoved(const std::string& path, const std::vector<std::string>& interfaces) {
    const auto root = m_objects.find(kRootPath);
    if (root != m_objects.end()) root->second->tellRemoved(path, interfaces);
}

}  // namespace fos1::host::dbus
