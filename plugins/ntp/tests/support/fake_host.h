// SPDX-License-Identifier: GPL-2.0-or-later
// A host that only remembers what a plugin tells it.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "fos1/features/bus.h"
#include "fos1/features/events.h"
#include "fos1/features/metrics.h"
#include "fos1/features/status.h"
#include "fos1/ihost.h"
#include "time/sync_state.h"

namespace fos1::ntp::test {

class FakeBus final : public IBus {
   public:
    int publish(const QString& topic, const QString& key, const QCborMap& value, qint64 ttlMs) override {
        values[{topic, key}] = value;
        ttl = ttlMs;
        return static_cast<int>(Status::Ok);
    }
    int retract(const QString& topic, const QString& key, const QString& reason) override {
        values.erase({topic, key});
        retractions.append(reason);
        return static_cast<int>(Status::Ok);
    }
    int subscribe(const QString&, IBusListener*) override { return static_cast<int>(Status::NotPermitted); }
    int unsubscribe(const QString&, IBusListener*) override { return static_cast<int>(Status::NotPermitted); }

    [[nodiscard]] std::optional<time::SyncState> sync(const QString& key) const {
        const auto found = values.find({QStringLiteral("time.sync/v1"), key});
        if (found == values.end()) return std::nullopt;
        const auto state = time::SyncState::decode(found->second);
        return state ? std::optional(*state) : std::nullopt;
    }

    std::map<std::pair<QString, QString>, QCborMap> values;
    QStringList retractions;
    qint64 ttl = 0;
};

class FakeStatus final : public IStatus {
   public:
    int setCondition(const QCborMap& object, const QCborMap& condition) override {
        conditions[nameOf(object)][condition.value(QStringLiteral("type")).toString()] = condition;
        return static_cast<int>(Status::Ok);
    }
    int removeCondition(const QCborMap& object, const QString& type) override {
        conditions[nameOf(object)].erase(type);
        return static_cast<int>(Status::Ok);
    }
    int setFields(const QCborMap& object, const QCborMap& map) override {
        fields[nameOf(object)] = map;
        ++writes;
        return static_cast<int>(Status::Ok);
    }

    /// "True/Running", or nothing.
    [[nodiscard]] QString condition(const QString& object, const QString& type) const {
        const QCborMap map = find(object, type);
        if (map.isEmpty()) return {};
        return map.value(QStringLiteral("status")).toString() + u'/' + map.value(QStringLiteral("reason")).toString();
    }
    [[nodiscard]] QString message(const QString& object, const QString& type) const {
        return find(object, type).value(QStringLiteral("message")).toString();
    }
    [[nodiscard]] QCborValue field(const QString& object, const QString& name) const {
        const auto found = fields.find(object);
        return found == fields.end() ? QCborValue() : found->second.value(name);
    }

    std::map<QString, std::map<QString, QCborMap>> conditions;
    std::map<QString, QCborMap> fields;
    int writes = 0;

   private:
    static QString nameOf(const QCborMap& object) { return object.value(QStringLiteral("name")).toString(); }
    [[nodiscard]] QCborMap find(const QString& object, const QString& type) const {
        const auto all = conditions.find(object);
        if (all == conditions.end()) return {};
        const auto found = all->second.find(type);
        return found == all->second.end() ? QCborMap() : found->second;
    }
};

class FakeMetrics final : public IMetrics {
   public:
    struct Metric {
        QString name;
        int decimals = 0;
        std::map<QString, qint64> series;  ///< by the labels' values, in the order of their names
    };

    int declare(const QString& name, int, const QString& help, const QString&, int decimals) override {
        if (help.isEmpty()) return -static_cast<int>(Status::InvalidArgument);
        metrics.push_back({name, decimals, {}});
        return static_cast<int>(metrics.size());
    }
    int set(int metric, const QCborMap& labels, qint64 value) override {
        metrics.at(static_cast<std::size_t>(metric - 1)).series[textOf(labels)] = value;
        return static_cast<int>(Status::Ok);
    }
    int remove(int metric, const QCborMap& labels) override {
        metrics.at(static_cast<std::size_t>(metric - 1)).series.erase(textOf(labels));
        return static_cast<int>(Status::Ok);
    }

    [[nodiscard]] const Metric* find(const QString& name) const {
        for (const Metric& metric : metrics)
            if (metric.name == name) return &metric;
        return nullptr;
    }
    [[nodiscard]] std::optional<qint64> value(const QString& name, const QString& labels = {}) const {
        const Metric* metric = find(name);
        if (!metric || !metric->series.contains(labels)) return std::nullopt;
        return metric->series.at(labels);
    }

    std::vector<Metric> metrics;

   private:
    static QString textOf(const QCborMap& labels) {
        std::map<QString, QString> sorted;
        for (const auto& [name, value] : labels) sorted[name.toString()] = value.toString();
        QStringList values;
        for (const auto& [name, value] : sorted) values.append(value);
        return values.join(u' ');
    }
};

class FakeEvents final : public IEvents {
   public:
    int record(const QCborMap& event) override {
        reasons.append(event.value(QStringLiteral("reason")).toString());
        messages.append(event.value(QStringLiteral("message")).toString());
        return static_cast<int>(Status::Ok);
    }
    QStringList reasons;
    QStringList messages;
};

class FakeHost final : public IHost {
   public:
    struct Completion {
        Outcome outcome = Outcome::Unknown;
        QString message;
        int times = 0;
    };

    FakeHost(QString runtime, QString state, QCborMap config)
        : m_runtime(std::move(runtime)), m_state(std::move(state)), m_config(std::move(config)) {}

    IInterface* query(const QString& iid) override {
        if (iid == QLatin1String(IBus::kIid)) return &bus;
        if (iid == QLatin1String(IStatus::kIid)) return &status;
        if (iid == QLatin1String(IMetrics::kIid)) return &metrics;
        if (iid == QLatin1String(IEvents::kIid)) return &events;
        return nullptr;
    }
    int complete(quint64 ticket, int outcome, int, const QString& message) override {
        Completion& completion = completions[ticket];
        completion = {static_cast<Outcome>(outcome), message, completion.times + 1};
        return static_cast<int>(Status::Ok);
    }
    QCborMap configuration() override { return m_config; }
    QString stateDirectory() override { return m_state; }
    QString runtimeDirectory() override { return m_runtime; }

    FakeBus bus;
    FakeStatus status;
    FakeMetrics metrics;
    FakeEvents events;
    std::map<quint64, Completion> completions;

   private:
    QString m_runtime;
    QString m_state;
    QCborMap m_config;
};

}  // namespace fos1::ntp::test
