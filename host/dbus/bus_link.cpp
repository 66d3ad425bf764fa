// SPDX-License-Identifier: GPL-2.0-or-later
#include "dbus/bus_link.h"

#include <sdbus-c++/Error.h>
#include <sys/socket.h>

#include <QRandomGenerator>
#include <algorithm>

#include "dbus/dbus_names.h"
#include "fos1/logging.h"

namespace fos1::host::dbus {

namespace {
FOS1_LOG(lcDbus, "host.dbus")

constexpr const char* kBus = "org.freedesktop.DBus";
constexpr std::uint64_t kAskTimeoutUs = 25'000'000;
constexpr std::uint32_t kDoNotQueue = 4;    ///< DBUS_NAME_FLAG_DO_NOT_QUEUE
constexpr std::uint32_t kPrimaryOwner = 1;  ///< DBUS_REQUEST_NAME_REPLY_PRIMARY_OWNER
constexpr std::uint32_t kAlreadyOwner = 4;

QString text(const sdbus::Error& error) {
    return QString::fromStdString(error.getMessage().empty() ? error.getName() : error.getMessage());
}

}  // namespace

std::chrono::milliseconds reconnectDelay(int failures, double random) {
    const double ms = std::min(500.0 * static_cast<double>(1 << std::min(failures, 10)), 30'000.0);
    return std::chrono::milliseconds(static_cast<qint64>(ms * (0.8 + 0.4 * random)));
}

QString toText(LinkState state) {
    switch (state) {
        case LinkState::Off: return QStringLiteral("off");
        case LinkState::Connecting: return QStringLiteral("connecting");
        case LinkState::NoBus: return QStringLiteral("no bus");
        case LinkState::NameRefused: return QStringLiteral("name refused");
        case LinkState::Connected: return QStringLiteral("connected");
        case LinkState::Unknown: break;
    }
    return QStringLiteral("unknown");
}

BusLink::BusLink(QObject* parent) : QObject(parent) {
    m_retryTimer.setSingleShot(true);
    connect(&m_retryTimer, &QTimer::timeout, this, &BusLink::open);
    connect(&m_opener, &BusOpener::opened, this, &BusLink::opened);
}

BusLink::~BusLink() { stop(); }

void BusLink::start(const QString& address) {
    m_address = address;
    // Not through createSessionBusConnectionWithAddress(): sdbus-c++ 1.2 loses memory there with each bus that is not
    // there.
    if (!address.isEmpty()) qputenv("DBUS_SYSTEM_BUS_ADDRESS", address.toUtf8());
    setState(LinkState::Connecting, {});
    open();
}

void BusLink::stop() {
    m_retryTimer.stop();
    close();
    m_state = LinkState::Off;
}

void BusLink::open() { m_opener.open(); }

void BusLink::opened() {
    auto connection = m_opener.take();
    if (m_state == LinkState::Off) return;
    if (!connection) return lose(LinkState::NoBus, connection.error().message);
    m_connection = std::move(*connection);
    try {
        m_bus = sdbus::createProxy(*m_connection, kBus, "/org/freedesktop/DBus");
        m_bus->finishRegistration();
    } catch (const sdbus::Error& error) {
        return lose(LinkState::NoBus, text(error));
    }
    m_pump = std::make_unique<BusPump>(*m_connection);
    connect(
        m_pump.get(), &BusPump::failed, this, [this](const QString& reason) { lose(LinkState::NoBus, reason); },
        Qt::QueuedConnection);
    connect(m_pump.get(), &BusPump::drained, this, [this] {
        if (isClear()) Q_EMIT clear();
    });
    Q_EMIT up();
    requestName();
}

void BusLink::ask(const char* method, const std::function<void(sdbus::MethodCall&)>& arguments,
                  sdbus::async_reply_handler reply) {
    if (!m_pump) return;
    try {
        sdbus::MethodCall call = m_bus->createMethodCall(kBus, method);
        arguments(call);
        m_bus->callMethod(call, std::move(reply), kAskTimeoutUs);
    } catch (const sdbus::Error& error) {
        return m_pump->fail(text(error));
    }
    arm();
}

void BusLink::requestName() {
    const auto arguments = [](sdbus::MethodCall& call) { call << kServiceName << kDoNotQueue; };
    ask("RequestName", arguments,
        [this](sdbus::MethodReply& reply, const sdbus::Error* error) { named(reply, error); });
}

void BusLink::named(sdbus::MethodReply& reply, const sdbus::Error* error) {
    std::uint32_t code = 0;
    if (!error) reply >> code;
    if (code == kPrimaryOwner || code == kAlreadyOwner) {
        m_failures = 0;
        setState(LinkState::Connected, {});
        Q_EMIT clear();
        return;
    }
    const QString reason = error ? text(*error) + QStringLiteral(" (is io.fos1.Host1.conf where the bus looks for it?)")
                                 : QStringLiteral("another process has it");
    // Not from inside the connection's own callback.
    QMetaObject::invokeMethod(
        this, [this, reason] { lose(LinkState::NameRefused, reason); }, Qt::QueuedConnection);
}

void BusLink::lose(LinkState state, const QString& reason) {
    if (m_retryTimer.isActive()) return;
    close();
    setState(state, reason);
    m_retryTimer.start(reconnectDelay(m_failures++, QRandomGenerator::global()->generateDouble()));
}

void BusLink::close() {
    if (!m_connection) return;
    Q_EMIT down();
    const bool isDrained = m_pump && m_pump->isDrained();
    m_pump.reset();
    m_bus.reset();
    // sd-bus says the rest before it closes, and would wait for a bus that does not listen.
    if (!isDrained) {
        try {
            ::shutdown(m_connection->getEventLoopPollData().fd, SHUT_RDWR);
        } catch (const sdbus::Error&) {
            qCDebug(lcDbus) << "closed already";
        }
    }
    m_connection.reset();
}

void BusLink::setState(LinkState state, const QString& reason) {
    if (state == m_state) return;
    const LinkState before = std::exchange(m_state, state);
    const QString where = m_address.isEmpty() ? QStringLiteral("the system bus") : m_address;
    if (state == LinkState::Connected)
        qCInfo(lcDbus).noquote() << "connected bus=" + where << "name=" + QString::fromLatin1(kServiceName);
    else if (state == LinkState::NameRefused)
        qCWarning(lcDbus).noquote() << "the bus refuses us the name" << kServiceName << "bus=" + where
                                    << "reason=" + reason;
    else if (state == LinkState::NoBus)
        qCInfo(lcDbus).noquote() << (before == LinkState::Connected ? "the bus has gone" : "no bus yet")
                                 << "bus=" + where << "reason=" + reason;
    Q_EMIT stateChanged();
}

}  // namespace fos1::host::dbus
