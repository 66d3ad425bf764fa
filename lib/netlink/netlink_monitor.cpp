// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink_monitor.h"

#include <linux/rtnetlink.h>

#include "fos1/logging.h"

namespace fos1::netlink {

namespace {

using namespace std::chrono_literals;

FOS1_LOG(lcNetlink, "netlink")

constexpr std::chrono::milliseconds kShortestPause{10};
constexpr std::chrono::milliseconds kLongestPause{1000};
constexpr std::chrono::milliseconds kDumpDeadline{5000};

}  // namespace

Monitor::Monitor(MonitorOptions options, Keeper& keeper)
    : m_options(std::move(options)), m_dialogue(m_options.groups, keeper), m_pause(kShortestPause) {
    for (QTimer* timer : {&m_quiet, &m_again, &m_deadline}) timer->setSingleShot(true);
    m_quiet.setInterval(kQuiet);
    m_quiet.setTimerType(Qt::PreciseTimer);
    m_deadline.setInterval(kDumpDeadline);
    connect(&m_quiet, &QTimer::timeout, this, [this] {
        if (m_isDue) tell();
    });
    connect(&m_again, &QTimer::timeout, this, &Monitor::again);
    connect(&m_deadline, &QTimer::timeout, this,
            [this] { reopen(QStringLiteral("the kernel did not finish its list in time")); });
}

Monitor::~Monitor() = default;

tl::expected<void, Error> Monitor::start() {
    if (const auto opened = open(); !opened) return opened;
    send(m_dialogue.begin());
    return {};
}

void Monitor::stop() {
    for (QTimer* timer : {&m_quiet, &m_again, &m_deadline}) timer->stop();
    close();
}

tl::expected<void, Error> Monitor::open() {
    close();
    auto opened = m_options.open({NETLINK_ROUTE, m_options.groups, m_options.receiveBufferBytes});
    if (!opened) return tl::unexpected(opened.error());
    m_socket = std::move(*opened);
    m_inbox = std::make_unique<Inbox>(m_socket, [this](const Received& received) { take(received); });
    m_dialogue.reset(m_socket->portId());
    return {};
}

void Monitor::close() {
    m_inbox.reset();
    m_socket.reset();
}

/// What is known stays in force until it is read anew.
void Monitor::reopen(const QString& why) {
    qCWarning(lcNetlink).noquote() << "event=lost-netlink reason=" + why;
    m_deadline.stop();
    close();
    m_dialogue.reset(0);
    m_isTroubled = true;
    Q_EMIT troubled(why);
    m_again.start(m_pause);
}

/// One dump, after a new socket when the old one is of no use.
void Monitor::again() {
    m_pause = std::min(m_pause * 2, kLongestPause);
    if (!m_socket)
        if (const auto opened = open(); !opened) {
            m_again.start(m_pause);
            return;
        }
    if (m_dialogue.isIdle()) send(m_dialogue.begin());
}

void Monitor::take(const Received& received) {
    switch (received.what) {
        case Received::What::Datagram: follow(m_dialogue.receive(received.bytes)); break;
        case Received::What::Overrun:
            qCInfo(lcNetlink) << "event=notifications-lost";
            follow(m_dialogue.lost());
            break;
        case Received::What::Failure: reopen(received.error.message); break;
        case Received::What::Nothing: break;
    }
}

void Monitor::follow(const Dialogue::Outcome& outcome) {
    if (!outcome.failure.isEmpty()) {
        reopen(outcome.failure);
        return;
    }
    if (!outcome.request.isEmpty()) send(outcome.request);
    if (m_dialogue.isIdle() && m_deadline.isActive()) {
        m_deadline.stop();
        if (!outcome.needsAgain) m_pause = kShortestPause;
        if (m_isTroubled) {
            m_isTroubled = false;
            Q_EMIT troubled({});
        }
    }
    if (outcome.needsAgain && !m_again.isActive()) m_again.start(m_pause);
    if (!outcome.isChanged) return;
    m_isDue = true;
    // With the next turn of the loop, so that what has arrived already is told at once.
    if (!m_quiet.isActive()) m_quiet.start(0ms);
}

void Monitor::send(const QByteArray& request) {
    m_deadline.start();
    if (const auto sent = m_socket->send(request); !sent) reopen(sent.error().message);
}

void Monitor::tell() {
    m_isDue = false;
    m_quiet.start(kQuiet);
    Q_EMIT changed();
}

}  // namespace fos1::netlink
