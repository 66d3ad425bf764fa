// SPDX-License-Identifier: GPL-2.0-or-later
// The features by which a plugin follows the status of all objects and all events. For plugin_facade.cpp only.
#pragma once

#include <QObject>
#include <QTimer>
#include <deque>
#include <set>
#include <utility>

#include "plugins/plugin_facade.h"
#include "status/event_log.h"
#include "status/status_store.h"

namespace fos1::host {

class PluginFacade::StatusFeed final : public QObject, public IStatusFeed {
   public:
    explicit StatusFeed(PluginFacade& facade) : m_facade(facade) {
        m_timer.setSingleShot(true);
        m_timer.setInterval(0);
        connect(&m_timer, &QTimer::timeout, this, &StatusFeed::deliver);
    }
    int subscribe(IStatusListener* listener) override {
        if (const Status gate = m_facade.gate(); gate != Status::Ok) return static_cast<int>(gate);
        if (!listener) return static_cast<int>(Status::InvalidArgument);
        if (m_listeners.empty())
            connect(&m_facade.m_services.status, &StatusStore::changed, this, &StatusFeed::onChanged);
        m_listeners.insert(listener);
        m_new.insert(listener);
        m_timer.start();
        return static_cast<int>(Status::Ok);
    }
    int unsubscribe(IStatusListener* listener) override {
        if (!m_facade.isHomeThread()) return static_cast<int>(Status::WrongThread);
        m_listeners.erase(listener);
        m_new.erase(listener);
        return static_cast<int>(Status::Ok);
    }

   private:
    void onChanged(const ObjectKey& key) {
        if (StatusStore::isPlugin(key)) return;
        m_changed.insert(key);
        if (!m_timer.isActive()) m_timer.start();
    }
    void deliver() {
        const auto changed = std::exchange(m_changed, {});
        const auto fresh = std::exchange(m_new, {});
        const auto listeners = m_listeners;
        for (IStatusListener* listener : listeners) {
            if (!fresh.contains(listener)) {
                tell(listener, changed);
                continue;
            }
            std::set<ObjectKey> all;
            for (const ObjectKey& key : m_facade.m_services.status.keys())
                if (!StatusStore::isPlugin(key)) all.insert(key);
            tell(listener, all);
        }
    }
    void tell(IStatusListener* listener, const std::set<ObjectKey>& keys) {
        for (const ObjectKey& key : keys) {
            if (!m_listeners.contains(listener)) return;
            const QCborMap status = m_facade.m_services.status.status(key);
            m_facade.callBack("onStatus", [&] { listener->onStatus(key.toCbor(), status); });
        }
    }

    PluginFacade& m_facade;
    QTimer m_timer;
    std::set<IStatusListener*> m_listeners;
    std::set<IStatusListener*> m_new;  ///< have not received the initial statuses yet
    std::set<ObjectKey> m_changed;
};

class PluginFacade::EventFeed final : public QObject, public IEventFeed {
   public:
    explicit EventFeed(PluginFacade& facade) : m_facade(facade) {
        m_timer.setSingleShot(true);
        m_timer.setInterval(0);
        connect(&m_timer, &QTimer::timeout, this, &EventFeed::deliver);
    }
    int subscribe(IEventListener* listener) override {
        if (const Status gate = m_facade.gate(); gate != Status::Ok) return static_cast<int>(gate);
        if (!listener) return static_cast<int>(Status::InvalidArgument);
        if (m_listeners.empty())
            connect(&m_facade.m_services.events, &EventLog::recorded, this, &EventFeed::onRecorded);
        m_listeners.insert(listener);
        return static_cast<int>(Status::Ok);
    }
    int unsubscribe(IEventListener* listener) override {
        if (!m_facade.isHomeThread()) return static_cast<int>(Status::WrongThread);
        m_listeners.erase(listener);
        if (m_listeners.empty()) m_facade.m_services.events.disconnect(this);
        return static_cast<int>(Status::Ok);
    }

   private:
    void onRecorded(const Event& event) {
        m_events.push_back(event);
        if (m_events.size() > EventLog::kCapacity) m_events.pop_front();
        if (!m_timer.isActive()) m_timer.start();
    }
    void deliver() {
        const auto events = std::exchange(m_events, {});
        const auto listeners = m_listeners;
        for (const Event& event : events) {
            QCborMap map{{QStringLiteral("type"), event.type},
                         {QStringLiteral("reason"), event.reason},
                         {QStringLiteral("message"), event.message},
                         {QStringLiteral("source"), event.source},
                         {QStringLiteral("count"), event.count},
                         {QStringLiteral("firstTime"), event.firstTime.toString(Qt::ISODateWithMs)},
                         {QStringLiteral("lastTime"), event.lastTime.toString(Qt::ISODateWithMs)}};
            if (!event.regarding.name.isEmpty()) map.insert(QStringLiteral("regarding"), event.regarding.toCbor());
            for (IEventListener* listener : listeners)
                if (m_listeners.contains(listener)) m_facade.callBack("onEvent", [&] { listener->onEvent(map); });
        }
    }

    PluginFacade& m_facade;
    QTimer m_timer;
    std::set<IEventListener*> m_listeners;
    std::deque<Event> m_events;
};

}  // namespace fos1::host
