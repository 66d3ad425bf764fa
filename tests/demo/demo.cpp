// SPDX-License-Identifier: GPL-2.0-or-later
#include "demo.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QSocketNotifier>
#include <cstdio>
#include <utility>

#include "tree.h"

namespace fos1::demo {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kRound{1000};
constexpr std::chrono::seconds kPatience{60};
constexpr std::chrono::seconds kPatienceWithTrouble{120};

/// The program as a user would type it here.
QString program(const QString& path) {
    const QString relative = QDir::current().relativeFilePath(path);
    return relative.startsWith(u"..") ? path : relative;
}

}  // namespace

Demo::Demo(const Lifeline& lifeline, DemoOptions options)
    : m_lifeline(lifeline), m_options(options), m_isTerminal(::isatty(STDOUT_FILENO) != 0) {
    // Programs that are started here must not inherit these.
    for (const int fd : {m_lifeline.end, m_lifeline.listener}) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    auto* cut = new QSocketNotifier(m_lifeline.end, QSocketNotifier::Read, this);
    connect(cut, &QSocketNotifier::activated, this, [this, cut] {
        cut->setEnabled(false);
        end(m_status);
    });
    connect(&m_round, &QTimer::timeout, this, &Demo::look);
    m_round.setInterval(kRound);
}

Demo::~Demo() {
    if (m_looking.joinable()) m_looking.join();
}

void Demo::say(const QString& words) const {
    std::fputs(qPrintable(words), stdout);
    std::fflush(stdout);
}

void Demo::end(int status) {
    m_isOver = true;
    m_status = status;
    m_round.stop();
    QCoreApplication::quit();
}

int Demo::run() {
    QElapsedTimer timer;
    timer.start();
    say(QStringLiteral("Starting three upstreams, a router with the host and dnsmasq, and three VLANs ...\n"));
    m_network = std::make_unique<DemoNetwork>();
    if (const QString problem = m_network->start(); !problem.isEmpty()) {
        say(QStringLiteral("The demo cannot start: %1\n").arg(problem));
        return m_isOver ? m_status : 1;
    }
    m_relay = std::make_unique<Relay>(m_network->network(), QStringLiteral("rt"), m_lifeline.listener,
                                      DemoNetwork::kHttpPort);
    const system::HostUnderTest& host = m_network->host();
    m_places = {
        QStringLiteral("http://127.0.0.1:%1").arg(m_lifeline.port),
        QStringLiteral("%1 --socket %2").arg(program(tree::builtFile(QStringLiteral("bin/fos1ctl"))), host.socket()),
        host.path(QStringLiteral("manifests"))};
    say(QStringLiteral("Everything is running after %1 s.\n\n")
            .arg(static_cast<double>(timer.elapsed()) / 1000, 0, 'f', 1));
    const auto patience = m_options.trouble == Trouble::None ? kPatience : kPatienceWithTrouble;
    if (m_options.isOnce)
        QTimer::singleShot(patience, this, [this] {
            say(QStringLiteral("This is not what it should come to:\n\n") + pageText(m_last, m_places));
            end(1);
        });
    if (m_options.until > 0s) QTimer::singleShot(m_options.until, this, [this] { end(0); });
    m_round.start();
    look();
    if (!m_isOver) QCoreApplication::exec();
    if (m_looking.joinable()) m_looking.join();
    m_relay.reset();
    m_network.reset();
    say(QStringLiteral("The demo has stopped and left nothing behind.\n"));
    return m_status;
}

void Demo::look() {
    if (m_isLooking) return;
    if (m_looking.joinable()) m_looking.join();
    m_isLooking = true;
    m_looking = std::thread([this] {
        const Snapshot snapshot = m_network->look();
        QMetaObject::invokeMethod(this, [this, snapshot] {
            m_isLooking = false;
            show(snapshot);
        });
    });
}

void Demo::show(const Snapshot& snapshot) {
    if (m_isOver) return;
    m_last = snapshot;
    m_network->renewLeases(snapshot);
    // The clients' view in the first settled round may be older than the host's.
    const bool isDone = snapshot.isSettled() && std::exchange(m_wasSettled, true);
    const bool isTroubleWanted = m_options.trouble != Trouble::None;
    if (isDone && isTroubleWanted && !std::exchange(m_isTroubleMade, true)) m_network->make(m_options.trouble);
    if (m_options.isOnce && !(isTroubleWanted ? snapshot.isFound() : isDone)) return;
    const QString text = pageText(snapshot, m_places);
    winsize window{};
    if (m_isTerminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_row > 0)
        say(screenText(text, window.ws_col, window.ws_row));
    else
        say(text + u'\n');
    if (m_options.isOnce) end(0);
}

}  // namespace fos1::demo
