// SPDX-License-Identifier: GPL-2.0-or-later
// A connection to the system bus on Qt's event loop. It reconnects by itself, and its calls never block. Must not know
// which services it is used with.
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

/// 0.5 s, doubled with each failure up to 30 s, then multiplied by 0.8 to 1.2. `random` is in [0, 1).
[[nodiscard]] std::chrono::milliseconds reconnectDelay(int failures, double random);

/// The bus's own message, if there is one, otherwise the name of the error.
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

    /// Receives the signals that `rule` matches (D-Bus specification, "Match Rules"). To be called before start().
    void hear(std::string rule, Heard heard);

    void start();

    /// Emits down() when there is a connection, then closes it. Does not block.
    void stop();

    /// True from up() to down().
    [[nodiscard]] bool isUp() const { return m_pump != nullptr; }
    [[nodiscard]] sdbus::IConnection* connection() const { return m_connection.get(); }
    [[nodiscard]] bool isDrained() const { return m_pump && m_pump->isDrained(); }

    /// To be called after each outgoing message that is not sent with call().
    void arm() {
        if (m_pump) m_pump->arm();
    }

    /// `answer` is called exactly once: with the reply, an error of the bus or the callee, a timeout, or a lost
    /// connection. It is never called from inside this function, nor after this object is deleted. The reply is valid
    /// only during `answer`.
    void call(const BusMethod& method, const Arguments& arguments, Answer answer,
              std::chrono::microseconds timeout = kTimeout);

    /// Closes the connection and reconnects later. The delay grows with each loss since the last trusted().
    void lose(const QString& reason);

    /// Resets the reconnect delay, because the connection serves its purpose.
    void trusted() { m_failures = 0; }

   Q_SIGNALS:
    void up();
    /// The connection is about to close: release everything that belongs to it.
    void down();
    /// isDrained() has become true.
    void drained();
    /// Also emitted when no connection could be made.
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
    // In the order of their dependencies.
    std::unique_ptr<sdbus::IConnection> m_connection;
    std::map<std::pair<std::string, std::string>, std::unique_ptr<sdbus::IProxy>> m_proxies;
    std::map<quint64, Answer> m_waiting;
    quint64 m_calls = 0;
    std::unique_ptr<BusPump> m_pump;
};

}  // namespace fos1::dbus
