// SPDX-License-Identifier: GPL-2.0-or-later
// The cost of the seam: the bus in process, round trip and memory of a runner, the host's startup. Each figure is
// printed with its limit and, where possible, with the cost of the bare mechanism.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <algorithm>
#include <cstdio>
#include <thread>

#include "bus/state_bus.h"
#include "config.h"
#include "fos1/topic.h"
#include "metrics/metric_registry.h"
#include "plugins/local_instance.h"
#include "plugins/remote_instance.h"
#include "plugins/runner_trees.h"
#include "resources/admission_desk.h"
#include "resources/reconcile_queue.h"
#include "resources/resource_store.h"
#include "resources/spec_questions.h"
#include "status/event_log.h"
#include "status/status_store.h"
#include "time/sync_state.h"
#include "tree.h"

using namespace fos1;
using namespace fos1::host;
using namespace std::chrono_literals;

namespace {

/// The stores of a host without the host.
struct Stores {
    StateBus bus;
    ResourceStore resources{[](const QCborMap& object) { return object; }};
    ReconcileQueue queue{[](const QString&, Ticket) {}};
    StatusStore status;
    EventLog events;
    AdmissionDesk admission{{resources, queue, status, events},
                            [](const StoredObject&, const OnOpinion&) { return false; }};
    MetricRegistry metrics;
    SpecQuestions specs;

    std::unique_ptr<PluginFacade> facade(const PluginMetadata& metadata) {
        return std::make_unique<PluginFacade>(
            metadata, QCborMap(), PluginFacade::Directories{"/tmp", "/tmp"},
            HostServices{bus, resources, admission, queue, status, events, metrics, specs},
            [](Ticket, Outcome, int, const QString&) { return true; });
    }
};

PluginMetadata echoMetadata() {
    PluginMetadata metadata;
    metadata.id = QStringLiteral("echo");
    metadata.file = tree::builtFile(QStringLiteral("tests/bench/echo.so"));
    metadata.publishes = QStringList{QStringLiteral("echo.state/v1"), QString::fromLatin1(time::SyncState::kTopic)};
    metadata.subscribes = metadata.publishes;
    metadata.requiredFeatures = QStringList{QString::fromLatin1(IBus::kIid)};
    return metadata;
}

/// Runs the loop until `isDone`; false after `timeout`.
bool runUntil(const std::function<bool()>& isDone, std::chrono::milliseconds timeout = 10s) {
    QElapsedTimer timer;
    for (timer.start(); !isDone() && timer.elapsed() < timeout.count();)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 20);
    return isDone();
}

void line(const char* what, double value, const char* unit, const char* beside) {
    std::printf("%-58s %10.2f %-4s  %s\n", what, value, unit, beside);
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
}

double pssMiB(qint64 pid) {
    QFile file(QStringLiteral("/proc/%1/smaps_rollup").arg(pid));
    if (!file.open(QIODevice::ReadOnly)) return 0;
    const QByteArray text = file.readAll();
    const qsizetype at = text.indexOf("\nPss:");
    return static_cast<double>(text.mid(at + 5, text.indexOf("kB", at) - at - 5).trimmed().toLongLong()) / 1024;
}

void benchBus() {
    constexpr int kRounds = 200'000;
    Stores stores;
    const PluginMetadata metadata = echoMetadata();
    // With the guard that times and watches every delivery, as for a loaded plugin.
    LocalInstance instance(stores.facade(metadata));
    IBus& bus = *static_cast<IBus*>(instance.facade().query(QString::fromLatin1(IBus::kIid)));
    qint64 delivered = 0;
    const Subscription<time::SyncState> subscription(
        bus, [&](const QString&, const TopicState<time::SyncState>& state) { delivered += state.value ? 1 : 0; });
    time::SyncState state;
    QElapsedTimer timer;
    // A round is one turn of the loop with 64 services, so that the cost of the loop is shared as in a host.
    constexpr int kKeys = 64;
    QStringList keys;
    for (int i = 0; i < kKeys; ++i) keys.append(QString::number(i));
    timer.start();
    for (int i = 0; i < kRounds; i += kKeys) {
        for (const QString& key : keys) {
            state.offset = std::chrono::nanoseconds(i);
            bus.publish(QString::fromLatin1(time::SyncState::kTopic), key, {{QStringLiteral("offset_ns"), i}}, 0);
        }
        QCoreApplication::processEvents();
    }
    line("publish + typed delivery, in process", static_cast<double>(timer.nsecsElapsed()) / 1000 / kRounds, "us",
         "at most 2");
    if (delivered != (kRounds + kKeys - 1) / kKeys * kKeys) std::printf("  only %lld delivered\n", delivered);

    delivered = 0;
    timer.start();
    for (int i = 0; i < 100'000; ++i) publish(bus, QStringLiteral("main"), state);
    const double each = static_cast<double>(timer.nsecsElapsed()) / 1000 / 100'000;
    runUntil([&] { return delivered > 0; });
    line("100,000 publishes of one key in one turn: deliveries", static_cast<double>(delivered), "", "1");
    line("  each with encoding the whole time.sync/v1", each, "us", "");
}

struct Runner {
    Stores stores;
    PluginMetadata metadata = echoMetadata();
    QObject graveyard;
    RunnerTrees trees{program()};
    QTemporaryDir stateDir;
    std::unique_ptr<RemoteInstance> instance;
    bool isStarted = false;
    bool hasFailed = false;

    static QString program() { return tree::builtFile(QStringLiteral(FOS1_LIBEXEC_DIR "/fos1-plugin-runner")); }

    bool start() {
        isStarted = hasFailed = false;
        RemoteInstance::Launch launch;
        launch.program = program();
        launch.request.id = metadata.id;
        launch.request.file = metadata.file;
        launch.request.publishes = metadata.publishes;
        launch.request.features = metadata.requiredFeatures;
        launch.request.stateDirectory = launch.request.runtimeDirectory = QStringLiteral("/tmp");
        launch.limits = {0, 100};
        launch.tree = trees.make(metadata.id, launch.limits, std::nullopt, stateDir.path());
        instance = std::make_unique<RemoteInstance>(stores.facade(metadata), std::move(launch), &graveyard);
        QObject::connect(instance.get(), &PluginInstance::started, &graveyard, [this] { isStarted = true; });
        QObject::connect(instance.get(), &PluginInstance::failed, &graveyard, [this](const QString& why) {
            hasFailed = true;
            std::fprintf(stderr, "  runner: %s\n", qPrintable(why));
        });
        instance->start();
        return runUntil([this] { return isStarted || hasFailed; }) && isStarted;
    }
};

/// The same round trip without a payload: one byte to the blocking read of another thread and back.
double bareRoundTrip() {
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 0;
    std::thread echo([fd = ends[1]] {
        for (char byte = 0; ::read(fd, &byte, 1) == 1 && ::write(fd, &byte, 1) == 1;) {
        }
    });
    std::vector<double> times;
    char byte = 'x';
    for (int i = 0; i < 5000; ++i) {
        QElapsedTimer timer;
        timer.start();
        if (::write(ends[0], &byte, 1) != 1 || ::read(ends[0], &byte, 1) != 1) break;
        times.push_back(static_cast<double>(timer.nsecsElapsed()) / 1000);
    }
    ::close(ends[0]);
    echo.join();
    ::close(ends[1]);
    return median(times);
}

void benchRunner() {
    Runner runner;
    QElapsedTimer timer;
    timer.start();
    if (!runner.start()) return;
    line("runner: exec to started", static_cast<double>(timer.elapsed()), "ms", "");
    qint64 seen = 0;
    QObject::connect(&runner.stores.bus, &StateBus::delivered, &runner.graveyard,
                     [&](const BusEntry& entry) { seen = entry.value().value(QStringLiteral("ticket")).toInteger(); });
    std::vector<double> times;
    for (qint64 ticket = 1; ticket <= 5000; ++ticket) {
        timer.start();
        runner.instance->reconcile({}, static_cast<Ticket>(ticket));
        if (!runUntil([&] { return seen == ticket; })) return;
        times.push_back(static_cast<double>(timer.nsecsElapsed()) / 1000);
    }
    char beside[64];
    std::snprintf(beside, sizeof beside, "at most 100; round trip of a bare byte %.1f", bareRoundTrip());
    line("reconcile -> publish, to a runner and back, median", median(times), "us", beside);
    std::sort(times.begin(), times.end());
    line("  99th percentile", times[times.size() * 99 / 100], "us", "");
    line("runner: PSS", pssMiB(runner.instance->pid()), "MiB", "at most 12");
}

/// Starts a real host with all its own plugins and waits until it sends READY=1 (sd_notify(3)).
void benchHost() {
    const QTemporaryDir dir;
    const QString socketPath = dir.filePath("notify");
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    qstrncpy(address.sun_path, qPrintable(socketPath), sizeof address.sun_path);
    if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return;
    QFile config(dir.filePath("host.yaml"));
    if (!config.open(QIODevice::WriteOnly)) return;
    config.write(
        "stateDir: state\nhttp: {port: 0}\ndbus: {enabled: false}\nplugins:\n  crd-watcher: {directory: .}\n  ntp: "
        "{}\n");
    config.close();
    std::vector<double> times;
    double pss = 0;
    for (int i = 0; i < 10; ++i) {
        QProcess host;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("NOTIFY_SOCKET", socketPath);
        host.setProcessEnvironment(environment);
        host.setStandardErrorFile(QProcess::nullDevice());
        host.setStandardOutputFile(QProcess::nullDevice());
        QElapsedTimer timer;
        timer.start();
        host.start(tree::builtFile(QStringLiteral("bin/fos1-hostd")), {"--config", config.fileName()});
        char text[256];
        if (::recv(fd, text, sizeof text, 0) <= 0) return;
        times.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
        std::this_thread::sleep_for(300ms);
        pss = std::max(pss, pssMiB(host.processId()));
        host.terminate();
        host.waitForFinished(5000);
        // STOPPING=1
        while (::recv(fd, text, sizeof text, MSG_DONTWAIT) > 0) {
        }
    }
    ::close(fd);
    line("host: exec to ready with all own plugins, median of 10", median(times), "ms", "at most 250");
    line("host: PSS", pss, "MiB", "at most 40");
}

void benchRestart() {
    // Through the supervisor, this follows a back-off of 160 to 240 ms.
    Runner runner;
    if (!runner.start()) return;
    QElapsedTimer timer;
    timer.start();
    runner.instance->reconcile({{QStringLiteral("objects"), QCborArray{QStringLiteral("crash")}}}, 1);
    runUntil([&] { return runner.hasFailed; });
    line("crash to detection", static_cast<double>(timer.nsecsElapsed()) / 1e6, "ms", "");
    qint64 seen = 0;
    QObject::connect(&runner.stores.bus, &StateBus::delivered, &runner.graveyard,
                     [&](const BusEntry& entry) { seen = entry.value().value(QStringLiteral("ticket")).toInteger(); });
    if (!runner.start()) return;
    runner.instance->reconcile({}, 2);
    runUntil([&] { return seen == 2; });
    line("crash to the snapshot's effect, without the back-off", static_cast<double>(timer.nsecsElapsed()) / 1e6, "ms",
         "at most 1000 with it (160 to 240)");
}

}  // namespace

int main(int argc, char** argv) {
    const QCoreApplication app(argc, argv);
    benchBus();
    benchRunner();
    benchRestart();
    benchHost();
    return 0;
}
