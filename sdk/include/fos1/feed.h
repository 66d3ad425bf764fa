// SPDX-License-Identifier: MIT
// A topic as a subscriber uses it: the values by key, the standing of each value, and one call for all changes in a
// turn of the event loop. Inline. For the plugin's home thread.
#pragma once

#include <QTimer>
#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "fos1/topic.h"

namespace fos1 {

/// How far the value of a key can be relied upon. A payload that cannot be decoded is ignored: the previous value
/// stays.
enum class Standing {
    Unknown = 0,  ///< the key does not exist
    Known,        ///< its publisher is running and has published it
    Stale,        ///< its publisher is running, but did not renew it within its TTL
    Withdrawn,    ///< its publisher retracted it
    Orphaned,     ///< its publisher stopped or crashed without retracting it; it may or may not come back
};

/// What happens to a retracted value.
enum class WithdrawnValues {
    Unknown = 0,
    Forgotten,  ///< its key is removed
    Held,       ///< kept until forget(), for subscribers that must not act on every short interruption
};

template <typename Payload>
class Feed final {
   public:
    using Values = std::map<QString, Payload>;

    /// Subscribes for its lifetime. `bus` outlives it. `changed` is called once for all changes in one turn of the
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

    /// All values of any standing, except forgotten ones.
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

    /// Whether `is(value)` holds for any value of this standing, which must not be Known.
    template <typename Is>
    [[nodiscard]] bool anyOf(Standing standing, Is is) const {
        return std::any_of(m_doubts.begin(), m_doubts.end(),
                           [&](const auto& each) { return each.second == standing && is(m_values.at(each.first)); });
    }

    /// Forgets the values of this standing, which must not be Known, for which `is(value)` holds. They count as
    /// changed.
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

    /// The keys whose value or standing changed since the last call, including removed keys.
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
            // A retracted value stays Withdrawn.
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
    std::map<QString, Standing> m_doubts;  ///< of the keys that are not Known
    std::set<QString> m_changedKeys;
    QTimer m_soon;
    Subscription<Payload> m_subscription;
};

}  // namespace fos1
