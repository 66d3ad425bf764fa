// SPDX-License-Identifier: GPL-2.0-or-later
// The objects on one connection, and what of their changes has not been told yet. Changes are told in a round at most
// ten times a second and only while the bus takes them in, so that however slow it is, it costs one object one entry
// here.
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

    /// `link` outlives this.
    explicit ObjectTree(BusLink& link, QObject* parent = nullptr);

    /// Shows the object, or gives the one that is there new values. `shapes` and `act` are read only for a new one. An
    /// object that D-Bus refuses is logged and left out.
    void put(const std::string& path, const ObjectValues& values, const Shapes& shapes,
             const ExportedObject::Act& act = {});
    void remove(const std::string& path);

    /// Makes the object at kRootPath the one that lists all (org.freedesktop.DBus.ObjectManager).
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
    std::string m_lastTold;  ///< the next one is after it, so that each has its turn
    QTimer m_timer;
    QElapsedTimer m_sinceRound;
};

}  // namespace fos1::host::dbus
