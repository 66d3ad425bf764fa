// SPDX-License-Identifier: GPL-2.0-or-later
// The cost of thousands of VLANs: the table for several numbers of VLANs, which shows whether the cost is linear or
// quadratic, and thousands of real links created at once in a network namespace of the benchmark's own.

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QJsonArray>
#include <QJsonObject>
#include <QProcess>
#include <cstdio>
#include <functional>
#include <memory>

#include "cpu_time.h"
#include "fos1/testing/fake_host.h"
#include "isolation.h"
#include "lab.h"
#include "vlan_inventory.h"

using namespace fos1;
using namespace fos1::vlan;

namespace {

constexpr int kVlans = 4000;

void line(const char* what, double value, const char* unit, const char* beside = "") {
    std::printf("%-62s %10.2f %-4s  %s\n", what, value, unit, beside);
    std::fflush(stdout);
}

double milliseconds(const QElapsedTimer& timer) { return static_cast<double>(timer.nsecsElapsed()) / 1e6; }

bool runUntil(const std::function<bool()>& isDone, qint64 timeoutMs = 120'000) {
    QElapsedTimer timer;
    for (timer.start(); !isDone() && timer.elapsed() < timeoutMs;)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 20);
    return isDone();
}

DesiredObject object(int id) {
    return {{QStringLiteral("networking.fos1.io/v1"), QStringLiteral("VLAN"), QStringLiteral("default"),
             QStringLiteral("vlan-%1").arg(id)},
            1,
            {},
            {{QStringLiteral("id"), id}, {QStringLiteral("interface"), QStringLiteral("trunk")}}};
}

std::vector<DesiredObject> objects(int count) {
    std::vector<DesiredObject> list;
    for (int id = 1; id <= count; ++id) list.push_back(object(id));
    return list;
}

/// No kernel: that many VLANs with a link and two addresses each.
void benchTable() {
    for (const int count : {1000, 2000, 4000}) {
        LinkTable links;
        links.apply(LinkChange{{1, QStringLiteral("trunk"), 0, std::nullopt, LinkState::Up}});
        std::vector<VlanSpec> specs;
        for (int id = 1; id <= count; ++id) {
            const VlanTag tag{VlanId{static_cast<quint16>(id)}, TagProtocol::Ieee8021Q};
            links.apply(LinkChange{{id + 1, QStringLiteral("trunk.%1").arg(id), 1, tag, LinkState::Up}});
            for (const QString& text : {QStringLiteral("10.%1.%2.1/24"), QStringLiteral("fd00:%1:%2::1/64")})
                links.apply(AddressChange{id + 1, {*InterfaceAddress::parse(text.arg(id / 200).arg(id % 200)), {}}});
            specs.push_back(*parseVlan(object(id)));
        }
        constexpr int kRounds = 20;
        QElapsedTimer timer;
        timer.start();
        std::size_t up = 0;
        for (int i = 0; i < kRounds; ++i)
            for (const VlanEntry& entry : makeEntries(specs, links)) up += entry.state.up ? 1 : 0;
        char what[64];
        std::snprintf(what, sizeof what, "the table of %d VLANs, computed again", count);
        line(what, milliseconds(timer) / kRounds, "ms", up == std::size_t(count) * kRounds ? "" : "NOT ALL ARE UP");
    }
}

bool runIp(const QByteArray& lines) {
    return lab::run(QStringLiteral("ip"), {QStringLiteral("-batch"), QStringLiteral("-")}, 120'000, lines).exitCode ==
           0;
}

struct Inventory {
    testing::FakeHost host{
        QJsonObject{{"id", "vlan-inventory"},
                    {"kinds", QJsonArray{"networking.fos1.io/v1/VLAN"}},
                    {"publishes", QJsonArray{"network.vlan/v1"}},
                    {"features",
                     QJsonObject{{"required", QJsonArray{IBus::kIid, IStatus::kIid, IMetrics::kIid, IEvents::kIid}}}}},
        {}};
    HostView view{host};
    VlanInventory inventory{view};

    [[nodiscard]] int upCount() const {
        int count = 0;
        for (int id = 1; id <= kVlans; ++id) {
            const auto value = host.bus.value(QStringLiteral("network.vlan/v1"), QStringLiteral("vlan-%1").arg(id));
            count += value && value->value(QStringLiteral("up")).toBool() ? 1 : 0;
        }
        return count;
    }
    bool start() {
        const auto wanted = objects(kVlans);
        host.status.setObjects(wanted);
        const quint64 ticket = host.expect();
        if (!inventory.start().isEmpty()) return false;
        inventory.reconcile(wanted, ticket);
        return runUntil([&] { return host.isCompleted(ticket); });
    }
};

void benchKernel() {
    if (!runIp("link add trunk type veth peer name far\nlink set far up\nlink set trunk up\n")) return;
    const bool hasTags = runIp("link add link trunk name trunk.1 type vlan id 1\nlink del trunk.1\n");
    std::printf("links of type %s\n", hasTags ? "vlan" : "macvlan: this kernel has no 802.1Q");
    QByteArray lines;
    for (int id = 1; id <= kVlans; ++id) {
        const QByteArray number = QByteArray::number(id);
        lines += "link add link trunk name trunk." + number + " up type " +
                 (hasTags ? "vlan id " + number : "macvlan") + '\n';
    }
    auto first = std::make_unique<Inventory>();
    if (!first->start()) return;
    QProcess ip;
    const double cpuBefore = bench::cpuMs(RUSAGE_SELF);
    QElapsedTimer timer;
    timer.start();
    ip.start(QStringLiteral("ip"), {QStringLiteral("-batch"), QStringLiteral("-")});
    ip.write(lines);
    ip.closeWriteChannel();
    double ipDone = 0;
    // Counting has a cost too, so it is not done in each turn of the loop.
    QElapsedTimer sinceCount;
    sinceCount.start();
    runUntil([&] {
        if (ip.state() == QProcess::NotRunning && ipDone == 0) ipDone = milliseconds(timer);
        if (ipDone == 0 || sinceCount.elapsed() < 10) return false;
        sinceCount.restart();
        return first->upCount() == kVlans;
    });
    line("4000 links made at once: ip -batch", ipDone, "ms");
    line("  all are published after it", milliseconds(timer) - ipDone, "ms");
    line("  our CPU for it, with the fake host's", bench::cpuMs(RUSAGE_SELF) - cpuBefore, "ms");
    line("  values published", static_cast<double>(first->host.bus.utterances().size()) - kVlans, "", "4000 to 8000");
    line("  read again, because the socket overflowed",
         static_cast<double>(first->host.metrics.value(QStringLiteral("vlan_inventory_resyncs_total")).value_or(-1)),
         "");

    first.reset();

    Inventory second;
    timer.start();
    if (!second.start()) return;
    line("from nothing to 4000 links read and published", milliseconds(timer), "ms",
         second.upCount() == kVlans ? "" : "NOT ALL ARE UP");

    const std::size_t said = second.host.bus.utterances().size();
    if (!runIp("addr add 10.0.0.1/24 dev trunk.2000\n")) return;
    timer.start();
    runUntil([&] { return second.host.bus.utterances().size() > said; });
    line("one change among 4000, from the end of ip", milliseconds(timer), "ms", "at most 50");
}

}  // namespace

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        const QCoreApplication app(argc, argv);
        benchTable();
        benchKernel();
        return 0;
    });
}
