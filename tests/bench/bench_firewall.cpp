// SPDX-License-Identifier: GPL-2.0-or-later
// The cost of thousands of VLANs in the firewall: from the topics to the kernel, one change, a repair. For comparison,
// one rule per VLAN with nft -f and iptables-restore. In a network namespace of its own.
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QJsonArray>
#include <QJsonObject>
#include <QTimer>
#include <algorithm>
#include <cstdio>
#include <numeric>

#include "firewall.h"
#include "fos1/testing/fake_host.h"
#include "isolation.h"
#include "lab.h"
#include "nft/nft_session.h"

using namespace fos1;
using namespace fos1::firewall;
using namespace std::chrono_literals;

namespace {

constexpr int kVlans = 4094;

void line(const char* what, double value, const char* unit, const char* beside = "") {
    std::printf("%-66s %10.2f %-4s  %s\n", what, value, unit, beside);
    std::fflush(stdout);
}

double milliseconds(const QElapsedTimer& timer) { return static_cast<double>(timer.nsecsElapsed()) / 1e6; }

/// Sleeps between events: a polling loop would take CPU time from the thread that it waits for.
bool runUntil(const std::function<bool()>& isDone, qint64 timeoutMs = 30'000) {
    QTimer wake;
    wake.start(5);
    QElapsedTimer timer;
    for (timer.start(); !isDone() && timer.elapsed() < timeoutMs;)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    return isDone();
}

QString name(int id) { return QStringLiteral("vlan-%1").arg(id); }

time::ServiceState vlan(int id) {
    time::ServiceState state;
    state.interface = QStringLiteral("lan.%1").arg(id);
    state.port = 123;
    state.accepting = id % 4 != 0;
    state.clientsOnly = id % 3 != 0;
    state.redirect = id % 10 == 1 && state.accepting;
    if (id % 2 == 1) state.rateLimit = time::ServedRate{8s, 8};
    return state;
}

VlanStates vlans(int count) {
    VlanStates all;
    for (int id = 1; id <= count; ++id) all.emplace(name(id), vlan(id));
    return all;
}

/// A table in which each VLAN has a counter.
QByteArray counted(const char* set) {
    QByteArray elements;
    for (int id = 1; id <= kVlans; ++id)
        elements += "\"lan." + QByteArray::number(id) + "\" counter packets " + QByteArray::number(id * 1000) +
                    " bytes " + QByteArray::number(id * 76000) + ", ";
    return QByteArray("add element ") + kTable + ' ' + set + " { " + elements + "}\n";
}

struct Bridge {
    testing::FakeHost host{
        QJsonObject{{"id", "firewall-bridge"},
                    {"publishes", QJsonArray{EnforcedState::kTopic}},
                    {"subscribes", QJsonArray{time::ServiceState::kTopic, time::ClientState::kTopic}},
                    {"features",
                     QJsonObject{{"required", QJsonArray{IBus::kIid, IStatus::kIid, IMetrics::kIid, IEvents::kIid}}}}},
        {}};
    HostView view{host};
    Firewall firewall{view, {}};

    void say(const QString& key, const time::ServiceState& state) {
        host.bus.set(QString::fromLatin1(time::ServiceState::kTopic), key, state.encode());
    }
    [[nodiscard]] qint64 count(const char* metric, const QString& label = {}) const {
        return host.metrics.value(QString::fromLatin1(metric), label).value_or(0);
    }
    /// Waits until every publish and every change of the table has been handled and the kernel holds the plan.
    void settle() {
        runUntil([this] { return !firewall.isSettled(); }, 1000);
        runUntil([this] { return firewall.isSettled(); });
    }
};

void benchPlan() {
    const VlanStates all = vlans(kVlans);
    constexpr int kRounds = 20;
    QElapsedTimer timer;
    timer.start();
    std::size_t chains = 0;
    for (int i = 0; i < kRounds; ++i) chains = planFirewall(all, {}).plan.chains.size();
    line("the plan of 4094 VLANs", milliseconds(timer) / kRounds, "ms",
         qPrintable(QStringLiteral("%1 chains").arg(chains)));
    const FirewallPlan plan = planFirewall(all, {}).plan;
    timer.start();
    qsizetype size = 0;
    for (int i = 0; i < kRounds; ++i) size = tableText(plan).size();
    line("  as text", milliseconds(timer) / kRounds, "ms", qPrintable(QStringLiteral("%1 bytes").arg(size)));
}

void benchBridge() {
    Bridge bridge;
    bridge.firewall.start();
    QElapsedTimer timer;
    timer.start();
    for (int id = 1; id <= kVlans; ++id) bridge.say(name(id), vlan(id));
    line("4094 values published by a fake bus", milliseconds(timer), "ms");
    timer.start();
    bridge.settle();
    line("4094 VLANs, from the topics to the kernel", milliseconds(timer), "ms", "at most 100");
    line("  of that, in the thread: text, libnftables, kernel",
         static_cast<double>(bridge.count("firewall_apply_seconds_total")) / 1e6, "ms");
    runUntil([] { return false; }, 500);

    constexpr int kChanges = 200;
    std::vector<double> changes;
    for (int i = 0; i < kChanges; ++i) {
        time::ServiceState state = vlan(100 + i);
        state.accepting = !state.accepting;
        timer.start();
        bridge.say(name(100 + i), state);
        bridge.settle();
        changes.push_back(milliseconds(timer));
        runUntil([] { return false; }, 30);
    }
    std::sort(changes.begin(), changes.end());
    line("one VLAN's change among 4094, from the topic to the kernel",
         std::accumulate(changes.begin(), changes.end(), 0.0) / kChanges, "ms", "at most 5");
    line("  half of them within", changes[kChanges / 2], "ms");
    line("  99 of 100 within", changes[kChanges * 99 / 100], "ms");

    const auto repair = [&](const char* what) {
        double slowest = 0;
        for (int i = 0; i < 5; ++i) {
            runUntil([] { return false; }, 200);
            NftSession other;
            if (!other.run(QByteArray("delete table ") + kTable)) return;
            timer.start();
            bridge.settle();
            slowest = std::max(slowest, milliseconds(timer));
        }
        line(what, slowest, "ms", "at most 100");
    };
    repair("the table deleted by another program, until it is restored (worst of 5)");
    NftSession other;
    for (const char* set : {"admitted", "refused"})
        if (!other.run(counted(set))) return;
    bridge.settle();
    runUntil([] { return false; }, 500);  // the counters follow the table
    timer.start();
    const auto counters = other.counters();
    line("reading two counters of each VLAN", milliseconds(timer), "ms",
         qPrintable(QStringLiteral("%1").arg(counters ? counters->refused.size() : 0)));
    repair("  the table deleted, with them to be restored");
    if (bridge.count("firewall_drift_repairs_total") < 11) std::printf("NOT ALL WERE REPAIRED\n");
}

double timed(const QString& program, const QStringList& arguments, const QByteArray& input) {
    QElapsedTimer timer;
    timer.start();
    const auto result = lab::run(program, arguments, 120'000, input);
    if (result.exitCode != 0) std::printf("%s: %s\n", qPrintable(program), result.errors.constData());
    return milliseconds(timer);
}

QByteArray ruleEach(int count) {
    QByteArray rules =
        "add table inet each\ndelete table inet each\ntable inet each {\nchain input {\n"
        "type filter hook input priority 0;\n";
    for (int id = count; id >= 1; --id)
        rules += "iifname \"lan." + QByteArray::number(id) + "\" udp dport 123 counter " +
                 (id % 4 != 0 ? "accept\n" : "drop\n");
    return rules + "}\n}\n";
}

void benchRules() {
    line("for comparison, one rule per VLAN: nft -f -", timed(QStringLiteral("nft"), {"-f", "-"}, ruleEach(kVlans)),
         "ms");
    QByteArray rules = "*filter\n:INPUT ACCEPT [0:0]\n";
    for (int id = 1; id <= kVlans; ++id)
        rules += "-A INPUT -i lan." + QByteArray::number(id) + " -p udp --dport 123 -j " +
                 (id % 4 != 0 ? "ACCEPT\n" : "DROP\n");
    line("for comparison, one rule per VLAN: iptables-restore",
         timed(QStringLiteral("iptables-restore"), {}, rules + "COMMIT\n"), "ms");
    (void)NftSession().run("flush ruleset");
}

}  // namespace

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        const QCoreApplication app(argc, argv);
        benchPlan();
        benchBridge();
        benchRules();
        return 0;
    });
}
