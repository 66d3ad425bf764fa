// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/remote_host.h"

#include "fos1/features/bus.h"
#include "fos1/features/events.h"
#include "fos1/features/metrics.h"
#include "fos1/features/pages.h"
#include "fos1/features/spec_catalog.h"
#include "fos1/features/spec_source.h"
#include "fos1/features/status.h"
#include "fos1/features/status_feed.h"
#include "fos1/logging.h"
#include "plugins/argument_checks.h"

namespace fos1::runner {

using link::MessageType;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds kAnswerTimeout = 10s;

FOS1_LOG(lcCalls, "runner")

int code(Status status) { return static_cast<int>(status); }

int sent(bool isSent) { return code(isSent ? Status::Ok : Status::TooLarge); }

}  // namespace

class RemoteHost::Bus final : public IBus {
   public:
    explicit Bus(RemoteHost& host) : m_host(host) {}
    int publish(const QString& topic, const QString& key, const QCborMap& value, qint64 ttlMs) override {
        const auto answer = [&](Status status) { return m_host.m_refused.answer(status, "publish", topic); };
        if (!m_host.isHomeThread()) return answer(Status::WrongThread);
        if (!m_host.m_request.publishes.contains(topic)) return answer(Status::NotPermitted);
        qsizetype bytes = 0;
        const Status checked = host::checkPublish(topic, key, value, ttlMs, bytes);
        if (checked != Status::Ok) return answer(checked);
        ++m_host.m_publishes;
        return sent(m_host.m_socket.send(MessageType::Publish, {topic, key, value, ttlMs}, u'p' + topic + u' ' + key));
    }
    int retract(const QString& topic, const QString& key, const QString& reason) override {
        return m_host.askStatus([&](qint64 number) {
            return m_host.m_socket.send(MessageType::Retract, {number, topic, key, reason});
        });
    }
    int subscribe(const QString& topic, IBusListener* listener) override {
        if (!m_host.isHomeThread()) return code(Status::WrongThread);
        if (!listener) return code(Status::InvalidArgument);
        for (const auto& [known, subscription] : m_subscriptions)
            if (subscription.topic == topic && subscription.listener == listener) return code(Status::Ok);
        const qint64 id = ++m_host.m_lastSubscription;
        const int answer = m_host.askStatus([&](qint64 number) {
            return m_host.m_socket.send(MessageType::Subscribe, {number, id, topic});
        });
        if (answer == code(Status::Ok)) m_subscriptions.emplace(id, Subscription{topic, listener});
        return answer;
    }
    int unsubscribe(const QString& topic, IBusListener* listener) override {
        if (!m_host.isHomeThread()) return code(Status::WrongThread);
        const auto it = std::find_if(m_subscriptions.begin(), m_subscriptions.end(), [&](const auto& item) {
            return item.second.topic == topic && item.second.listener == listener;
        });
        if (it == m_subscriptions.end()) return code(Status::Ok);
        const qint64 id = it->first;
        m_subscriptions.erase(it);
        return m_host.askStatus([&](qint64 number) {
            return m_host.m_socket.send(MessageType::Unsubscribe, {number, id});
        });
    }

    void deliver(const link::Message& message) {
        const auto it = m_subscriptions.find(message.integer(0));
        if (it == m_subscriptions.end()) return;  // unsubscribed while this message was under way
        it->second.listener->onState(message.text(1), message.text(2), static_cast<int>(message.integer(3)),
                                     message.map(4), message.map(5));
    }

   private:
    struct Subscription {
        QString topic;
        IBusListener* listener = nullptr;
    };
    RemoteHost& m_host;
    std::map<qint64, Subscription> m_subscriptions;
};

class RemoteHost::StatusFeature final : public IStatus {
   public:
    explicit StatusFeature(RemoteHost& host) : m_host(host) {}
    int setCondition(const QCborMap& object, const QCborMap& condition) override {
        return m_host.askStatus([&](qint64 number) {
            return m_host.m_socket.send(MessageType::SetCondition, {number, object, condition});
        });
    }
    int removeCondition(const QCborMap& object, const QString& type) override {
        return m_host.askStatus([&](qint64 number) {
            return m_host.m_socket.send(MessageType::RemoveCondition, {number, object, type});
        });
    }
    int setFields(const QCborMap& object, const QCborMap& fields) override {
        return m_host.askStatus([&](qint64 number) {
            return m_host.m_socket.send(MessageType::SetFields, {number, object, fields});
        });
    }

   private:
    RemoteHost& m_host;
};

class RemoteHost::Metrics final : public IMetrics {
   public:
    explicit Metrics(RemoteHost& host) : m_host(host) {}
    int declare(const QString& name, int metricType, const QString& help, const QString& labelNames,
                int decimals) override {
        const int answer = m_host.askStatus([&](qint64 number) {
            return m_host.m_socket.send(MessageType::DeclareMetric,
                                        {number, name, metricType, help, labelNames, decimals});
        });
        // Only the home thread reaches the host, whose answer is an id or an already negated refusal.
        return m_host.isHomeThread() ? answer : -answer;
    }
    int set(int metric, const QCborMap& labels, qint64 value) override {
        if (!m_host.isHomeThread()) return code(Status::WrongThread);
        if (metric < 1) return code(Status::NotFound);
        return sent(m_host.m_socket.send(MessageType::SetMetric, {metric, labels, value}, key(metric, labels)));
    }
    int remove(int metric, const QCborMap& labels) override {
        if (!m_host.isHomeThread()) return code(Status::WrongThread);
        if (metric < 1) return code(Status::NotFound);
        return sent(m_host.m_socket.send(MessageType::RemoveMetric, {metric, labels}, key(metric, labels)));
    }

   private:
    static QString key(int metric, const QCborMap& labels) {
        return u'm' + QString::number(metric) + QString::fromLatin1(QCborValue(labels).toCbor().toHex());
    }
    RemoteHost& m_host;
};

class RemoteHost::Events final : public IEvents {
   public:
    explicit Events(RemoteHost& host) : m_host(host) {}
    int record(const QCborMap& event) override {
        if (!m_host.isHomeThread()) return code(Status::WrongThread);
        if (const Status checked = host::checkEvent(event); checked != Status::Ok) return code(checked);
        return sent(m_host.m_socket.send(MessageType::Event, {event}));
    }

   private:
    RemoteHost& m_host;
};

class RemoteHost::PageReplies final : public IPageReplies {
   public:
    explicit PageReplies(RemoteHost& host) : m_host(host) {}
    int reply(quint64 ticket, const QCborMap& document) override {
        if (!m_host.isHomeThread()) return code(Status::WrongThread);
        QCborMap shown = document;
        const Status checked = host::checkPage(document, shown);
        const bool isSent = m_host.m_socket.send(MessageType::Answer, {static_cast<qint64>(ticket), shown});
        m_host.m_socket.flush();
        return checked == Status::Ok ? sent(isSent) : code(checked);
    }

   private:
    RemoteHost& m_host;
};

class RemoteHost::SpecSource final : public ISpecSource {
   public:
    explicit SpecSource(RemoteHost& host) : m_host(host) {}
    QCborMap apply(const QCborMap& transaction) override {
        if (!m_host.isHomeThread()) return {};
        return m_host
            .ask([&](qint64 number) {
                return m_host.m_socket.send(MessageType::ApplySpecs, {number, transaction});
            })
            .toMap();
    }

   private:
    RemoteHost& m_host;
};

class RemoteHost::SpecCatalog final : public ISpecCatalog {
   public:
    explicit SpecCatalog(RemoteHost& host) : m_host(host) {}
    QCborMap kinds() override {
        if (!m_host.isHomeThread()) return {};
        return m_host.ask([&](qint64 number) { return m_host.m_socket.send(MessageType::AskKinds, {number}); }).toMap();
    }
    int pending(const QString& apiVersion, const QString& kind) override {
        if (!m_host.isHomeThread()) return -code(Status::WrongThread);
        return static_cast<int>(
            m_host
                .ask([&](qint64 number) {
                    return m_host.m_socket.send(MessageType::AskPending, {number, apiVersion, kind});
                })
                .toInteger(-code(Status::Unknown)));
    }

   private:
    RemoteHost& m_host;
};

/// A feed of the host: status or events.
template <typename Interface, typename Listener, MessageType kSubscribe, MessageType kUnsubscribe>
class RemoteHost::Feed final : public Interface {
   public:
    explicit Feed(RemoteHost& host) : m_host(host) {}
    int subscribe(Listener* listener) override {
        if (!m_host.isHomeThread()) return code(Status::WrongThread);
        if (!listener) return code(Status::InvalidArgument);
        const qint64 id = ++m_host.m_lastSubscription;
        m_listeners.emplace(id, listener);
        return m_host.askStatus([&](qint64 number) { return m_host.m_socket.send(kSubscribe, {number, id}); });
    }
    int unsubscribe(Listener* listener) override {
        if (!m_host.isHomeThread()) return code(Status::WrongThread);
        const auto it = std::find_if(m_listeners.begin(), m_listeners.end(),
                                     [&](const auto& item) { return item.second == listener; });
        if (it == m_listeners.end()) return code(Status::Ok);
        const qint64 id = it->first;
        m_listeners.erase(it);
        return m_host.askStatus([&](qint64 number) { return m_host.m_socket.send(kUnsubscribe, {number, id}); });
    }

    [[nodiscard]] Listener* listener(qint64 subscription) const {
        const auto it = m_listeners.find(subscription);
        return it == m_listeners.end() ? nullptr : it->second;
    }

   private:
    RemoteHost& m_host;
    std::map<qint64, Listener*> m_listeners;
};

RemoteHost::RemoteHost(link::FrameSocket& socket, link::LoadRequest request)
    : m_socket(socket), m_request(std::move(request)), m_refused(lcCalls(), {}) {
    const auto offer = [this](const char* iid, auto feature) {
        auto* raw = feature.get();
        const QString name = QString::fromLatin1(iid);
        const bool mayUse = m_request.features.contains(name);
        if (mayUse) m_features.emplace(name, std::move(feature));
        return mayUse ? raw : nullptr;
    };
    m_bus = offer(IBus::kIid, std::make_unique<Bus>(*this));
    offer(IStatus::kIid, std::make_unique<StatusFeature>(*this));
    offer(IMetrics::kIid, std::make_unique<Metrics>(*this));
    offer(IEvents::kIid, std::make_unique<Events>(*this));
    offer(ISpecSource::kIid, std::make_unique<SpecSource>(*this));
    offer(ISpecCatalog::kIid, std::make_unique<SpecCatalog>(*this));
    m_statusFeed = offer(IStatusFeed::kIid, std::make_unique<StatusFeed>(*this));
    offer(IPageReplies::kIid, std::make_unique<PageReplies>(*this));
    m_eventFeed = offer(IEventFeed::kIid, std::make_unique<EventFeed>(*this));
}

RemoteHost::~RemoteHost() = default;

QCborValue RemoteHost::ask(const std::function<bool(qint64)>& send) {
    const qint64 number = ++m_lastRequest;
    if (!send(number)) return code(Status::TooLarge);
    const auto answer = m_socket.waitForReply(number, kAnswerTimeout);
    return answer ? *answer : QCborValue(code(Status::Unknown));
}

int RemoteHost::askStatus(const std::function<bool(qint64)>& send) {
    if (!isHomeThread()) return code(Status::WrongThread);
    return static_cast<int>(ask(send).toInteger());
}

IInterface* RemoteHost::query(const QString& iid) {
    if (!isHomeThread()) return nullptr;
    const auto it = m_features.find(iid);
    return it == m_features.end() ? nullptr : it->second.get();
}

int RemoteHost::complete(quint64 ticket, int outcome, int retryAfterMs, const QString& message) {
    if (!isHomeThread()) return code(Status::WrongThread);
    if (const Status checked = host::checkCompletion(outcome, retryAfterMs); checked != Status::Ok)
        return code(checked);
    if (m_tickets.erase(ticket) == 0) return code(Status::InvalidArgument);
    if (ticket == m_stopTicket) {
        m_onStopped(outcome, message);
        return code(Status::Ok);
    }
    return sent(m_socket.send(MessageType::Complete, {static_cast<qint64>(ticket), outcome, retryAfterMs, message}));
}

QCborMap RemoteHost::configuration() { return isHomeThread() ? m_request.configuration : QCborMap(); }
QString RemoteHost::stateDirectory() { return isHomeThread() ? m_request.stateDirectory : QString(); }
QString RemoteHost::runtimeDirectory() { return isHomeThread() ? m_request.runtimeDirectory : QString(); }

void RemoteHost::deliverState(const link::Message& message) {
    if (m_bus) m_bus->deliver(message);
}

void RemoteHost::deliverStatus(const link::Message& message) {
    IStatusListener* listener = m_statusFeed ? m_statusFeed->listener(message.integer(0)) : nullptr;
    if (listener) listener->onStatus(message.map(1), message.map(2));
}

void RemoteHost::deliverEvent(const link::Message& message) {
    IEventListener* listener = m_eventFeed ? m_eventFeed->listener(message.integer(0)) : nullptr;
    if (listener) listener->onEvent(message.map(1));
}

}  // namespace fos1::runner
