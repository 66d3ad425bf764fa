// SPDX-License-Identifier: GPL-2.0-or-later
// The time that the ntp plugin takes for a change of one NTPClient among 10,000, from the change to the completion of
// its reconcile. Uses a real chronyd and the fake host of the testing kit, which only records.
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QTest>
#include <algorithm>
#include <cstdio>

#include "cpu_time.h"
#include "support/running_plugin.h"
#include "support/upstream.h"

using namespace fos1;
using namespace fos1::ntp::test;

namespace {

constexpr int kGroups = 10'000;
constexpr int kChanges = 100;

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

QCborMap group(int number, qint64 generation, const QString& network, int interval, int annotation = 0) {
    return {{QStringLiteral("apiVersion"), QStringLiteral("ntp.fos1.io/v1alpha1")},
            {QStringLiteral("kind"), QStringLiteral("NTPClient")},
            {QStringLiteral("metadata"),
             QCborMap{{QStringLiteral("name"), QStringLiteral("c-%1").arg(number)},
                      {QStringLiteral("namespace"), QStringLiteral("default")},
                      {QStringLiteral("annotations"), QCborMap{{QStringLiteral("storm"), QString::number(annotation)}}},
                      {QStringLiteral("generation"), generation}}},
            {QStringLiteral("spec"),
             QCborMap{{QStringLiteral("selector"), QCborMap{{QStringLiteral("networks"), QCborArray{network}}}},
                      {QStringLiteral("policy"),
                       QCborMap{{QStringLiteral("ratelimit"),
                                 QCborMap{{QStringLiteral("interval"), interval}, {QStringLiteral("burst"), 4}}}}}}}};
}

QString network(int number) { return QStringLiteral("10.%1.%2.0/24").arg(number / 100).arg(number % 100); }

/// `next` is the object of the nth change; `bound` is the limit for the median.
template <typename Next>
void change(Running& plugin, const char* what, const char* bound, int count, Next next) {
    std::vector<double> wall;
    std::vector<double> cpu;
    for (int i = 0; i < count; ++i) {
        const QCborArray objects = next(i);
        testing::PluginHarness::settle();
        const double before = bench::cpuMs(RUSAGE_THREAD);
        QElapsedTimer timer;
        timer.start();
        if (plugin.changed(objects).outcome != Outcome::Ok) qFatal("not reconciled");
        wall.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
        cpu.push_back(bench::cpuMs(RUSAGE_THREAD) - before);
    }
    std::printf("%-52s median %8.2f ms   CPU %8.2f ms   worst %8.2f ms   %s\n", what, median(wall), median(cpu),
                *std::max_element(wall.begin(), wall.end()), bound);
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    const QCoreApplication app(argc, argv);
    const TestTree tree;
    Upstream upstream(tree);
    if (!upstream.start()) return 1;
    Running plugin;
    QCborArray objects{object(spec({server(QStringLiteral("127.0.0.1"), upstream.port())}))};
    for (int i = 0; i < kGroups; ++i) objects.append(group(i, 1, network(i), 3));
    change(plugin, "10,000 NTPClients, the first time", "", 1, [&](int) { return objects; });
    change(plugin, "a rate limit of one of them", "at most 10", kChanges,
           [](int i) { return QCborArray{group(77, i + 2, network(77), 4 + i % 2)}; });
    change(plugin, "the network of one of them", "", kChanges,
           [](int i) { return QCborArray{group(78, i + 2, QStringLiteral("10.200.%1.0/24").arg(i % 200), 3)}; });
    change(plugin, "an annotation of 100 of them", "at most 30", kChanges, [](int i) {
        QCborArray storm;
        for (int j = 0; j < 100; ++j) storm.append(group(100 + j, 1, network(100 + j), 3, i));
        return storm;
    });
    return 0;
}
