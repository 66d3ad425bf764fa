// SPDX-License-Identifier: GPL-2.0-or-later
// The cost of one second in the ntp plugin when nothing changes: with one VLAN and with 4,000, with a real chronyd and
// the fake host of the testing kit, which only records. Our own limits: 1 ms per second, 0.5 % of a core.
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QTest>
#include <cstdio>

#include "cpu_time.h"
#include "network/vlan.h"
#include "support/running_plugin.h"
#include "support/upstream.h"
#include "time/service_state.h"

using namespace fos1;
using namespace fos1::ntp::test;

namespace {

constexpr int kSeconds = 20;

/// Not QTest::qWait(), which wakes up a hundred times per second.
void turnFor(int ms) {
    QEventLoop loop;
    QTimer::singleShot(ms, &loop, &QEventLoop::quit);
    loop.exec();
}

int accepting(Running& plugin, int count) {
    int found = 0;
    for (int i = 0; i < count; ++i) {
        const auto state = plugin.host().bus.decoded<time::ServiceState>(QStringLiteral("v%1").arg(i));
        if (state && state->accepting) ++found;
    }
    return found;
}

bool measure(int vlans) {
    const TestTree tree;
    Upstream upstream(tree);
    if (!upstream.start()) return false;
    Running plugin;
    for (int i = 0; i < vlans; ++i) {
        network::VlanState state;
        state.interface = QStringLiteral("lan.%1").arg(i);
        state.up = true;
        state.addresses = {{QStringLiteral("10.%1.%2.1").arg(i / 256).arg(i % 256), 24, {}}};
        plugin.host().bus.set(QLatin1String(network::VlanState::kTopic), QStringLiteral("v%1").arg(i), state.encode());
    }
    const QCborMap wanted =
        spec({server(QStringLiteral("127.0.0.1"), upstream.port())},
             {{QStringLiteral("server"), QCborMap{{QStringLiteral("port"), ntp::test::freeUdpPort()}}},
              {QStringLiteral("vlanDefaults"), QCborMap{{QStringLiteral("enabled"), true}}}});
    const auto done = plugin.reconciled({object(wanted)});
    if (done.outcome != Outcome::Ok) {
        std::fprintf(stderr, "%s\n", qPrintable(done.message));
        return false;
    }
    const auto isReady = [&] {
        const auto sync = plugin.sync(kName);
        return sync && sync->synchronised && accepting(plugin, vlans) == vlans;
    };
    QElapsedTimer patience;
    patience.start();
    while (!isReady() && patience.elapsed() < 60'000) turnFor(500);
    if (!isReady()) {
        std::fprintf(stderr, "only %d of %d VLANs are served\n", accepting(plugin, vlans), vlans);
        return false;
    }
    turnFor(3000);
    const double before = bench::cpuMs(RUSAGE_THREAD);
    turnFor(kSeconds * 1000);
    const double spent = (bench::cpuMs(RUSAGE_THREAD) - before) / kSeconds;
    std::printf("%-34s %8.3f ms of CPU per second   %6.3f %% of a core\n",
                qPrintable(QStringLiteral("at rest, %1 VLANs").arg(vlans)), spent, spent / 10);
    std::fflush(stdout);
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    const QCoreApplication app(argc, argv);
    for (const int vlans : {1, 4000})
        if (!measure(vlans)) return 1;
    return 0;
}
