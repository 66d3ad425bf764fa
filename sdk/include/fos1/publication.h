// SPDX-License-Identifier: MIT
// A topic as a publisher uses it. The publisher sets the desired values; changed values are published, removed values
// are retracted, and unchanged values cost nothing. Thousands of values are published in slices. Inline. For the
// plugin's home thread, which needs an event loop.
#pragma once

#include <map>
#include <set>
#include <utility>

#include "fos1/slices.h"
#include "fos1/topic.h"

namespace fos1 {

template <typename Payload>
class Publication final {
   public:
    using Values = std::map<QString, Payload>;

    /// `bus` outlives it. `done` is called whenever all due changes are published.
    explicit Publication(IBus& bus, std::function<void()> done = {})
        : m_bus(bus), m_done(std::move(done)), m_slices([this] { return publishOne(); }) {}
    Publication(const Publication&) = delete;
    Publication& operator=(const Publication&) = delete;

    /// Sets exactly these values. All others are retracted with the reason `whyGone`.
    void show(Values values, const QString& whyGone) {
        std::set<QString> gone;
        for (const auto& [key, value] : m_values)
            if (!values.contains(key)) gone.insert(key);
        for (const QString& key : gone) retract(key, whyGone);
        for (auto& [key, value] : values) set(key, std::move(value));
    }

    /// Publishes the value on a later turn of the loop, after all retractions. Does nothing when the value is
    /// unchanged.
    void set(const QString& key, Payload value) {
        const auto known = m_values.find(key);
        if (known != m_values.end() && known->second == value) return;
        m_values.insert_or_assign(key, std::move(value));
        ++m_revision;
        m_gone.erase(key);
        m_due.insert(key);
        m_slices.start();
    }

    /// Retracts the value on a later turn of the loop. If the key is set again before, subscribers see a change
    /// instead. Does nothing when the key has no value.
    void retract(const QString& key, const QString& why) {
        if (m_values.erase(key) == 0) return;
        ++m_revision;
        m_due.erase(key);
        m_gone.insert_or_assign(key, why);
        m_slices.start();
    }

    void retractAll(const QString& why) { show({}, why); }

    /// Discards unpublished changes. Published values stay: the host reports that their publisher is gone.
    void stop() {
        m_slices.stop();
        m_due.clear();
        m_gone.clear();
    }

    /// The values as published, or as they will be published.
    [[nodiscard]] const Values& values() const { return m_values; }
    /// Changes whenever values() changes.
    [[nodiscard]] quint64 revision() const { return m_revision; }

   private:
    bool publishOne() {
        if (!m_gone.empty()) {
            const auto gone = m_gone.extract(m_gone.begin());
            m_bus.retract(QString::fromLatin1(Payload::kTopic), gone.key(), gone.mapped());
        } else if (!m_due.empty()) {
            const QString key = m_due.extract(m_due.begin()).value();
            publish(m_bus, key, m_values.at(key));
        }
        if (!m_gone.empty() || !m_due.empty()) return true;
        if (m_done) m_done();
        return false;
    }

    IBus& m_bus;
    const std::function<void()> m_done;
    Values m_values;
    std::set<QString> m_due;
    std::map<QString, QString> m_gone;  ///< to be retracted, with the reason
    quint64 m_revision = 0;
    Slices m_slices;
};

}  // namespace fos1
