// SPDX-License-Identifier: GPL-2.0-or-later
// A source added in a manifest: the time until chronyd has it, and the effect on a client that asks all the time. For
// comparison, the same change by rewriting chrony.conf and restarting chronyd. Then the cost of planning 4,000 VLANs.
#include <csignal>

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QTest>
#include <algorithm>
#include <cstdio>

#include "candm/chrony_client.h"
#include "core/access_plan.h"
#include "core/access_table.h"
#include "core/chrony_plan.h"
#include "core/service_plan.h"
#include "host_under_test.h"
#include "isolation.h"

using namespace fos1;
using namespace fos1::ntp;
using fos1::system::HostUnderTest;

namespace {

constexpr int kChanges = 1000;
constexpr int kRestarts = 20;
constexpr qint64 kBetweenQuestionsMs = 10;
constexpr int kVlans = 4000;

struct Times {
    std::vector<double> ms;
    [[nodiscard]] double at(double share) {
        std::sort(ms.begin(), ms.end());
        return ms.empty() ? 0 : ms[static_cast<std::size_t>(static_cast<double>(ms.size() - 1) * share)];
    }
    void print(const char* what) {
        std::printf("%-58s median %8.2f ms   p99 %8.2f ms   worst %8.2f ms\n", what, at(0.5), at(0.99), at(1));
    }
};

/// Sends a hundred client requests per second and counts the answers.
class AskingClient {
   public:
    explicit AskingClient(const lab::Lab& lab) : m_lab(lab) { m_timer.start(); }
    void ask() {
        if (m_timer.elapsed() < kBetweenQuestionsMs) return;
        m_timer.start();
        ++m_asked;
        const auto answer = m_lab.askTime("cl", "10.2.0.1");
        if (!answer)
            ++m_lost;
        else if (answer->leap == 3 || answer->stratum != 2)
            ++m_bad;
    }
    void print(const char* what) const {
        std::printf("%-58s asked %d, unanswered %d, unsynchronized %d\n", what, m_asked, m_lost, m_bad);
    }

   private:
    const lab::Lab& m_lab;
    QElapsedTimer m_timer;
    int m_asked = 0;
    int m_lost = 0;
    int m_bad = 0;
};

/// The number of chronyd's sources; -1 when it does not answer.
int countSources(ChronyClient& client) {
    std::optional<int> count;
    QObject context;
    client.request(candm::sourceCountRequest(), &context, [&count](const Result<candm::Reply>& reply) {
        count = static_cast<int>(
            reply.and_then(candm::sourceCount).map([](quint32 n) { return static_cast<int>(n); }).value_or(-1));
    });
    while (!count) QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    return *count;
}

QByteArray service(bool hasSecond) {
    return QByteArray(
               "apiVersion: ntp.fos1.io/v1alpha1\nkind: NTPService\nmetadata: {name: main-ntp}\nspec:\n"
               "  enabled: true\n  sources:\n    servers:\n"
               "      - {address: 10.1.0.1, iburst: true, minpoll: -2, maxpoll: 0}\n") +
           (hasSecond ? "      - {address: 'fd01::1'}\n" : "") +
           "  server: {}\n  security: {access: [{network: 10.2.0.0/24, permission: allow}]}\n";
}

void changeManifests(const lab::Lab& lab) {
    HostUnderTest host(lab, "host");
    if (!lab::writeFile(host.manifest("main.yaml"), service(false)) || !host.start()) qFatal("no host");
    ChronyClient chronyd(host.chronySocket());
    if (!QTest::qWaitFor(
            [&] {
                const auto a = lab.askTime("cl", "10.2.0.1");
                return a && a->stratum == 2;
            },
            20'000))
        qFatal("no time");
    AskingClient client(lab);
    Times added;
    Times removed;
    for (int i = 0; i < kChanges; ++i) {
        const bool isAdded = i % 2 == 0;
        QElapsedTimer sinceRename;
        if (!lab::writeFile(host.manifest("main.yaml"), service(isAdded))) qFatal("cannot write");
        sinceRename.start();
        while (countSources(chronyd) != (isAdded ? 2 : 1)) client.ask();
        (isAdded ? added : removed).ms.push_back(static_cast<double>(sinceRename.nsecsElapsed()) / 1e6);
        client.ask();
    }
    added.print("a source added: from the rename to chronyd");
    removed.print("a source removed: the same");
    client.print("meanwhile the client");
    host.stop();
}

void rewriteAndRestart(const lab::Lab& lab) {
    const auto config = [](bool hasSecond) {
        return QByteArray("server 10.1.0.1 iburst minpoll -2 maxpoll 0\nallow 10.2.0.0/24\n") +
               (hasSecond ? "server fd01::1\n" : "");
    };
    auto daemon = lab.startChronyd("rt", "peer", config(false));
    if (!daemon) qFatal("no chronyd");
    if (!QTest::qWaitFor(
            [&] {
                const auto a = lab.askTime("cl", "10.2.0.1");
                return a && a->stratum == 2;
            },
            20'000))
        qFatal("no time");
    AskingClient client(lab);
    Times changed;
    for (int i = 0; i < kRestarts; ++i) {
        QElapsedTimer sinceRename;
        sinceRename.start();
        daemon->signal(SIGTERM);
        daemon->waitForEnd(5000);
        daemon = lab.startChronyd("rt", "peer", config(i % 2 == 0));
        if (!daemon) qFatal("no chronyd");
        for (bool isServed = false; !isServed;) {
            client.ask();
            const auto answer = lab.askTime("cl", "10.2.0.1");
            isServed = answer && answer->leap != 3 && answer->stratum == 2;
        }
        changed.ms.push_back(static_cast<double>(sinceRename.nsecsElapsed()) / 1e6);
    }
    changed.print("the same by rewrite and restart, until time is served");
    client.print("meanwhile the client");
}

void planManyVlans() {
    Vlans vlans;
    for (int i = 0; i < kVlans; ++i) {
        network::VlanState state;
        state.interface = QStringLiteral("lan.%1").arg(i);
        state.up = true;
        state.addresses = {{QStringLiteral("10.%1.%2.1").arg(i / 200).arg(i % 200), 24, {}},
                           {QStringLiteral("fd00:%1::1").arg(i, 0, 16), 64, {}}};
        vlans.emplace(QStringLiteral("vlan-%1").arg(i), KnownVlan{state, true});
    }
    NtpServiceSpec before;
    before.vlans.defaults = VlanPolicy();
    const auto planned = [&](const NtpServiceSpec& spec) {
        Materials materials;
        materials.vlans = planAccess(spec, {}, vlans).rules;
        return makePlan(spec, {{}, ClockControl::None}, materials);
    };
    const ChronyPlan running = planned(before);
    const AccessTable table(running.online.access);
    Times times;
    for (int i = 0; i < 50; ++i) {
        NtpServiceSpec after = before;
        VlanEntry entry;
        entry.vlan = QStringLiteral("vlan-%1").arg(i * 71);
        entry.policy.enabled = false;
        after.vlans.entries = {entry};
        QElapsedTimer timer;
        timer.start();
        const ChronyPlan wanted = planned(after);
        const bool isOnline = changeKind(running, wanted).kind == ChangeKind::Online;
        const std::size_t commands = table.commandsFor(wanted.online.access).size();
        const auto states =
            planVlans(after, vlans, tableOf(wanted.online.access), {true, true, true, QStringLiteral("Fit.")});
        times.ms.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
        if (!isOnline || commands != 2 || states.size() != kVlans) qFatal("the plan is wrong");
    }
    times.print("4,000 VLANs, IPv4 and IPv6: a spec change planned");
}

}  // namespace

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        const QCoreApplication app(argc, argv);
        const lab::Lab lab;
        if (!lab.problem().isEmpty()) qFatal("%s", qPrintable(lab.problem()));
        const auto upstream = lab.startChronyd("up", "upstream", "local stratum 1\nallow\n");
        if (!upstream) qFatal("no upstream");
        changeManifests(lab);
        rewriteAndRestart(lab);
        planManyVlans();
        return 0;
    });
}
