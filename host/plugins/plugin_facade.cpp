// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/plugin_facade.h"

#include <QCborArray>

#include "bus/state_bus.h"
#include "metrics/metric_registry.h"
#include "resources/reconcile_queue.h"
#include "resources/resource_store.h"
#include "status/event_log.h"
#include "status/status_store.h"

namespace fos1::host {

namespace {

int code(Status status) { return static_cast<int>(status); }

std::map<QString, QString> labelsOf(const QCborMap& map) {
    std::map<QString, QString> labels;
    for (const auto& item : map) labels.emplace(item.first.toString(), QCborValue(item.second).toString());
    return labels;
}

}  // namespace

class PluginFacade::Bus final : public IBus {
   public:
    explicit Bus(PluginFacade& facade) : m_facade(facade) {}
    ~Bus() override {
        for (const auto& [topic, listener] : m_subscriptions) bus().unsubscribe(topic, listener);
    }
    int publish(const QString& topic, const QString& key, const QCborMap& value, qint64 ttlMs) override {
        if (!m_facade.isHomeThread()) return code(Status::WrongThread);
        if (!m_facade.m_metadata.publishes.contains(topic)) return code(Status::NotPermitted);
        return code(bus().publish(m_facade.m_metadata.id, topic, key, value, ttlMs));
    }
    int retract(const QString& topic, const QString& key, const QString& reason) override {
        if (!m_facade.isHomeThread()) return code(Status::WrongThread);
        return code(bus().retract(m_facade.m_metadata.id, topic, key, reason));
    }
    int subscribe(const QString& topic, IBusListener* listener) override {
        if (!m_facade.isHomeThread()) return code(Status::WrongThread);
        if (!listener) return code(Status::InvalidArgument);
        if (!m_facade.m_metadata.subscribes.contains(topic)) return code(Status::NotPermitted);
        bus().subscribe(topic, listener);
        m_subscriptions.emplace(topic, listener);
        return code(Status::Ok);
    }
    int unsubscribe(const QString& topic, IBusListener* listener) override {
        if (!m_facade.isHomeThread()) return code(Status::WrongThread);
        bus().unsubscribe(topic, listener);
        m_subscriptions.erase({topic, listener});
        return code(Status::Ok);
    }

   private:
    StateBus& bus() { return m_facade.m_services.bus; }
    PluginFacade& m_facade;
    std::set<std::pair<QString, IBusListener*>> m_subscriptions;
};

class PluginFacade::StatusFeature final : public IStatus {
   public:
    explicit StatusFeature(PluginFacade& facade) : m_facade(facade) {}
    int setCondition(const QCborMap& object, const QCborMap& condition) override {
        return with(object, [&](const ObjectKey& key) { return store().setCondition(key, condition); });
    }
    int removeCondition(const QCborMap& object, const QString& type) override {
        return with(object, [&](const ObjectKey& key) { return store().removeCondition(key, type); });
    }
    int setFields(const QCborMap& object, const QCborMap& fields) override {
        return with(object, [&](const ObjectKey& key) { return store().setFields(key, fields); });
    }

   private:
    StatusStore& store() { return m_facade.m_services.status; }
    template <typename Act>
    int with(const QCborMap& object, Act act) {
        if (!m_facade.isHomeThread()) return code(Status::WrongThread);
        if (object.isEmpty()) return code(act(StatusStore::pluginKey(m_facade.m_metadata.id)));
        const ObjectKey key = ObjectKey::fromCbor(object);
        if (!m_facade.m_services.resources.find(key)) return code(Status::NotFound);
        return code(act(key));
    }
    PluginFacade& m_facade;
};

class PluginFacade::Metrics final : public IMetrics {
   public:
    explicit Metrics(PluginFacade& facade) : m_facade(facade) {}
    int declare(const QString& name, int metricType, const QString& help, const QString& labelNames,
                int decimals) override {
        if (!m_facade.isHomeThread()) return -code(Status::WrongThread);
        if (m_facade.m_metricsFrozen) return -code(Status::NotPermitted);
        return registry().declare(m_facade.m_metadata.id, name, static_cast<MetricType>(metricType), help,
                                  labelNames.split(u',', Qt::SkipEmptyParts), decimals);
    }
    int set(int metric, const QCborMap& labels, qint64 value) override {
        if (!m_facade.isHomeThread()) return code(Status::WrongThread);
        return code(registry().set(m_facade.m_metadata.id, metric, labelsOf(labels), value));
    }
    int remove(int metric, const QCborMap& labels) override {
        if (!m_facade.isHomeThread()) return code(Status::WrongThread);
        return code(registry().remove(m_facade.m_metadata.id, metric, labelsOf(labels)));
    }

   private:
    MetricRegistry& registry() { return m_facade.m_services.metrics; }
    PluginFacade& m_facade;
};

class PluginFacade::Events final : public IEvents {
   public:
    explicit Events(PluginFacade& facade) : m_facade(facade) {}
    int record(const QCborMap& map) override {
        if (!m_facade.isHomeThread()) return code(Status::WrongThread);
        Event event;
        event.type = map.value(QStringLiteral("type")).toString();
        event.reason = map.value(QStringLiteral("reason")).toString();
        event.message = map.value(QStringLiteral("message")).toString();
        event.regarding = ObjectKey::fromCbor(map.value(QStringLiteral("regarding")).toMap());
        event.source = m_facade.m_metadata.id;
        const bool isType = event.type == QLatin1String("Normal") || event.type == QLatin1String("Warning");
        if (!isType || event.reason.isEmpty()) return code(Status::InvalidArgument);
        if (event.message.size() > kMaxMessage) return code(Status::TooLarge);
        m_facade.m_services.events.record(event);
        return code(Status::Ok);
    }

   private:
    static constexpr qsizetype kMaxMessage = 16 * 1024;
    PluginFacade& m_facade;
};

class PluginFacade::SpecSource final : public ISpecSource {
   public:
    explicit SpecSource(PluginFacade& facade) : m_facade(facade) {}
    QCborMap apply(const QCborMap& map) override {
        if (!m_facade.isHomeThread()) return {};
        ResourceStore::Transaction transaction;
        const QCborMap replace = map.value(QStringLiteral("replace")).toMap();
        for (const auto& item : replace) {
            std::vector<QCborMap>& objects = transaction.replace[item.first.toString()];
            const QCborArray list = QCborValue(item.second).toArray();
            for (const QCborValue& object : list) objects.push_back(object.toMap());
        }
        const QCborArray remove = map.value(QStringLiteral("remove")).toArray();
        for (const QCborValue& origin : remove) transaction.remove.insert(origin.toString());

        const ResourceStore::Result result = m_facade.m_services.resources.apply(transaction);
        if (map.value(QStringLiteral("synced")).toBool()) m_facade.m_services.queue.open();
        QCborArray errors;
        for (const Refusal& refusal : result.refusals)
            errors.append(QCborMap{{QStringLiteral("origin"), refusal.origin},
                                   {QStringLiteral("index"), refusal.index},
                                   {QStringLiteral("path"), refusal.error.path},
                                   {QStringLiteral("message"), refusal.error.message}});
        return {{QStringLiteral("errors"), errors}, {QStringLiteral("changed"), result.changed}};
    }

   private:
    PluginFacade& m_facade;
};

PluginFacade::PluginFacade(const PluginMetadata& metadata, QCborMap configuration, Directories directories,
                           const HostServices& services, Complete complete)
    : m_metadata(metadata),
      m_configuration(std::move(configuration)),
      m_directories(std::move(directories)),
      m_services(services),
      m_complete(std::move(complete)) {
    const auto offer = [this](const char* iid, std::unique_ptr<IInterface> feature) {
        if (m_metadata.mayUse(QString::fromLatin1(iid)))
            m_features.emplace(QString::fromLatin1(iid), std::move(feature));
    };
    offer(IBus::kIid, std::make_unique<Bus>(*this));
    offer(IStatus::kIid, std::make_unique<StatusFeature>(*this));
    offer(IMetrics::kIid, std::make_unique<Metrics>(*this));
    offer(IEvents::kIid, std::make_unique<Events>(*this));
    offer(ISpecSource::kIid, std::make_unique<SpecSource>(*this));
}

PluginFacade::~PluginFacade() = default;

const QStringList& PluginFacade::offeredFeatures() {
    static const QStringList features{IBus::kIid, IStatus::kIid, IMetrics::kIid, IEvents::kIid, ISpecSource::kIid};
    return features;
}

IInterface* PluginFacade::query(const QString& iid) {
    if (!isHomeThread()) return nullptr;
    const auto it = m_features.find(iid);
    return it == m_features.end() ? nullptr : it->second.get();
}

int PluginFacade::complete(quint64 ticket, int outcome, int retryAfterMs, const QString& message) {
    if (!isHomeThread()) return code(Status::WrongThread);
    if (outcome < static_cast<int>(Outcome::Ok) || outcome > static_cast<int>(Outcome::Failed) || retryAfterMs < 0)
        return code(Status::InvalidArgument);
    return code(m_complete(ticket, static_cast<Outcome>(outcome), retryAfterMs, message) ? Status::Ok
                                                                                         : Status::InvalidArgument);
}

}  // namespace fos1::host
