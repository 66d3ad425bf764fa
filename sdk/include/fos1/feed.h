// SPDX-License-Identifier: MIT
// A topic as a subscriber wants it: the values by key, how far each can be relied upon, and one call for all changes of
// a turn of the event loop. Inline; for the plugin's home thread.
#pragma once

#include <QTimer>
#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "fos1/topic.h"

namespace fos1 {

/// How far the value of a key can be relied upon. A value that cannot be decoded changes nothing: the one before it
/// stays.
enum class Standing {
    Unknown = 0,  ///< there is no such key
    Known,        ///< its publisher is there and has published it
    Stale,        ///< its publisher is there, but did not renew it in time (TTL)
    Withdrawn,    ///< its publisher retracted it
    Orphaned,     ///< its publisher stopped or died without retracting it: a restart, or the end
};

/// What becomes of a value that was retracted.
enum class WithdrawnValues {
    Unknown = 0,
    Forgotten,  ///< its key is gone
    Held,       ///< until forget(), for those who must not act on each flutter
};

template <typename Payload>
class Feed final {
   public:
    using Values = std::map<QString, Payload>;

    /// Subscribes for its lifetime; `bus` outlives it. `changed` is called once for all changes of one turn of the
    /// loop, never from inside a call. `undecodable` is called for each payload that cannot be decoded.
    Feed(IBus& bus, std::function<void()> changed, WithdrawnValues withdrawn = WithdrawnValues::Forgotten,
         std::function<void(const QString& key, const Error& mistake)> undecodable = {})
        : m_changed(std::move(changed)),
          m_withdrawn(withdrawn),
          m_undecodable(std::move(undecodable)),
          m_subscription(bus, [this](const QString& key, const TopicState<Payload>& state) { take(key, state); }) {
        m_soon.setSingleShot(true);
        m_soon.setInterval(0);
        QObject::connect(&m_soon, &QTimer::timeout, &m_soon, [this] { m_changed(); });
    }
    Feed(const Feed&) = delete;
    Feed& operator=(const Feed&) = delete;

    /// Whatever their standing, but for what was forgotten.
    [[nodiscard]] const Values& values() const { return m_values; }

    [[nodiscard]] Standing standing(const QString& key) const {
        if (!m_values.contains(key)) return Standing::Unknown;
        const auto doubt = m_doubts.find(key);
        return doubt == m_doubts.end() ? Standing::Known : doubt->second;
    }

    [[nodiscard]] std::size_t count(Standing standing) const {
        if (standing == Standing::Known) return m_values.size() - m_doubts.size();
        return static_cast<std::size_t>(std::count_if(
            m_doubts.begin(), m_doubts.end(), [standing](const auto& each) { return each.second == standing; }));
    }

    /// Whether `is(value)` holds for any value of this standing, which is not Known.
    template <typename Is>
    [[nodiscard]] bool anyOf(Standing standing, Is is) const {
        return std::any_of(m_doubts.begin(), m_doubts.end(),
                           [&](const auto& each) { return each.second == standing && is(m_values.at(each.first)); });
    }

    /// Forgets the values of this standing, which is not Known, for which `is(value)` holds. They count as changed.
    template <typename Is>
    void forget(Standing standing, Is is) {
        std::erase_if(m_doubts, [&](const auto& each) {
            if (each.second != standing || !is(m_values.at(each.first))) return false;
            m_values.erase(each.first);
            m_changedKeys.insert(each.first);
            return true;
        });
    }
    void forget(Standing standing) {
        forget(standing, [](const Payload&) { return true; });
    }

    /// The keys whose value or standing changed since this was called last, those that are gone among them.
    [[nodiscard]] std::set<QString> takeChanged() { return std::exchange(m_changedKeys, {}); }

   private:
    void take(const QString& key, const TopicState<Payload>& state) {
        if (state.mistake) {
            if (m_undecodable) m_undecodable(key, *state.mistake);
            return;
        }
        if (!(state.value ? keep(key, state) : lose(key, state.isPublisherGone))) return;
        m_changedKeys.insert(key);
        if (!m_soon.isActive()) m_soon.start();
    }

    bool keep(const QString& key, const TopicState<Payload>& state) {
        m_values.insert_or_assign(key, *state.value);
        if (state.presence == Presence::Stale)
            m_doubts.insert_or_assign(key, Standing::Stale);
        else
            m_doubts.erase(key);
        return true;
    }

    bool lose(const QString& key, bool isPublisherGone) {
        const Standing before = standing(key);
        if (before == Standing::Unknown) return false;
        if (isPublisherGone) {
            // What was retracted before stays so.
            if (before == Standing::Withdrawn) return false;
            m_doubts.insert_or_assign(key, Standing::Orphaned);
        } else if (m_withdrawn == WithdrawnValues::Held) {
            m_doubts.insert_or_assign(key, Standing::Withdrawn);
        } else {
            m_values.erase(key);
            m_doubts.erase(key);
        }
        return true;
    }

    const std::function<void()> m_changed;
    const WithdrawnValues m_withdrawn;
    const std::function<void(const QString&, const Error&)> m_undecodable;
    Values m_values;
    std::map<QString, Standing> m_doubts;  ///< of those that are not Known
    std::set<QString> m_changedKeys;
    QTimer m_soon;
    Subscription<Payload> m_subscription;
};

}  // namespace fos1
