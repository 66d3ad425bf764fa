// SPDX-License-Identifier: GPL-2.0-or-later
#include "timedate_client.h"

#include <sys/timex.h>

#include <QFile>
#include <QSaveFile>

#include "fos1/logging.h"

namespace fos1::ntp {

namespace {

FOS1_LOG(lcTimedate, "ntp.timedate")

constexpr const char* kService = "org.freedesktop.timedate1";
constexpr const char* kPath = "/org/freedesktop/timedate1";
constexpr std::chrono::seconds kTimeout{10};  ///< it starts when it is asked
constexpr long kUnsynchronizedUs = 16'000'000;

/// Nobody there, and nobody who could be started.
bool isAbsent(const Error& error) {
    return error.path == QStringLiteral("org.freedesktop.DBus.Error.ServiceUnknown") ||
           error.path == QStringLiteral("org.freedesktop.DBus.Error.NameHasNoOwner");
}

}  // namespace

bool isKernelSynchronized() {
    timex clock{};
    return ::adjtimex(&clock) >= 0 && clock.maxerror < kUnsynchronizedUs;
}

TimedateClient::TimedateClient(QString stateFile, QObject* parent)
    : QObject(parent), m_stateFile(std::move(stateFile)) {
    m_bus.hear(
        std::string("type='signal',interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',path='") +
            kPath + "'",
        [this](sdbus::Message&) { look(); });
    connect(&m_bus, &dbus::BusClient::up, this, [this] {
        m_bus.trusted();
        look();
    });
    connect(&m_bus, &dbus::BusClient::lost, this, [this](const QString& reason) {
        if (m_wish == Wish::Claimed && m_rival.standing != RivalStanding::TurnedOff)
            show(RivalStanding::NoTimedated, reason);
    });
}

void TimedateClient::claim() { wish(Wish::Claimed); }

void TimedateClient::release() {
    // Without a connection when there is nothing to give back: chronyd may never have had the clock.
    if (m_wish == Wish::Unknown && !wasOurs()) return;
    wish(Wish::Released);
}

void TimedateClient::wish(Wish wish) {
    if (m_wish == wish) return;
    m_wish = wish;
    m_bus.start();
    look();
}

void TimedateClient::look() {
    if (!m_bus.isUp()) return;
    m_lookAgain = m_isBusy;
    if (std::exchange(m_isBusy, true)) return;
    dbus::readProperties(
        m_bus, {kService, kPath, kService, {}},
        [this](const Result<dbus::PropertyMap>& properties) {
            m_isBusy = false;
            if (std::exchange(m_lookAgain, false)) return look();
            onProperties(properties);
        },
        kTimeout);
}

void TimedateClient::onProperties(const Result<dbus::PropertyMap>& properties) {
    if (!properties) {
        const bool absent = isAbsent(properties.error());
        return show(absent ? RivalStanding::NoTimedated : RivalStanding::NotKnown,
                    absent ? QString() : properties.error().message);
    }
    const bool isOn = dbus::valueOf<bool>(*properties, "NTP");
    if (m_wish == Wish::Claimed) {
        if (isOn) return switchTo(false);
        return show(wasOurs() ? RivalStanding::TurnedOff : RivalStanding::NoneActive);
    }
    if (!wasOurs()) return show(RivalStanding::Unknown);
    if (!isOn) return switchTo(true);
    QFile::remove(m_stateFile);
    show(RivalStanding::Unknown);
}

void TimedateClient::switchTo(bool isOn) {
    // Before it is done: whatever happens in between, it is given back in the end.
    if (!isOn)
        if (const auto kept = remember(); !kept) return show(RivalStanding::NotTurnedOff, kept.error().text());
    m_isBusy = true;
    m_bus.call(
        {kService, kPath, kService, "SetNTP"}, [isOn](sdbus::MethodCall& call) { call << isOn << false; },
        [this, isOn](const Result<sdbus::MethodReply>& reply) {
            m_isBusy = false;
            onSwitched(isOn, reply);
        },
        kTimeout);
}

void TimedateClient::onSwitched(bool isOn, const Result<sdbus::MethodReply>& reply) {
    if (!reply) {
        qCWarning(lcTimedate).noquote() << "network time cannot be switched" << (isOn ? "on" : "off")
                                        << "reason=" + reply.error().message;
        if (!isOn) QFile::remove(m_stateFile);
        show(isOn ? RivalStanding::NotTurnedOn : RivalStanding::NotTurnedOff, reply.error().message);
    } else {
        qCInfo(lcTimedate).noquote() << "network time of the system (timedatectl) was switched"
                                     << (isOn ? "on" : "off");
        if (isOn) QFile::remove(m_stateFile);
        show(isOn ? RivalStanding::Unknown : RivalStanding::TurnedOff);
    }
    // What was wished for meanwhile. Not after a refusal, which would come again.
    const bool isWished = (m_wish == Wish::Claimed) == !isOn;
    if (std::exchange(m_lookAgain, false) && (reply || !isWished)) look();
}

void TimedateClient::show(RivalStanding standing, const QString& words) {
    const ClockRival rival{standing, words};
    if (rival == m_rival) return;
    m_rival = rival;
    QMetaObject::invokeMethod(this, &TimedateClient::changed, Qt::QueuedConnection);
}

bool TimedateClient::wasOurs() const { return QFile::exists(m_stateFile); }

tl::expected<void, Error> TimedateClient::remember() const {
    QSaveFile file(m_stateFile);
    if (!file.open(QIODevice::WriteOnly)) return failure(ErrorCode::Io, file.errorString(), m_stateFile);
    file.write("fos1-host switched network time off (timedatectl set-ntp false) and will switch it on again.\n");
    if (!file.commit()) return failure(ErrorCode::Io, file.errorString(), m_stateFile);
    return {};
}

}  // namespace fos1::ntp
