// SPDX-License-Identifier: GPL-2.0-or-later
// Runs the demo inside its namespaces: starts the network, takes a snapshot each second, prints it, and stops on
// request.
#pragma once

#include <QObject>
#include <QTimer>
#include <memory>
#include <thread>

#include "demo_network.h"
#include "lifeline.h"
#include "page.h"
#include "relay.h"

namespace fos1::demo {

struct DemoOptions {
    bool isOnce = false;              ///< print one table once everything has settled
    std::chrono::seconds until{0};    ///< 0: forever
    Trouble trouble = Trouble::None;  ///< made once everything has settled
};

class Demo : public QObject {
   public:
    Demo(const Lifeline& lifeline, DemoOptions options);
    ~Demo() override;

    /// Returns the exit status: 0, or 1 when something did not start or, with `isOnce`, did not settle.
    [[nodiscard]] int run();

   private:
    void say(const QString& words) const;
    void look();
    void show(const Snapshot& snapshot);
    void end(int status);

    const Lifeline m_lifeline;
    const DemoOptions m_options;
    const bool m_isTerminal;
    bool m_isOver = false;
    int m_status = 0;
    std::unique_ptr<DemoNetwork> m_network;
    std::unique_ptr<Relay> m_relay;
    Places m_places;
    QTimer m_round;
    std::thread m_looking;  ///< runs the current round
    bool m_isLooking = false;
    Snapshot m_last;
    bool m_wasSettled = false;
    bool m_isTroubleMade = false;
};

}  // namespace fos1::demo
