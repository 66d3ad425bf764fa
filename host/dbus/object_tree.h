// SPDX-License-Identifier: GPL-2.0-or-later
// The objects exported on one connection, and the changes to them that are not announced yet. Changes are announced in
// rounds, at most ten per second and only while the bus reads them. A slow bus therefore costs at most one pending
// entry per object.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "dbus/bus_link.h"
#include "dbus/exported_object.h"

namespace fos1::host::dbus {

class ObjectTree : public QObject {
    Q_OBJECT
   public:
    static constexpr int kRoundMs = 100;
    using Shapes = std::function<std::vector<InterfaceShape>()>;

    /// `link` outlives this object.
    explicit ObjectTree(BusLink& link, QObject* parent = nullptr);

    /// Exports the object, or gives an exported one new values. `shapes` and `act` are used only for a new object. An
    /// object that D-Bus refuses is logged and omitted.
    void put(const std::string& path, const ObjectValues& values, const Shapes& shapes,
             const ExportedObject::Act& act = {});
    void remove(const std::string& path);

    /// Makes the object at kRootPath the one that lists all objects (org.freedesktop.DBus.ObjectManager).
    void manage();

    void clear();

   private:
    void plan();
    void round();
    [[nodiscard]] bool tellNext();
    void tellRemoved(const std::string& path, const std::vector<std::string>& interfaces);

    BusLink& m_link;
    std::map<std::string, std::unique_ptr<ExportedObject>> m_objects;
    std::map<std::string, std::vector<std::string>> m_removed;  ///< interfaces by path
    std::set<std::string> m_changed;
    std::string m_lastTold;  ///< the next announcement comes after this path, so that every object has its turn
    QTimer m_timer;
    QElapsedTimer m_sinceRound;
};

}  // namespace fos1::host::dbus
