// SPDX-License-Identifier: GPL-2.0-or-later
#include "dbus/bus_link.h"

#include "dbus/dbus_names.h"
#include "fos1/logging.h"

namespace fos1::host::dbus {

namespace {
FOS1_LOG(lcDbus, "host.dbus")

constexpr const char* kBus = "org.freedesktop.DBus";
constexpr std::uint32_t kDoNotQueue = 4;    ///< DBUS_NAME_FLAG_DO_NOT_QUEUE
constexpr std::uint32_t kPrimaryOwner = 1;  ///< DBUS_REQUEST_NAME_REPLY_PRIMARY_OWNER
constexpr std::uint32_t kAlreadyOwner = 4;

}  // namespace

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
    connect(&m_client, &fos1::dbus::BusClient::up, this, [this] {
        Q_EMIT up();
        requestName();
    });
    connect(&m_client, &fos1::dbus::BusClient::down, this, &BusLink::down);
    connect(&m_client, &fos1::dbus::BusClient::lost, this, &BusLink::lose);
    connect(&m_client, &fos1::dbus::BusClient::drained, this, [this] {
        if (isClear()) Q_EMIT clear();
    });
}

BusLink::~BusLink() { stop(); }

void BusLink::start(const QString& address) {
    m_address = address;
    // createSessionBusConnectionWithAddress() is unsuitable: in sdbus-c++ 1.2 it leaks memory each time the bus is
    // missing.
    if (!address.isEmpty()) qputenv("DBUS_SYSTEM_BUS_ADDRESS", address.toUtf8());
    setState(LinkState::Connecting, {});
    m_client.start();
}

void BusLink::stop() {
    m_client.stop();
    m_state = LinkState::Off;
}

void BusLink::ask(const char* method, const fos1::dbus::BusClient::Arguments& arguments,
                  fos1::dbus::BusClient::Answer reply) {
    m_client.call({kBus, "/org/freedesktop/DBus", kBus, method}, arguments, std::move(reply));
}

void BusLink::requestName() {
    const auto arguments = [](sdbus::MethodCall& call) { call << kServiceName << kDoNotQueue; };
    ask("RequestName", arguments, [this](Result<sdbus::MethodReply> reply) { named(std::move(reply)); });
}

void BusLink::named(Result<sdbus::MethodReply> reply) {
    if (!m_client.isUp()) return;
    std::uint32_t code = 0;
    if (reply) *reply >> code;
    if (code == kPrimaryOwner || code == kAlreadyOwner) {
        m_client.trusted();
        setState(LinkState::Connected, {});
        Q_EMIT clear();
        return;
    }
    const QString reason =
        reply ? QStringLiteral("another process owns it")
              : reply.error().message +
                    QStringLiteral(" (is io.fos1.Host1.conf installed in the bus's policy directory?)");
    // Queued, because a connection must not be closed from its own callback.
    QMetaObject::invokeMethod(
        this,
        [this, reason] {
            m_lossIs = LinkState::NameRefused;
            m_client.lose(reason);
        },
        Qt::QueuedConnection);
}

void BusLink::lose(const QString& reason) { setState(std::exchange(m_lossIs, LinkState::NoBus), reason); }

void BusLink::setState(LinkState state, const QString& reason) {
    if (state == m_state) return;
    const LinkState before = std::exchange(m_state, state);
    const QString where = m_address.isEmpty() ? QStringLiteral("the system bus") : m_address;
    if (state == LinkState::Connected)
        qCInfo(lcDbus).noquote() << "connected bus=" + where << "name=" + QString::fromLatin1(kServiceName);
    else if (state == LinkState::NameRefused)
        qCWarning(lcDbus).noquote() << "the bus refused the name" << kServiceName << "bus=" + where
                                    << "reason=" + reason;
    else if (state == LinkState::NoBus)
        qCInfo(lcDbus).noquote() << (before == LinkState::Connected ? "lost the bus" : "no bus yet") << "bus=" + where
                                 << "reason=" + reason;
    Q_EMIT stateChanged();
}

}  // namespace fos1::host::dbus
