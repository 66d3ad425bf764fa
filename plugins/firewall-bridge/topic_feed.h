// SPDX-License-Identifier: GPL-2.0-or-later
// The values of a topic by key; apart, those that were taken back and those whose publisher is gone: a restart must not
// open or close a VLAN on the way. Knows no payload.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "fos1/topic.h"

namespace fos1::firewall {

template <typename State>
class TopicFeed final : public IBusListener {
   public:
    /// `changed` is called for each change.
    TopicFeed(IBus& bus, std::function<void()> changed) : m_bus(bus), m_changed(std::move(changed)) {
        m_bus.subscribe(QString::fromLatin1(State::kTopic), this);
    }
    ~TopicFeed() override { m_bus.unsubscribe(QString::fromLatin1(State::kTopic), this); }
    TopicFeed(const TopicFeed&) = delete;
    TopicFeed& operator=(const TopicFeed&) = delete;

    /// Whether nothing holds but what was taken back.
    [[nodiscard]] bool isEmpty() const { return m_states.size() == m_withdrawn.size(); }
    [[nodiscard]] bool hasWithdrawn() const { return !m_withdrawn.empty(); }
    void forgetWithdrawn() {
        forget(m_withdrawn, [](const State&) { return true; });
    }

    /// Whether somebody is there who said any of what holds.
    [[nodiscard]] bool isSpoken() const { return m_states.size() > m_withdrawn.size() + m_orphans.size(); }
    /// Of what those said who are gone.
    template <typename Is>
    [[nodiscard]] bool hasOrphan(Is is) const {
        return std::any_of(m_orphans.begin(), m_orphans.end(),
                           [&](const QString& key) { return is(m_states.at(key)); });
    }
    template <typename Is>
    void forgetOrphans(Is is) {
        forget(m_orphans, is);
    }

    /// What holds, and what was taken back and not forgotten.
    [[nodiscard]] const std::map<QString, State>& states() const { return m_states; }
    /// What changed since this was asked last.
    [[nodiscard]] std::set<QString> takeChanged() { return std::exchange(m_changedKeys, {}); }

    void onState(const QString& /*topic*/, const QString& key, int presence, const QCborMap& value,
                 const QCborMap& meta) override {
        switch (static_cast<Presence>(presence)) {
            case Presence::Value: {
                const auto state = State::decode(value);
                if (!state) return;
                m_withdrawn.erase(key);
                m_orphans.erase(key);
                m_states[key] = *state;
                m_changedKeys.insert(key);
                break;
            }
            case Presence::Stale: return;  // the last word holds
            case Presence::Absent:
            case Presence::Unknown:
                if (!m_states.contains(key)) return;
                if (!meta.value(QStringLiteral("publisher_gone")).isTrue()) {
                    m_orphans.erase(key);
                    m_withdrawn.insert(key);
                } else if (!m_withdrawn.contains(key)) {
                    m_orphans.insert(key);
                }
                break;
        }
        m_changed();
    }

   private:
    template <typename Is>
    void forget(std::set<QString>& keys, Is is) {
        std::erase_if(keys, [&](const QString& key) {
            const auto state = m_states.find(key);
            if (!is(state->second)) return false;
            m_states.erase(state);
            m_changedKeys.insert(key);
            return true;
        });
    }

    IBus& m_bus;
    std::function<void()> m_changed;
    std::map<QString, State> m_states;
    std::set<QString> m_withdrawn;
    std::set<QString> m_orphans;  ///< whose publisher is gone, and did not take them back
    std::set<QString> m_changedKeys;
};

}  // namespace fos1::firewall
