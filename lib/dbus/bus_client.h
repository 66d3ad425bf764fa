// SPDX-License-Identifier: GPL-2.0-or-later
// A connection to the system bus on Qt's event loop that comes back by itself, with calls that never wait. Must not
// know whom it talks to.
#pragma once

#include <sdbus-c++/IConnection.h>
#include <sdbus-c++/IProxy.h>
#include <sdbus-c++/Message.h>

#include <QObject>
#include <QTimer>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bus_opener.h"
#include "bus_pump.h"

namespace fos1::dbus {

/// 0.5 s, doubled with each failure up to 30 s, then times 0.8 to 1.2. `random` is in [0, 1).
[[nodiscard]] std::chrono::milliseconds reconnectDelay(int failures, double random);

/// In the bus's own words where it has any.
[[nodiscard]] QString errorText(const sdbus::Error& error);

struct BusMethod {
    std::string service;
    std::string path;
    std::string interface;
    std::string name;
};

class BusClient final : public QObject {
    Q_OBJECT
   public:
    using Arguments = std::function<void(sdbus::MethodCall&)>;
    using Answer = std::function<void(Result<sdbus::MethodReply>)>;
    using Heard = std::function<void(sdbus::Message&)>;

    static constexpr std::chrono::seconds kTimeout{25};

    explicit BusClient(QObject* parent = nullptr);
    ~BusClient() override;

    /// Hears the signals that `rule` matches (D-Bus specification, "Match Rules"). Before start().
    void hear(std::string rule, Heard heard);

    void start();

    /// Says down() when there is a connection, and lets it go. Does not wait for anything.
    void stop();

    /// From up() to down().
    [[nodiscard]] bool isUp() const { return m_pump != nullptr; }
    [[nodiscard]] sdbus::IConnection* connection() const { return m_connection.get(); }
    [[nodiscard]] bool isDrained() const { return m_pump && m_pump->isDrained(); }

    /// To be called after each outgoing message that is no call().
    void arm() {
        if (m_pump) m_pump->arm();
    }

    /// `answer` is called once: with the reply, with what the bus or the other side said against it, with a time-out,
    /// or when the connection goes first; never from inside this function. The reply holds for the time of the call.
    /// Not called any more when this object goes.
    void call(const BusMethod& method, const Arguments& arguments, Answer answer,
              std::chrono::microseconds timeout = kTimeout);

    /// Gives the connection up and comes back later: the longer, the more often that happened since trusted().
    void lose(const QString& reason);

    /// What the connection is for goes well.
    void trusted() { m_failures = 0; }

   Q_SIGNALS:
    void up();
    /// The connection is about to go: whatever belongs to it must go now.
    void down();
    /// isDrained() has become true.
    void drained();
    /// Also when none could be made.
    void lost(const QString& reason);

   private:
    void open();
    void opened();
    void close(const QString& reason);
    sdbus::IProxy& proxyOf(const BusMethod& method);

    struct Rule {
        std::string text;
        Heard heard;
    };

    std::vector<Rule> m_rules;
    BusOpener m_opener;
    QTimer m_retryTimer;
    int m_failures = 0;
    bool m_isStarted = false;
    bool m_isOpening = false;
    // In the order in which they depend on each other.
    std::unique_ptr<sdbus::IConnection> m_connection;
    std::map<std::pair<std::string, std::string>, std::unique_ptr<sdbus::IProxy>> m_proxies;
    std::map<quint64, Answer> m_waiting;
    quint64 m_calls = 0;
    std::unique_ptr<BusPump> m_pump;
};

}  // namespace fos1::dbus
