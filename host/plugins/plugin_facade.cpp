// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/plugin_facade.h"

#include <QCborArray>
#include <algorithm>
#include <chrono>
#include <utility>

#include "bus/state_bus.h"
#include "fos1/cbor_size.h"
#include "fos1/logging.h"
#include "metrics/owner_metrics.h"
#include "plugins/argument_checks.h"
#include "plugins/facade_feeds.h"
#include "resources/admission_desk.h"
#include "resources/reconcile_queue.h"
#include "resources/resource_store.h"
#include "resources/spec_questions.h"
#include "status/event_log.h"
#include "status/status_store.h"

namespace fos1::host {

namespace {

FOS1_LOG(lcCalls, "host.plugins")

int code(Status status) { return static_cast<int>(status); }

}  // namespace

class PluginFacade::Bus final : public IBus {
   public:
    explicit Bus(PluginFacade& facade) : m_facade(facade) {}
    ~Bus() override {
        for (const auto& [key, listener] : m_subscriptions) bus().unsubscribe(key.first, listener.get());
    }
    int publish(const QString& topic, const QString& key, const QCborMap& value, qint64 ttlMs) override {
        const auto answer = [&](Status status) { return m_facade.refused(status, "publish", topic); };
        if (const Status gate = m_facade.gate(); gate != Status::Ok) return answer(gate);
        if (!m_facade.m_metadata.publishes.contains(topic)) return answer(Status::NotPermitted);
        ++m_facade.m_publishes;
        return answer(bus().publish(m_facade.m_metadata.id, topic, key, value, ttlMs));
    }
    int retract(const QString& topic, const QString& key, const QString& reason) override {
        if (const Status gate = m_facade.gate(); gate != Status::Ok) return code(gate);
        if (reason.size() > kMaxRetractReason) return code(Status::TooLarge);
        return code(bus().retract(m_facade.m_metadata.id, topic, key, reason));
    }
    int subscribe(const QString& topic, IBusListener* listener) override {
        const auto answer = [&](Status status) { return m_facade.refused(status, "subscribe", topic); };
        if (const Status gate = m_facade.gate(); gate != Status::Ok) return answer(gate);
        if (!listener) return answer(Status::InvalidArgument);
        if (!m_facade.m_metadata.subscribes.contains(topic)) return answer(Status::NotPermitted);
        auto& guarded = m_subscriptions[{topic, listener}];
        if (guarded) return code(Status::Ok);
        guarded = std::make_unique<Guarded>(m_facade, listener);
        bus().subscribe(topic, guarded.get());
        return code(Status::Ok);
    }
    int unsubscribe(const QString& topic, IBusListener* listener) override {
        if (!m_facade.isHomeThread()) return code(Status::WrongThread);
        const auto it = m_subscriptions.find({topic, listener});
        if (it == m_subscriptions.end()) return code(Status::Ok);
        bus().unsubscribe(topic, it->second.get());
        m_subscriptions.erase(it);
        return code(Status::Ok);
    }

   private:
    /// Calls the plugin's listener inside the guard.
    class Guarded final : public IBusListener {
       public:
        Guarded(const PluginFacade& facade, IBusListener* listener) : m_facade(facade), m_listener(listener) {}
        void onState(const QString& topic, const QString& key, int presence, const QCborMap& value,
                     const QCborMap& meta) override {
            // The listener may unsubscribe, which deletes this object: access no member after the call.
            m_facade.callBack("onState",
                              [&, listener = m_listener] { listener->onState(topic, key, presence, value, meta); });
        }

       private:
        const PluginFacade& m_facade;
        IBusListener* m_listener;
    };

    StateBus& bus() { return m_facade.m_services.bus; }
    PluginFacade& m_facade;
    std::map<std::pair<QString, IBusListener*>, std::unique_ptr<Guarded>> m_subscriptions;
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
        if (!fitsEncoded(fields, kMaxFieldsBytes)) return code(Status::TooLarge);
        return with(object, [&](const ObjectKey& key) { return store().setFields(key, fields); });
    }

   private:
    StatusStore& store() { return m_facade.m_services.status; }
    [[nodiscard]] bool mayDeclare() const { return m_facade.m_metadata.mayUse(QString::fromLatin1(ISpecSource::kIid)); }
    template <typename Act>
    int with(const QCborMap& object, Act act) {
        const ObjectKey key = ObjectKey::fromCbor(object);
        const auto answer = [&](Status status) { return m_facade.refused(status, "status", key.text()); };
        if (const Status gate = m_facade.gate(); gate != Status::Ok) return answer(gate);
        if (object.isEmpty()) return answer(act(StatusStore::pluginKey(m_facade.m_metadata.id)));
        const StoredObject* const stored = m_facade.m_services.resources.find(key);
        // A source reports on its own objects.
        const bool isItsOwn = stored && stored->owner == m_facade.m_metadata.id;
        if (!isItsOwn && !m_facade.m_metadata.kinds.contains(kindId(key)))
            return answer(mayDeclare() && !stored ? Status::NotFound : Status::NotPermitted);
        if (!stored) return code(Status::NotFound);
        return answer(act(key));
    }
    PluginFacade& m_facade;
};

class PluginFacade::Metrics final : public IMetrics {
   public:
    explicit Metrics(PluginFacade& facade)
        : m_facade(facade), m_metrics(facade.m_services.metrics, facade.m_metadata.id) {}
    int declare(const QString& name, int metricType, const QString& help, const QString& labelNames,
                int decimals) override {
        if (const Status gate = m_facade.gate(); gate != Status::Ok) return -code(gate);
        if (m_facade.m_metricsFrozen) return -m_facade.refused(Status::NotPermitted, "declare metric", name);
        const int id = m_metrics.declare(name, metricType, help, labelNames, decimals);
        return id > 0 ? id : -m_facade.refused(static_cast<Status>(-id), "declare metric", name);
    }
    int set(int metric, const QCborMap& labels, qint64 value) override {
        if (const Status gate = m_facade.gate(); gate != Status::Ok) return code(gate);
        return m_facade.refused(static_cast<Status>(m_metrics.set(metric, labels, value)), "set metric",
                                QString::number(metric));
    }
    int remove(int metric, const QCborMap& labels) override {
        if (const Status gate = m_facade.gate(); gate != Status::Ok) return code(gate);
        return m_metrics.remove(metric, labels);
    }

   private:
    PluginFacade& m_facade;
    OwnerMetrics m_metrics;
};

class PluginFacade::Events final : public IEvents {
   public:
    explicit Events(PluginFacade& facade) : m_facade(facade) {}
    int record(const QCborMap& map) override {
        if (const Status gate = m_facade.gate(); gate != Status::Ok) return code(gate);
        if (const Status checked = checkEvent(map); checked != Status::Ok)
            return m_facade.refused(checked, "record event", map.value(QStringLiteral("reason")).toString());
        if (!mayRecord()) return m_facade.refused(Status::TooLarge, "record event", QStringLiteral("too many at once"));
        Event event;
        event.type = map.value(QStringLiteral("type")).toString();
        event.reason = map.value(QStringLiteral("reason")).toString();
        event.message = map.value(QStringLiteral("message")).toString();
        event.regarding = ObjectKey::fromCbor(map.value(QStringLiteral("regarding")).toMap());
        event.source = m_facade.m_metadata.id;
        m_facade.m_services.events.record(event);
        return code(Status::Ok);
    }

   private:
    using Clock = std::chrono::steady_clock;
    static constexpr double kMostAtOnce = EventLog::kCapacity;
    static constexpr double kPerSecond = 50;

    /// A token bucket: more events at once than the log keeps would only drive out those of others.
    bool mayRecord() {
        const Clock::time_point now = Clock::now();
        m_tokens = std::min(
            kMostAtOnce, m_tokens + kPerSecond * std::chrono::duration<double>(now - std::exchange(m_at, now)).count());
        if (m_tokens < 1) return false;
        --m_tokens;
        return true;
    }

    PluginFacade& m_facade;
    double m_tokens = kMostAtOnce;
    Clock::time_point m_at = Clock::now();
};

class PluginFacade::SpecSource final : public ISpecSource {
   public:
    explicit SpecSource(PluginFacade& facade) : m_facade(facade) {}
    QCborMap apply(const QCborMap& map) override {
        if (m_facade.gate() != Status::Ok) return {};
        if (const QCborValue soon = map.value(QLatin1String(kPrepare)); soon.isArray()) {
            for (const QCborValue& object : soon.toArray()) m_facade.m_services.resources.prepare(bytesOf(object));
            return {};
        }
        ResourceStore::Transaction transaction;
        const QCborMap replace = map.value(QStringLiteral("replace")).toMap();
        for (const auto& item : replace) {
            std::vector<QByteArray>& objects = transaction.replace[item.first.toString()];
            const QCborArray list = QCborValue(item.second).toArray();
            for (const QCborValue& object : list) objects.push_back(bytesOf(object));
        }
        const QCborArray remove = map.value(QStringLiteral("remove")).toArray();
        for (const QCborValue& origin : remove) transaction.remove.insert(origin.toString());
        transaction.owner = m_facade.m_metadata.id;
        transaction.isWhole = map.value(QStringLiteral("whole")).toBool();

        const ResourceStore::Result result =
            m_facade.m_services.admission.apply(std::move(transaction), map.value(QStringLiteral("synced")).toBool());
        QCborArray errors;
        for (const Refusal& refusal : result.refusals)
            errors.append(QCborMap{{QStringLiteral("origin"), refusal.origin},
                                   {QStringLiteral("index"), refusal.index},
                                   {QStringLiteral("path"), refusal.error.path},
                                   {QStringLiteral("message"), refusal.error.message}});
        return {{QStringLiteral("errors"), errors}, {QStringLiteral("changed"), result.changed}};
    }

   private:
    static QByteArray bytesOf(const QCborValue& object) {
        return object.isByteArray() ? object.toByteArray() : packed(object);
    }

    PluginFacade& m_facade;
};

class PluginFacade::SpecCatalog final : public ISpecCatalog {
   public:
    explicit SpecCatalog(PluginFacade& facade) : m_facade(facade) {}
    QCborMap kinds() override { return m_facade.gate() == Status::Ok ? m_facade.m_services.specs.kinds() : QCborMap(); }
    int pending(const QString& apiVersion, const QString& kind) override {
        if (const Status gate = m_facade.gate(); gate != Status::Ok) return -code(gate);
        return m_facade.m_services.specs.pending(apiVersion + u'/' + kind);
    }

   private:
    PluginFacade& m_facade;
};

class PluginFacade::PageReplies final : public IPageReplies {
   public:
    explicit PageReplies(PluginFacade& facade) : m_facade(facade) {}
    int reply(quint64 ticket, const QCborMap& document) override {
        if (const Status gate = m_facade.gate(); gate != Status::Ok) return code(gate);
        QCborMap shown = document;
        const Status checked = checkPage(document, shown);
        if (m_facade.m_takePage) m_facade.m_takePage(ticket, shown);
        return code(checked);
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
      m_complete(std::move(complete)),
      m_refused(lcCalls(), QStringLiteral("plugin=%1 ").arg(metadata.id)) {
    const auto offer = [this](const char* iid, std::unique_ptr<IInterface> feature) {
        if (m_metadata.mayUse(QString::fromLatin1(iid)))
            m_features.emplace(QString::fromLatin1(iid), std::move(feature));
    };
    offer(IBus::kIid, std::make_unique<Bus>(*this));
    offer(IStatus::kIid, std::make_unique<StatusFeature>(*this));
    offer(IMetrics::kIid, std::make_unique<Metrics>(*this));
    offer(IEvents::kIid, std::make_unique<Events>(*this));
    offer(ISpecSource::kIid, std::make_unique<SpecSource>(*this));
    offer(ISpecCatalog::kIid, std::make_unique<SpecCatalog>(*this));
    offer(IStatusFeed::kIid, std::make_unique<StatusFeed>(*this));
    offer(IEventFeed::kIid, std::make_unique<EventFeed>(*this));
    offer(IPageReplies::kIid, std::make_unique<PageReplies>(*this));
}

PluginFacade::~PluginFacade() = default;

const QStringList& PluginFacade::offeredFeatures() {
    static const QStringList features{IBus::kIid,        IStatus::kIid,     IMetrics::kIid,
                                      IEvents::kIid,     ISpecSource::kIid, ISpecCatalog::kIid,
                                      IStatusFeed::kIid, IEventFeed::kIid,  IPageReplies::kIid};
    return features;
}

IInterface* PluginFacade::query(const QString& iid) {
    if (!isHomeThread()) return nullptr;
    const auto it = m_features.find(iid);
    return it == m_features.end() ? nullptr : it->second.get();
}

QCborMap PluginFacade::shown(const QCborMap& object) const {
    return m_metadata.seesSecrets ? object : m_services.specs.masked(object);
}

QCborMap PluginFacade::shownSnapshot(const QCborMap& snapshot) const {
    const QString key = QStringLiteral("objects");
    if (m_metadata.seesSecrets || !snapshot.contains(key)) return snapshot;
    QCborArray objects;
    for (const QCborValue& each : snapshot.value(key).toArray()) objects.append(shown(each.toMap()));
    QCborMap shown = snapshot;
    shown.insert(key, objects);
    return shown;
}

int PluginFacade::complete(quint64 ticket, int outcome, int retryAfterMs, const QString& message) {
    if (const Status gate = this->gate(); gate != Status::Ok) return code(gate);
    if (const Status checked = checkCompletion(outcome, retryAfterMs); checked != Status::Ok) return code(checked);
    const bool isKnown =
        m_complete(ticket, static_cast<Outcome>(outcome), retryAfterMs, shortened(message, kMaxEventMessage));
    return code(isKnown ? Status::Ok : Status::InvalidArgument);
}

int PluginFacade::refused(Status status, const char* call, const QString& subject) {
    // Parts of a failed plugin may go on to call; that is said elsewhere.
    return m_isRevoked ? code(status) : m_refused.answer(status, call, subject);
}

Status PluginFacade::gate() const {
    if (!isHomeThread()) return Status::WrongThread;
    return m_isRevoked ? Status::NotPermitted : Status::Ok;
}

void PluginFacade::callBack(const char* what, const std::function<void()>& act) const {
    if (m_isRevoked) return;
    if (m_callGuard)
        m_callGuard(what, act);
    else
        act();
}

}  // namespace fos1::host
