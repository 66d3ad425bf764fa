// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/remote_instance.h"

#include <QCborArray>

#include "fos1/cbor_size.h"
#include "fos1/desired.h"
#include "fos1/plugin.h"
#include "fos1/version.h"
#include "plugins/argument_checks.h"

namespace fos1::host {

using link::Message;
using link::MessageType;

namespace {

constexpr qint64 kCallbackBudgetMs = 50;
constexpr qsizetype kPartBytes = link::kMaxFrameBytes - 1024;

template <typename Feature>
Feature* featureOf(PluginFacade& facade) {
    return static_cast<Feature*>(facade.query(QString::fromLatin1(Feature::kIid)));
}

/// The texts of a list that a runner sent: as many as a person reads.
QStringList firstTexts(const Message& message) {
    QStringList texts;
    const QCborArray list = message.arguments.at(0).toArray();
    for (qsizetype i = 0; i < std::min<qsizetype>(list.size(), 16); ++i) texts.append(shortened(list.at(i).toString()));
    return texts;
}

}  // namespace

/// Sends changes on the bus to the runner. Waiting changes are conflated.
class RemoteInstance::Listener final : public IBusListener {
   public:
    Listener(RemoteInstance& instance, qint64 id, QString topic)
        : m_instance(instance), m_id(id), m_topic(std::move(topic)) {}
    void onState(const QString& topic, const QString& key, int presence, const QCborMap& value,
                 const QCborMap& meta) override {
        m_instance.call(MessageType::State, {"onState"}, {m_id, topic, key, presence, value, meta},
                        u's' + QString::number(m_id) + u' ' + key);
    }
    [[nodiscard]] const QString& topic() const { return m_topic; }

   private:
    RemoteInstance& m_instance;
    qint64 m_id;
    QString m_topic;
};

class RemoteInstance::StatusListener final : public IStatusListener {
   public:
    StatusListener(RemoteInstance& instance, qint64 id) : m_instance(instance), m_id(id) {}
    void onStatus(const QCborMap& object, const QCborMap& status) override {
        m_instance.call(MessageType::ObjectStatus, {"onStatus"}, {m_id, object, status},
                        u'o' + QString::number(m_id) + ObjectKey::fromCbor(object).text());
    }

   private:
    RemoteInstance& m_instance;
    qint64 m_id;
};

class RemoteInstance::EventListener final : public IEventListener {
   public:
    EventListener(RemoteInstance& instance, qint64 id) : m_instance(instance), m_id(id) {}
    void onEvent(const QCborMap& event) override { m_instance.call(MessageType::Happened, {"onEvent"}, {m_id, event}); }

   private:
    RemoteInstance& m_instance;
    qint64 m_id;
};

RemoteInstance::RemoteInstance(std::unique_ptr<PluginFacade> facade, Launch launch, QObject* graveyard)
    : PluginInstance(std::move(facade)),
      m_launch(std::move(launch)),
      m_graveyard(graveyard),
      m_process(new RunnerProcess(m_launch.request.id, m_launch.limits, std::move(m_launch.tree))) {
    connect(&m_tick, &QTimer::timeout, this, &RemoteInstance::tick);
    connect(m_process, &RunnerProcess::ended, this, [this](const QString& how) {
        if (m_socket) m_socket->drain();  // its last messages
        fail(!m_threw.isEmpty() ? m_threw : !m_garbage.isEmpty() ? m_garbage : how);
    });
}

RemoteInstance::~RemoteInstance() {
    m_listeners.clear();
    m_statusListeners.clear();
    m_eventListeners.clear();
    m_process->killAndForget(m_graveyard);
}

void RemoteInstance::start() {
    const auto fd = m_process->start(m_launch.program);
    if (!fd) return fail(fd.error().text());
    m_socket = std::make_unique<link::FrameSocket>(*fd);
    connect(m_socket.get(), &link::FrameSocket::received, this, &RemoteInstance::onMessage);
    connect(m_socket.get(), &link::FrameSocket::closed, this, [this](const QString& why) {
        // Without a reason the runner closed its end, and its exit status is about to arrive.
        if (!why.isEmpty()) m_garbage = QStringLiteral("sent invalid data over its link: %1").arg(why);
        m_process->kill();
    });
    m_tick.start(kPingInterval);
}

/// Sends the snapshot for Reconcile and Preview in parts.
bool RemoteInstance::sendParts(const QCborMap& snapshot) {
    QCborArray part;
    qsizetype size = 0;
    const auto sendPart = [&] {
        const bool isSent = part.isEmpty() || m_socket->send(MessageType::SnapshotPart, {std::exchange(part, {})});
        size = 0;
        return isSent;
    };
    bool isWhole = true;
    const QCborArray objects = snapshot.value(QStringLiteral("objects")).toArray();
    for (const QCborValue& object : objects) {
        const qsizetype next = encodedSizeBound(object);
        if (size + next > kPartBytes) isWhole = sendPart() && isWhole;
        part.append(object);
        size += next;
    }
    return sendPart() && isWhole;
}

void RemoteInstance::reconcile(const QCborMap& snapshot, Ticket ticket) {
    if (sendParts(snapshot) && call(MessageType::Reconcile, {"reconcile"}, {static_cast<qint64>(ticket)})) return;
    // The runner must not act on half a desired state. A new link discards the parts.
    fail(QStringLiteral("the desired state does not fit on its link: an object is larger than %1 bytes")
             .arg(link::kMaxFrameBytes));
}

bool RemoteInstance::isToBeAsked(const char* iid) const {
    if (!m_offered) return !m_isOver;
    // Runners older than Questions/1 listed validators that the host could not call.
    return offers(link::kAnswersQuestions) && offers(iid);
}

bool RemoteInstance::askValidator(quint64 question, const QCborMap& object) {
    if (m_offered) return call(MessageType::Validate, {"validate", question}, {static_cast<qint64>(question), object});
    m_early.emplace_back(question, object);
    return !m_isOver;
}

bool RemoteInstance::askPreviewer(quint64 question, const QCborMap& snapshot) {
    const QCborArray objects = snapshot.value(QStringLiteral("objects")).toArray();
    // This is only a preview: an object too large for the link is no reason to close the link.
    for (const QCborValue& object : objects)
        if (encodedSizeBound(object) > kPartBytes) return false;
    if (sendParts(snapshot) && call(MessageType::Preview, {"preview", question}, {static_cast<qint64>(question)}))
        return true;
    // The runner would take these parts for parts of the next snapshot.
    fail(QStringLiteral("does not read from its link"));
    return false;
}

/// Its answer may arrive after the call returned, so a return without an answer is not an error.
bool RemoteInstance::askPage(quint64 question, const QString& name, const QString& argument) {
    return call(MessageType::Page, {"page"}, {static_cast<qint64>(question), name, argument});
}

void RemoteInstance::stop(Ticket ticket) { call(MessageType::Stop, {"stop"}, {static_cast<qint64>(ticket)}); }

bool RemoteInstance::abandon() {
    m_isOver = true;
    m_tick.stop();
    m_process->kill();
    return true;
}

void RemoteInstance::write(const QCborMap& object, Ticket ticket) {
    call(MessageType::WriteObject, {"write"}, {object, static_cast<qint64>(ticket)});
}

void RemoteInstance::erase(const QCborMap& object, Ticket ticket) {
    call(MessageType::EraseObject, {"erase"}, {object, static_cast<qint64>(ticket)});
}

bool RemoteInstance::call(MessageType type, const Call& what, std::initializer_list<QCborValue> arguments,
                          const QString& key) {
    if (!m_socket || m_isOver) return false;
    const std::size_t before = m_socket->waiting();
    if (!m_socket->send(type, arguments, key)) return false;
    // A message that replaced a waiting one is still the same call.
    if (m_socket->waiting() > before) m_outstanding.push_back(what);
    m_socket->flush();
    return true;
}

void RemoteInstance::onMessage(const Message& message) {
    if (m_isOver) return;
    const auto feature = [&](auto* iface, auto act) {
        if (iface) act(*iface);
    };
    switch (message.type) {
        case MessageType::Hello: return onHello(message);
        case MessageType::Loaded: return onLoaded(message);
        case MessageType::Started:
            m_isStarted = message.text(0).isEmpty();
            Q_EMIT started(shortened(message.text(0)));
            return;
        case MessageType::Answer: Q_EMIT answered(static_cast<quint64>(message.integer(0)), message.map(1)); return;
        case MessageType::Returned: return onReturned(message.integer(0));
        case MessageType::Threw:
            m_threw = QStringLiteral("threw from %1: %2").arg(shortened(message.text(0)), shortened(message.text(1)));
            return;
        case MessageType::Pong:
            m_pongs = message.integer(0);
            m_facade->countPublishes(static_cast<quint64>(std::max<qint64>(message.integer(1), 0)));
            return;
        case MessageType::Publish:
            return feature(featureOf<IBus>(*m_facade), [&](IBus& bus) {
                bus.publish(message.text(0), message.text(1), message.map(2), message.integer(3));
            });
        case MessageType::SetMetric:
            return feature(featureOf<IMetrics>(*m_facade), [&](IMetrics& metrics) {
                metrics.set(static_cast<int>(message.integer(0)), message.map(1), message.integer(2));
            });
        case MessageType::RemoveMetric:
            return feature(featureOf<IMetrics>(*m_facade), [&](IMetrics& metrics) {
                metrics.remove(static_cast<int>(message.integer(0)), message.map(1));
            });
        case MessageType::Complete:
            m_facade->complete(static_cast<quint64>(message.integer(0)), static_cast<int>(message.integer(1)),
                               static_cast<int>(message.integer(2)), message.text(3));
            return;
        case MessageType::Event:
            return feature(featureOf<IEvents>(*m_facade), [&](IEvents& events) { events.record(message.map(0)); });
        case MessageType::LeftThreads:
            Q_EMIT remarked(QStringLiteral("ThreadsLeft"), QStringLiteral("stopped, but left %1 threads running: %2")
                                                               .arg(message.arguments.at(0).toArray().size())
                                                               .arg(firstTexts(message).join(QStringLiteral(", "))));
            return;
        case MessageType::UselessGrants:
            for (const QString& text : firstTexts(message)) Q_EMIT remarked(QStringLiteral("NotGranted"), text);
            return;
        default: break;
    }
    if (link::isRequest(message.type)) {
        const QCborValue answer = answerTo(message);
        if (!m_socket) return;
        m_socket->send(MessageType::Reply, {message.integer(0), answer});
        return m_socket->flush();
    }
    m_garbage = QStringLiteral("sent invalid data over its link: message type %1, which only a host sends")
                    .arg(static_cast<int>(message.type));
    m_process->kill();
}

void RemoteInstance::onHello(const Message& message) {
    const qint64 minor = message.integer(2);
    if (message.integer(0) != link::kProtocolVersion || message.integer(1) != FOS1_SDK_MAJOR || minor > FOS1_SDK_MINOR)
        return fail(
            QStringLiteral("%1 uses link protocol %2 with SDK %3.%4; this host uses link protocol %5 with SDK %6.%7")
                .arg(m_launch.program)
                .arg(message.integer(0))
                .arg(message.integer(1))
                .arg(minor)
                .arg(link::kProtocolVersion)
                .arg(FOS1_SDK_MAJOR)
                .arg(FOS1_SDK_MINOR));
    m_outstanding.push_back({"load"});
    m_socket->send(MessageType::Load, {m_launch.request.encode()});
    m_socket->flush();
}

void RemoteInstance::onLoaded(const Message& message) {
    onReturned(0);
    if (!message.text(0).isEmpty()) return fail(message.text(0));
    m_offered = message.arguments.at(1).toArray();
    const QCborArray remarks = message.arguments.at(2).toArray();
    for (const QCborValue& remark : remarks) Q_EMIT remarked(QStringLiteral("NotConfined"), remark.toString());
    for (const auto& [question, object] : std::exchange(m_early, {})) {
        if (!isToBeAsked(IValidator::kIid))
            Q_EMIT answered(question, validationResult({}));
        else if (!askValidator(question, object))
            Q_EMIT unanswered(question, QStringLiteral("the object does not fit on its link"));
    }
    call(MessageType::Start, {"start"}, {});
}

void RemoteInstance::onReturned(qint64 micros) {
    if (m_outstanding.empty()) return;
    const Call returned = m_outstanding.front();
    const QString what = QString::fromLatin1(returned.what);
    m_outstanding.pop_front();
    m_ticksInCall = 0;
    if (m_isStarted && micros / 1000 > kCallbackBudgetMs) Q_EMIT slow(what, micros / 1000);
    if (returned.question != 0) Q_EMIT unanswered(returned.question, QStringLiteral("it returned without answering"));
}

template <typename Feed, typename Follower>
int RemoteInstance::follow(Feed* feed, std::map<qint64, std::unique_ptr<Follower>>& listeners, qint64 id) {
    if (!feed) return static_cast<int>(Status::NotPermitted);
    std::unique_ptr<Follower>& listener = listeners[id];
    if (listener) return static_cast<int>(Status::InvalidArgument);
    listener = std::make_unique<Follower>(*this, id);
    return feed->subscribe(listener.get());
}

template <typename Feed, typename Follower>
int RemoteInstance::unfollow(Feed* feed, std::map<qint64, std::unique_ptr<Follower>>& listeners, qint64 id) {
    const auto it = listeners.find(id);
    if (!feed || it == listeners.end()) return static_cast<int>(Status::NotPermitted);
    const int answer = feed->unsubscribe(it->second.get());
    listeners.erase(it);
    return answer;
}

QCborValue RemoteInstance::answerTo(const Message& request) {
    const auto refused = QCborValue(static_cast<int>(Status::NotPermitted));
    auto* bus = featureOf<IBus>(*m_facade);
    auto* status = featureOf<IStatus>(*m_facade);
    auto* metrics = featureOf<IMetrics>(*m_facade);
    auto* source = featureOf<ISpecSource>(*m_facade);
    auto* catalog = featureOf<ISpecCatalog>(*m_facade);
    switch (request.type) {
        case MessageType::Retract:
            return bus ? bus->retract(request.text(1), request.text(2), request.text(3)) : refused;
        case MessageType::Subscribe: return subscribe(request.integer(1), request.text(2));
        case MessageType::Unsubscribe: return unsubscribe(request.integer(1));
        case MessageType::SetCondition: return status ? status->setCondition(request.map(1), request.map(2)) : refused;
        case MessageType::RemoveCondition:
            return status ? status->removeCondition(request.map(1), request.text(2)) : refused;
        case MessageType::SetFields: return status ? status->setFields(request.map(1), request.map(2)) : refused;
        case MessageType::DeclareMetric:
            return metrics ? QCborValue(metrics->declare(request.text(1), static_cast<int>(request.integer(2)),
                                                         request.text(3), request.text(4),
                                                         static_cast<int>(request.integer(5))))
                           : QCborValue(-refused.toInteger());
        case MessageType::ApplySpecs: return source ? QCborValue(source->apply(request.map(1))) : QCborMap();
        case MessageType::SubscribeStatus:
            return follow(featureOf<IStatusFeed>(*m_facade), m_statusListeners, request.integer(1));
        case MessageType::UnsubscribeStatus:
            return unfollow(featureOf<IStatusFeed>(*m_facade), m_statusListeners, request.integer(1));
        case MessageType::SubscribeEvents:
            return follow(featureOf<IEventFeed>(*m_facade), m_eventListeners, request.integer(1));
        case MessageType::UnsubscribeEvents:
            return unfollow(featureOf<IEventFeed>(*m_facade), m_eventListeners, request.integer(1));
        case MessageType::AskKinds: return catalog ? QCborValue(catalog->kinds()) : QCborMap();
        case MessageType::AskPending:
            return catalog ? QCborValue(catalog->pending(request.text(1), request.text(2)))
                           : QCborValue(-refused.toInteger());
        default: return refused;
    }
}

int RemoteInstance::subscribe(qint64 id, const QString& topic) {
    auto* bus = featureOf<IBus>(*m_facade);
    if (!bus) return static_cast<int>(Status::NotPermitted);
    if (m_listeners.contains(id)) return static_cast<int>(Status::InvalidArgument);
    auto listener = std::make_unique<Listener>(*this, id, topic);
    const int answer = bus->subscribe(topic, listener.get());
    if (answer == static_cast<int>(Status::Ok)) m_listeners.emplace(id, std::move(listener));
    return answer;
}

int RemoteInstance::unsubscribe(qint64 id) {
    auto* bus = featureOf<IBus>(*m_facade);
    const auto it = m_listeners.find(id);
    if (!bus || it == m_listeners.end()) return static_cast<int>(Status::NotFound);
    const int answer = bus->unsubscribe(it->second->topic(), it->second.get());
    m_listeners.erase(it);
    return answer;
}

/// Counts ticks, not time: a delay of the host itself must not count against its runners.
void RemoteInstance::tick() {
    if (const QString over = m_process->checkUsage(); !over.isEmpty()) return fail(over);
    if (!m_outstanding.empty() && ++m_ticksInCall > kMissedPings)
        return fail(QStringLiteral("did not return from %1 within %2 s")
                        .arg(QLatin1String(m_outstanding.front().what))
                        .arg(kMissedPings));
    if (m_pings - m_pongs >= kMissedPings)
        return fail(QStringLiteral("missed %1 pings in a row: its event loop is blocked").arg(kMissedPings));
    if (m_socket) m_socket->send(MessageType::Ping, {++m_pings}, QStringLiteral("ping"));
}

void RemoteInstance::fail(const QString& reason) {
    if (m_isOver) return;
    m_isOver = true;
    m_tick.stop();
    m_process->kill();
    if (m_socket) {
        // Its children may hold the other end, and go on to write.
        m_socket->disconnect(this);
        m_socket.release()->deleteLater();
    }
    Q_EMIT failed(reason);
}

}  // namespace fos1::host
