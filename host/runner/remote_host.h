// SPDX-License-Identifier: GPL-2.0-or-later
// The host as a plugin in a runner sees it: the same interfaces and answers, over the link. A question that only the
// host's stores can answer is sent to the host, and the call waits for the reply. Published state is sent without
// waiting, conflated.
#pragma once

#include <QThread>
#include <functional>
#include <map>
#include <memory>
#include <set>

#include "fos1/features/event_feed.h"
#include "fos1/features/status_feed.h"
#include "fos1/ihost.h"
#include "link/frame_socket.h"
#include "link/load_request.h"
#include "log/refused_calls.h"

namespace fos1::runner {

class RemoteHost final : public IHost {
   public:
    /// `socket` outlives this object.
    RemoteHost(link::FrameSocket& socket, link::LoadRequest request);
    ~RemoteHost() override;

    IInterface* query(const QString& iid) override;
    int complete(quint64 ticket, int outcome, int retryAfterMs, const QString& message) override;
    QCborMap configuration() override;
    QString stateDirectory() override;
    QString runtimeDirectory() override;

    /// Passes a message of the host to the plugin's listeners.
    void deliverState(const link::Message& message);
    void deliverStatus(const link::Message& message);
    void deliverEvent(const link::Message& message);

    void expectTicket(quint64 ticket) { m_tickets.insert(ticket); }
    /// The completion of stop() goes to `onStopped` instead of the host.
    void expectStop(quint64 ticket, std::function<void(int outcome, const QString& message)> onStopped) {
        m_stopTicket = ticket;
        m_onStopped = std::move(onStopped);
    }
    /// Publishes since the last call.
    [[nodiscard]] qint64 takePublishes() { return std::exchange(m_publishes, 0); }

   private:
    class Bus;
    class StatusFeature;
    class Metrics;
    class Events;
    class PageReplies;
    class SpecSource;
    class SpecCatalog;
    template <typename Interface, typename Listener, link::MessageType kSubscribe, link::MessageType kUnsubscribe>
    class Feed;
    using StatusFeed =
        Feed<IStatusFeed, IStatusListener, link::MessageType::SubscribeStatus, link::MessageType::UnsubscribeStatus>;
    using EventFeed =
        Feed<IEventFeed, IEventListener, link::MessageType::SubscribeEvents, link::MessageType::UnsubscribeEvents>;

    [[nodiscard]] bool isHomeThread() const { return QThread::currentThread() == m_home; }
    /// Sends a request and waits for its reply. `send` receives the request's number.
    QCborValue ask(const std::function<bool(qint64)>& send);
    int askStatus(const std::function<bool(qint64)>& send);

    link::FrameSocket& m_socket;
    link::LoadRequest m_request;
    QThread* m_home = QThread::currentThread();
    std::map<QString, std::unique_ptr<IInterface>> m_features;
    Bus* m_bus = nullptr;                ///< points into m_features, or null
    StatusFeed* m_statusFeed = nullptr;  ///< points into m_features, or null
    EventFeed* m_eventFeed = nullptr;    ///< points into m_features, or null
    std::set<quint64> m_tickets;
    quint64 m_stopTicket = 0;
    std::function<void(int outcome, const QString& message)> m_onStopped;
    qint64 m_lastRequest = 0;
    qint64 m_lastSubscription = 0;
    qint64 m_publishes = 0;
    host::log::RefusedCalls m_refused;
};

}  // namespace fos1::runner
