// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus_client.h"

#include <sdbus-c++/Error.h>
#include <sys/socket.h>

#include <QRandomGenerator>
#include <algorithm>

namespace fos1::dbus {

std::chrono::milliseconds reconnectDelay(int failures, double random) {
    const double ms = std::min(500.0 * static_cast<double>(1 << std::min(failures, 10)), 30'000.0);
    return std::chrono::milliseconds(static_cast<qint64>(ms * (0.8 + 0.4 * random)));
}

QString errorText(const sdbus::Error& error) {
    return QString::fromStdString(error.getMessage().empty() ? error.getName() : error.getMessage());
}

BusClient::BusClient(QObject* parent) : QObject(parent) {
    m_retryTimer.setSingleShot(true);
    connect(&m_retryTimer, &QTimer::timeout, this, &BusClient::open);
    connect(&m_opener, &BusOpener::opened, this, &BusClient::opened);
}

BusClient::~BusClient() {
    m_waiting.clear();
    stop();
}

void BusClient::hear(std::string rule, Heard heard) { m_rules.push_back({std::move(rule), std::move(heard)}); }

void BusClient::start() {
    m_isStarted = true;
    m_failures = 0;
    if (!m_connection && !m_isOpening) open();
}

void BusClient::stop() {
    m_isStarted = false;
    m_retryTimer.stop();
    close(QStringLiteral("the connection was closed"));
}

void BusClient::open() {
    m_isOpening = true;
    if (m_rules.empty()) return m_opener.open();
    m_opener.open([rules = m_rules](sdbus::IConnection& connection) {
        for (const Rule& rule : rules) connection.addMatch(rule.text, rule.heard, sdbus::floating_slot);
    });
}

void BusClient::opened() {
    m_isOpening = false;
    auto connection = m_opener.take();
    if (!m_isStarted) return;
    if (!connection) return lose(connection.error().message);
    m_connection = std::move(*connection);
    m_pump = std::make_unique<BusPump>(*m_connection);
    connect(m_pump.get(), &BusPump::failed, this, &BusClient::lose, Qt::QueuedConnection);
    connect(m_pump.get(), &BusPump::drained, this, &BusClient::drained);
    Q_EMIT up();
}

sdbus::IProxy& BusClient::proxyOf(const BusMethod& method) {
    auto& proxy = m_proxies[{method.service, method.path}];
    if (!proxy) {
        proxy = sdbus::createProxy(*m_connection, method.service, method.path);
        proxy->finishRegistration();
    }
    return *proxy;
}

void BusClient::call(const BusMethod& method, const Arguments& arguments, Answer answer,
                     std::chrono::microseconds timeout) {
    const quint64 id = ++m_calls;
    m_waiting.emplace(id, std::move(answer));
    const auto finish = [this, id](Result<sdbus::MethodReply> result) {
        const auto waiting = m_waiting.find(id);
        if (waiting == m_waiting.end()) return;
        const Answer done = std::move(waiting->second);
        m_waiting.erase(waiting);
        done(std::move(result));
    };
    const auto finishLater = [this, finish](const QString& why) {
        QTimer::singleShot(0, this, [finish, why] { finish(failure(ErrorCode::Io, why)); });
    };
    if (!m_pump) return finishLater(QStringLiteral("there is no connection to the bus"));
    try {
        sdbus::IProxy& proxy = proxyOf(method);
        sdbus::MethodCall call = proxy.createMethodCall(method.interface, method.name);
        if (arguments) arguments(call);
        proxy.callMethod(
            call,
            [finish](sdbus::MethodReply& reply, const sdbus::Error* error) {
                if (!error) return finish(reply);
                finish(failure(ErrorCode::Refused, errorText(*error), QString::fromStdString(error->getName())));
            },
            static_cast<std::uint64_t>(timeout.count()));
    } catch (const sdbus::Error& error) {
        finishLater(errorText(error));
        return m_pump->fail(errorText(error));
    }
    arm();
}

void BusClient::lose(const QString& reason) {
    if (!m_isStarted || m_retryTimer.isActive()) return;
    close(reason);
    m_retryTimer.start(reconnectDelay(m_failures++, QRandomGenerator::global()->generateDouble()));
    Q_EMIT lost(reason);
}

void BusClient::close(const QString& reason) {
    if (!m_connection) return;
    Q_EMIT down();
    const bool isDrained = this->isDrained();
    m_pump.reset();
    m_proxies.clear();
    // sd-bus sends the rest before it closes, and would wait for a bus that does not read.
    if (!isDrained) {
        try {
            ::shutdown(m_connection->getEventLoopPollData().fd, SHUT_RDWR);
        } catch (const sdbus::Error&) {
            Q_ASSERT(!m_pump);  // already closed
        }
    }
    m_connection.reset();
    for (auto& [id, answer] : std::exchange(m_waiting, {}))
        QTimer::singleShot(0, this, [answer = std::move(answer), reason] { answer(failure(ErrorCode::Io, reason)); });
}

}  // namespace fos1::dbus
