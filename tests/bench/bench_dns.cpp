// SPDX-License-Identifier: GPL-2.0-or-later
// The cost of thousands of names in a zone of BIND: published, changed by one VLAN, checked, and withdrawn. For
// comparison, nsupdate with the same records. In a network namespace of its own.
#include <QJsonArray>
#include <QJsonObject>
#include <QTemporaryDir>

#include "bridge_config.h"
#include "core/dns_plan.h"
#include "core/ownership_mark.h"
#include "fos1/testing/fake_host.h"
#include "isolation.h"
#include "measure.h"
#include "tests/support/real_server.h"

using namespace fos1;
using namespace fos1::dns;
using namespace fos1::measure;
using namespace std::chrono_literals;

namespace {

constexpr int kChanges = 21;
constexpr int kVlans = 2000;  // each with an address and a service: 4,000 names and the common ones
const QByteArray kZoneName("lan.test");

time::ServiceState stateOf(int i, bool isFit) {
    time::ServiceState state;
    state.addresses = {{QStringLiteral("10.%1.%2.1").arg(i / 250).arg(i % 250), 24}};
    state.port = 123;
    state.accepting = true;
    state.advertise = isFit;
    state.dnsName = QStringLiteral("ntp.lan.test");
    return state;
}

struct Bench {
    explicit Bench(const QString& keyFile)
        : section{{"owner", "router-a"},
                  {"keys", QCborArray{QCborMap{{"name", "k"}, {"file", keyFile}}}},
                  {"zones", QCborArray{QCborMap{{"name", "lan"},
                                                {"zone", "lan.test"},
                                                {"kind", "update"},
                                                {"server", "127.0.0.53"},
                                                {"key", "k"}}}},
                  {"changeSeconds", 1},
                  {"pollSeconds", 60}},
          bridge(view, *optionsFrom(section), *zonesFrom(section, state.path())) {
        bridge.start();
    }
    void say(int i, bool isFit) {
        host.bus.set(QString::fromLatin1(time::ServiceState::kTopic), QStringLiteral("vlan-%1").arg(i),
                     stateOf(i, isFit).encode());
    }
    [[nodiscard]] qint64 updates() const { return host.metrics.value("dns_updates_total", "lan").value_or(0); }

    QTemporaryDir state;
    testing::FakeHost host{
        QJsonObject{{"id", "dns-bridge"},
                    {"publishes", QJsonArray{PublishedState::kTopic}},
                    {"subscribes", QJsonArray{time::ServiceState::kTopic, time::SyncState::kTopic}},
                    {"features",
                     QJsonObject{{"required", QJsonArray{IBus::kIid, IStatus::kIid, IMetrics::kIid, IEvents::kIid}}}}},
        {}};
    HostView view{host};
    QCborMap section;
    DnsBridge bridge;
};

void startNamed(RealServer& server) {
    server.write(QStringLiteral("zone"), kZoneStart + "ns A 127.0.0.53\n");
    QFile::remove(server.path(QStringLiteral("zone.jnl")));
    server.startNamed("key \"fos1\" { algorithm hmac-sha256; secret \"" + kSecret +
                      "\"; };\nzone \"lan.test\" { type primary; file \"zone\"; allow-update { key fos1; }; };\n");
    runUntil([&] { return server.answers(QString::fromLatin1(kZoneName)); }, 10'000);
}

/// The same records, as nsupdate takes them: in as many messages as it needs.
QByteArray script(const char* verb) {
    constexpr qsizetype kMostLines = 600;
    Offers offers;
    for (int i = 0; i < kVlans; ++i) {
        VlanOffer offer = offerOf(stateOf(i, true), OnLoss::Withdraw);
        offers.vlans[QStringLiteral("vlan-%1").arg(i)] = offer;
    }
    ZoneSpec spec;
    spec.domain = DnsName::parse("lan.test").value();
    QByteArray text("server 127.0.0.53\nzone lan.test\n");
    qsizetype lines = 0;
    const ZonePlans plans = planZones(offers, {spec}, "a");
    for (const auto& [name, plan] : plans.zones[0]->names) {
        std::set<Record> records = plan->wanted;
        records.insert(markRecord({"router-a", plan->wanted}));
        for (const Record& each : records) {
            text += (QStringLiteral("update ") + QLatin1String(verb) + u' ' + name.text() +
                     (verb[0] == 'a' ? QStringLiteral(" 60 ") : QStringLiteral(" ")) + toText(each.type) + u' ' +
                     each.text())
                        .toLatin1() +
                    '\n';
            if (++lines % kMostLines == 0) text += "send\n";
        }
    }
    return text + "send\n";
}

double nsupdate(const RealServer& server, const QByteArray& text) {
    server.write(QStringLiteral("script"), text);
    QElapsedTimer timer;
    timer.start();
    const auto done =
        lab::run(QStringLiteral("nsupdate"),
                 {"-v", "-y", "hmac-sha256:fos1:" + kSecret, server.path(QStringLiteral("script"))}, 60'000);
    if (done.exitCode != 0) std::printf("nsupdate: %s\n", done.errors.constData());
    return milliseconds(timer);
}

int bench() {
    RealServer server("127.0.0.53");
    const QString keyFile = server.path(QStringLiteral("fos1.key"));
    server.write(QStringLiteral("fos1.key"), "hmac-sha256:fos1:" + kSecret);
    QFile::setPermissions(keyFile, QFile::ReadOwner | QFile::WriteOwner);

    startNamed(server);
    line("nsupdate alone: 4,000 names published", nsupdate(server, script("add")), "ms");
    line("nsupdate alone: withdrawn", nsupdate(server, script("delete")), "ms");
    startNamed(server);

    const double before = memoryMiB("VmRSS");
    Holds holds;
    QElapsedTimer timer;
    {
        Bench b(keyFile);
        for (int i = 0; i < kVlans; ++i) b.say(i, true);
        holds.restart();  // publishing all that is the fake host's
        timer.start();
        runUntil([&] { return b.updates() > 0 && b.bridge.isSettled(); });
        line("4,000 names published", milliseconds(timer), "ms", "at most 2000, and 1.2 times nsupdate");
        line("  updates", static_cast<double>(b.updates()), "msg", "as few as 64 KiB allow");
        line("  longest hold of the event loop", holds.take(), "ms", "at most 50");
        runUntil([&] { return b.host.bus.standing().size() >= kVlans; });
        holds.take();
        const qint64 updates = b.updates();
        std::vector<double> times;
        for (int i = 0; i < kChanges; ++i) {
            const qint64 sent = b.updates();
            timer.start();
            b.say(100 + i, false);
            runUntil([&] { return b.updates() > sent && b.bridge.isSettled(); });
            times.push_back(milliseconds(timer));
        }
        std::sort(times.begin(), times.end());
        line("one VLAN's change at 4,000 names", times[times.size() / 2], "ms", "at most 50");
        line("  updates", static_cast<double>(b.updates() - updates) / kChanges, "msg", "1");
        line("  longest hold of the event loop", holds.take(), "ms", "at most 50");
        line("memory, more than before", memoryMiB("VmRSS") - before, "MiB", "the fake host's share included");
        const quint64 ticket = b.host.expect();
        timer.start();
        b.bridge.stop(ticket);
        runUntil([&] { return b.host.isCompleted(ticket); });
        line("4,000 names withdrawn by a stop", milliseconds(timer), "ms", "at most 1800");
        line("  longest hold of the event loop", holds.take(), "ms", "at most 50");
        const auto completion = b.host.completion(ticket);
        if (completion.outcome != Outcome::Ok) std::printf("stop: %s\n", qPrintable(completion.message));
    }
    if (!server.ask(QStringLiteral("ntp.vlan-7.lan.test"), QStringLiteral("A")).isEmpty())
        std::printf("not withdrawn\n");
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        return bench();
    });
}
