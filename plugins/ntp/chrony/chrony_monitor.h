// SPDX-License-Identifier: GPL-2.0-or-later
// Looks at chronyd every second and tells what it saw, as one Observation. Draws no conclusions.
#pragma once

#include <QObject>
#include <QTimer>
#include <chrono>
#include <map>
#include <memory>

#include "candm/chrony_client.h"
#include "core/observation.h"

namespace fos1::ntp {

struct MonitorIntervals {
    std::chrono::milliseconds settled{1000};
    std::chrono::milliseconds settling{150};  ///< until chronyd follows a source, for a while after a start
    std::chrono::seconds settlingAtMost{30};
    std::chrono::milliseconds names{5'000};     ///< how long a name is taken for that of an address
    std::chrono::milliseconds clients{10'000};  ///< the records of clients are asked for less often
};

class ChronyMonitor final : public QObject {
    Q_OBJECT

   public:
    /// `client` outlives the monitor.
    explicit ChronyMonitor(ChronyClient& client, MonitorIntervals intervals = {}, QObject* parent = nullptr);

    /// Looks at once and from then on; also to be called after a restart of chronyd.
    void start();
    void stop();
    [[nodiscard]] bool isActive() const { return m_active; }

   Q_SIGNALS:
    /// A look that found nothing at all is told too, with `error` set. A report that fails takes no other with it.
    void observed(const fos1::ntp::Observation& observation);

   private:
    struct Look;

    void look();
    void askTracking(const std::shared_ptr<Look>& look);
    void askSources(const std::shared_ptr<Look>& look);
    void askSource(const std::shared_ptr<Look>& look, quint32 index);
    void askName(const std::shared_ptr<Look>& look, std::size_t index);
    void askDetails(const std::shared_ptr<Look>& look, std::size_t index);
    void askServer(const std::shared_ptr<Look>& look);
    void askClients(const std::shared_ptr<Look>& look, quint32 first, int page);
    void finish(Look& look);
    template <typename T, typename Use>
    void ask(Collector collector, const candm::Request& request, const std::shared_ptr<Look>& look,
             Result<T> (*read)(const candm::Reply&), Use use);

    ChronyClient& m_client;
    const MonitorIntervals m_intervals;
    QTimer m_timer;
    bool m_active = false;
    quint64 m_generation = 0;  ///< a look that began before the last start() or stop() is dropped
    struct KnownName {
        QString name;
        std::chrono::steady_clock::time_point askedAt;
    };
    std::map<SourceAddress, KnownName> m_names;
    std::chrono::steady_clock::time_point m_startedAt;
    std::optional<std::chrono::steady_clock::time_point> m_clientsAskedAt;
};

}  // namespace fos1::ntp
