// SPDX-License-Identifier: GPL-2.0-or-later
// The cost of thousands of subnets in Kea: new options for all of them, for one, and for none. For comparison, Kea's
// own config-get, config-test and config-set of the same configuration. In a network namespace of its own.
#include <malloc.h>

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonObject>

#include "bridge_config.h"
#include "fos1/testing/fake_host.h"
#include "isolation.h"
#include "kea/kea_reply.h"
#include "kea/kea_socket.h"
#include "lan_daemons.h"
#include "measure.h"

using namespace fos1;
using namespace fos1::dhcp;
using namespace fos1::measure;
using namespace std::chrono_literals;

namespace {

constexpr int kSubnets = 4000;

QByteArray prefix(int i) { return "10." + QByteArray::number(i / 200) + '.' + QByteArray::number(i % 200) + '.'; }

QByteArray configuration() {
    QByteArrayList subnets;
    for (int i = 0; i < kSubnets; ++i)
        subnets.append(R"({"id": )" + QByteArray::number(i + 1) + R"(, "subnet": ")" + prefix(i) +
                       R"(0/24", "pools": [{"pool": ")" + prefix(i) + "100-" + prefix(i) + R"(200"}], "option-data": [
                       {"name": "routers", "data": ")" +
                       prefix(i) + R"(1"}]})");
    return R"({"Dhcp4": {"interfaces-config": {"interfaces": []},
      "control-socket": {"socket-type": "unix", "socket-name": "DIRECTORY/control"},
      "lease-database": {"type": "memfile", "persist": false}, "subnet4": [)" +
           subnets.join(",\n") + "]}}";
}

/// Sends a command and returns the answer.
QByteArray ask(KeaChannel& channel, const QByteArray& command) {
    std::optional<QByteArray> answer;
    channel.ask(command, 60s, [&](const Result<QByteArray>& raw) { answer = raw.value_or(QByteArray()); });
    runUntil([&] { return answer.has_value(); });
    return answer.value_or(QByteArray());
}

QJsonObject metadata() {
    return {
        {"id", "dhcp-bridge"},
        {"publishes", QJsonArray{ToldState::kTopic}},
        {"subscribes", QJsonArray{time::ServiceState::kTopic, time::ClientState::kTopic}},
        {"features", QJsonObject{{"required", QJsonArray{IBus::kIid, IStatus::kIid, IMetrics::kIid, IEvents::kIid}}}}};
}

QString vlanName(int i) { return QStringLiteral("vlan-%1").arg(i); }

void say(testing::FakeHost& host, int i, bool isFit) {
    time::ServiceState state;
    state.addresses = {{QString::fromLatin1(prefix(i) + '1'), 24}};
    state.port = 123;
    state.accepting = state.dhcp = true;
    state.advertise = isFit;
    host.bus.set(QString::fromLatin1(time::ServiceState::kTopic), vlanName(i), state.encode());
}

struct Bench {
    explicit Bench(const QString& socket)
        : section{{"servers", QCborArray{QCborMap{{"name", "kea"}, {"kind", "kea4"}, {"socket", socket}}}},
                  {"changeSeconds", 1},
                  {"pollSeconds", 10}},
          bridge(view, optionsFrom(section), *serversFrom(section)) {
        bridge.start();
    }
    [[nodiscard]] qint64 writes() const { return host.metrics.value("dhcp_writes_total", "kea").value_or(0); }

    testing::FakeHost host{metadata(), {}};
    HostView view{host};
    QCborMap section;
    DhcpBridge bridge;
};

/// What the fake host alone takes for the topics of the bridge; the real one keeps thousands of values as CBOR.
double topicsAloneMiB() {
    static testing::FakeHost host{metadata(), {}};  // stays, so that nothing after it gets its memory
    const double before = memoryMiB("VmRSS");
    for (int i = 0; i < kSubnets; ++i) {
        say(host, i, true);
        ToldState state;
        state.told = true;
        ToldSubnet subnet;
        subnet.server = QStringLiteral("kea");
        subnet.subnet = QString::fromLatin1(prefix(i) + "0/24");
        subnet.addresses = {QString::fromLatin1(prefix(i) + '1')};
        subnet.told = true;
        state.subnets.push_back(subnet);
        host.bus.set(QString::fromLatin1(ToldState::kTopic), vlanName(i), state.encode());
    }
    return memoryMiB("VmRSS") - before;
}

int bench() {
    lab::Lab lab(lab::FirstClient::Absent);
    const auto kea = lab::startKea(lab, "rt", "kea", lab::IpFamily::V4, configuration());
    KeaSocket channel(lab.path("kea/control"));
    if (!kea || !runUntil([&] {
            return readSuccess(ask(channel, R"({"command": "version-get"})"), "version-get").has_value();
        }))
        return 1;

    // Kea alone: the commands that a change takes.
    QElapsedTimer timer;
    const auto keaAlone = [&] {
        timer.start();
        const QByteArray raw = ask(channel, R"({"command": "config-get"})");
        const double get = milliseconds(timer);
        const QByteArray arguments = readSuccess(raw, "config-get")->arguments.text.toByteArray();
        timer.start();
        ask(channel, R"({"command": "config-test", "arguments": )" + arguments + '}');
        ask(channel, R"({"command": "config-set", "arguments": )" + arguments + '}');
        return std::pair(get, milliseconds(timer) + get);
    };
    const auto [get, own] = keaAlone();
    line("Kea alone: config-get", get, "ms");
    line("Kea alone: config-get, config-test, config-set", own, "ms");

    const double topics = topicsAloneMiB();
    const double before = memoryMiB("VmRSS");
    Holds holds;
    {
        Bench b(channel.place());
        for (int i = 0; i < kSubnets; ++i) say(b.host, i, true);
        holds.restart();  // publishing all that is the fake host's
        timer.start();
        runUntil([&] { return b.writes() == 1 && b.bridge.isSettled(); });
        line("options for 4,000 subnets", milliseconds(timer), "ms", "of Kea's own: at most 1.3 times");
        runUntil([&] { return b.host.bus.standing().size() >= kSubnets; });
        line("  longest hold of the event loop", holds.take(), "ms", "at most 50");
        const auto once = keaAlone();
        line("Kea alone with these options: get, test, set", once.second, "ms");
        holds.take();
        timer.start();
        say(b.host, 7, false);
        runUntil([&] { return b.writes() == 2 && b.bridge.isSettled(); });
        line("one VLAN's change at 4,000 subnets", milliseconds(timer), "ms", "of Kea's own: at most 1.3 times");
        line("  longest hold of the event loop", holds.take(), "ms", "at most 50");
        time::ServiceState lost;
        const QCborMap others{{QLatin1String(time::ServiceState::kTopic), QCborMap{{vlanName(9), lost.encode()}}}};
        timer.start();
        const bool isSeen = b.bridge.preview({{"topics", others}}).contains(QStringLiteral("summary"));
        line("a preview of one VLAN's change", milliseconds(timer), "ms", isSeen ? "at most 50" : "saw nothing");
        line("memory, more than before", memoryMiB("VmRSS") - before, "MiB");
        line("  without what the fake host takes for the topics", memoryMiB("VmRSS") - before - topics, "MiB",
             "at most 25");
        line("  at its peak", memoryMiB("VmHWM") - before - topics, "MiB");
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    // As fos1-hostd does.
    ::mallopt(M_MMAP_THRESHOLD, 128 * 1024);
    ::mallopt(M_TRIM_THRESHOLD, 256 * 1024);
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        return bench();
    });
}
