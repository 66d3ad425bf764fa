// SPDX-License-Identifier: GPL-2.0-or-later
// A plugin in a runner. Turns calls into messages, and the runner's messages into calls of the facade, which checks
// them like those of a local plugin. Detects a runner that exits, hangs or sends invalid data.
#pragma once

#include <QCborArray>
#include <QElapsedTimer>
#include <QTimer>
#include <deque>
#include <map>
#include <memory>

#include "fos1/features/spec_source.h"
#include "link/frame_socket.h"
#include "link/load_request.h"
#include "plugins/plugin_instance.h"
#include "plugins/runner_process.h"

namespace fos1::host {

class RemoteInstance final : public PluginInstance {
    Q_OBJECT
   public:
    static constexpr std::chrono::milliseconds kPingInterval{1000};
    static constexpr int kMissedPings = 5;  ///< intervals without a Pong, or in one call, before it counts as hung

    struct Launch {
        QString program;  ///< path of fos1-plugin-runner
        link::LoadRequest request;
        RunnerLimits limits;
        std::unique_ptr<RunnerTree> tree;
    };

    /// `graveyard` owns the killed processes that have not exited yet. It outlives all instances.
    RemoteInstance(std::unique_ptr<PluginFacade> facade, Launch launch, QObject* graveyard);
    ~RemoteInstance() override;

    void start() override;
    void reconcile(const QCborMap& snapshot, Ticket ticket) override;
    void stop(Ticket ticket) override;
    bool abandon() override;
    [[nodiscard]] bool isToBeAsked(const char* iid) const override;
    bool askValidator(quint64 question, const QCborMap& object) override;
    bool askPreviewer(quint64 question, const QCborMap& snapshot) override;
    bool askPage(quint64 question, const QString& name, const QString& argument) override;
    bool isWriter() override { return offers(ISpecWriter::kIid); }
    void write(const QCborMap& object, Ticket ticket) override;
    void erase(const QCborMap& object, Ticket ticket) override;
    bool isMerger() override { return offers(ISpecMerger::kIid); }
    void merge(const QCborMap& change, Ticket ticket) override {
        call(link::MessageType::MergeObject, {"merge"}, {change, static_cast<qint64>(ticket)});
    }
    [[nodiscard]] qint64 pid() const override { return m_process->pid(); }
    [[nodiscard]] trees::Usage usage() override { return m_process->usage(); }
    [[nodiscard]] QString protection() const override { return m_process->protection(); }

   private:
    class Listener;
    class StatusListener;
    class EventListener;

    [[nodiscard]] bool offers(const char* iid) const {
        return m_offered && m_offered->contains(QString::fromLatin1(iid));
    }
    void onMessage(const link::Message& message);
    void onHello(const link::Message& message);
    void onLoaded(const link::Message& message);
    void onReturned(qint64 micros);
    [[nodiscard]] QCborValue answerTo(const link::Message& request);
    template <typename Feed, typename Follower>
    int follow(Feed* feed, std::map<qint64, std::unique_ptr<Follower>>& listeners, qint64 id);
    template <typename Feed, typename Follower>
    int unfollow(Feed* feed, std::map<qint64, std::unique_ptr<Follower>>& listeners, qint64 id);
    int subscribe(qint64 id, const QString& topic);
    int unsubscribe(qint64 id);
    void tick();
    void fail(const QString& reason);
    struct Call {
        const char* what = "";
        quint64 question = 0;  ///< the question that the call is to answer
    };
    bool call(link::MessageType type, const Call& what, std::initializer_list<QCborValue> arguments,
              const QString& key = {});
    bool sendParts(const QCborMap& snapshot);

    Launch m_launch;
    QObject* m_graveyard;
    RunnerProcess* m_process;  ///< deletes itself after killAndForget()
    std::unique_ptr<link::FrameSocket> m_socket;
    QTimer m_tick;
    std::deque<Call> m_outstanding;  ///< calls that have not returned yet
    int m_ticksInCall = 0;           ///< counted since the oldest outstanding call began
    qint64 m_pings = 0;
    qint64 m_pongs = 0;
    std::map<qint64, std::unique_ptr<Listener>> m_listeners;
    std::map<qint64, std::unique_ptr<StatusListener>> m_statusListeners;
    std::map<qint64, std::unique_ptr<EventListener>> m_eventListeners;
    QString m_threw;
    QString m_garbage;
    std::vector<std::pair<quint64, QCborMap>> m_early;  ///< questions for the validator from before it was loaded
    std::optional<QCborArray> m_offered;                ///< IIDs; set once the plugin is loaded
    bool m_isStarted = false;
    bool m_isOver = false;
};

}  // namespace fos1::host
