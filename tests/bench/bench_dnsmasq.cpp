// SPDX-License-Identifier: GPL-2.0-or-later
// The cost of thousands of subnets in dnsmasq: new options for all of them, for one, and for none, until dnsmasq has
// read them. In a network namespace of its own.
#include <sys/mount.h>

#include <QDir>
#include <QScopeGuard>
#include <optional>

#include "core/offer_rules.h"
#include "dnsmasq/dnsmasq_backend.h"
#include "isolation.h"
#include "lan_daemons.h"
#include "measure.h"

using namespace fos1;
using namespace fos1::measure;
using namespace fos1::dhcp;

namespace {

constexpr int kSubnets = 4000;

QString prefix(int i) { return QStringLiteral("10.%1.%2.").arg(i / 200).arg(i % 200); }

QByteArray configuration(const QString& directory) {
    QByteArray text = "dhcp-optsdir=" + directory.toUtf8() + "\n";
    for (int i = 0; i < kSubnets; ++i)
        text += "dhcp-range=set:v" + QByteArray::number(i) + ',' + prefix(i).toLatin1() + "100," +
                prefix(i).toLatin1() + "200,255.255.255.0,1h\n";
    return text;
}

Offers offers() {
    Offers all;
    for (int i = 0; i < kSubnets; ++i) {
        time::ServiceState vlan;
        vlan.addresses = {{prefix(i) + u'1', 24}};
        vlan.port = 123;
        vlan.accepting = vlan.advertise = vlan.dhcp = true;
        all.vlans.emplace(QStringLiteral("vlan-%1").arg(i), offerOf(vlan, OnLoss::Withdraw));
    }
    return all;
}

/// Applies, and prints how long it took until dnsmasq had read everything.
void apply(DnsmasqBackend& backend, const char* what, const std::shared_ptr<const Offers>& wanted, const char* beside) {
    std::optional<Result<Applied>> result;
    Holds holds;
    holds.restart();
    QElapsedTimer timer;
    timer.start();
    backend.apply(wanted, [&](const Result<Applied>& outcome) { result = outcome; });
    runUntil([&] { return result.has_value(); });
    const double took = milliseconds(timer);
    if (result && !*result) std::printf("%s\n", qPrintable(result->error().text()));
    line(what, took, "ms", beside);
    line("  longest hold of the event loop", holds.take(), "ms", "at most 50");
}

int bench() {
    lab::Lab lab(lab::FirstClient::Absent);
    const QString directory = lab.path(QStringLiteral("options"));
    QDir().mkpath(directory);
    // In memory, as docs/dhcp.md recommends.
    if (::mount("none", directory.toUtf8().constData(), "tmpfs", 0, nullptr) != 0) return 1;
    const auto unmount = qScopeGuard([&] { ::umount2(directory.toUtf8().constData(), MNT_DETACH); });
    const auto dnsmasq =
        lab::startDnsmasq(lab, QStringLiteral("rt"), QStringLiteral("dnsmasq"), configuration(directory));
    const QString pidFile = lab.path(QStringLiteral("dnsmasq/pid"));
    // dnsmasq that is debugged writes no pid file.
    if (!dnsmasq || !runUntil([&] { return dnsmasq->log().contains("v3999") || dnsmasq->log().contains("DHCP, "); }) ||
        !lab::writeFile(pidFile, QByteArray::number(dnsmasq->pid()))) {
        std::printf("dnsmasq does not start: %s\n", dnsmasq ? dnsmasq->log().right(400).constData() : "");
        return 1;
    }
    const double before = memoryMiB("VmRSS");
    DnsmasqBackend backend({pidFile, directory, true, Sntp::Omitted});
    Offers wanted = offers();
    const auto all = std::make_shared<const Offers>(wanted);
    apply(backend, "options for 4,000 subnets in dnsmasq", all, "at most 500");
    apply(backend, "a look at 4,000 subnets without a change, the first", all, "");
    apply(backend, "  and again", all, "");
    wanted.vlans.at(QStringLiteral("vlan-7")).wish = Wish::Withhold;
    const auto fewer = std::make_shared<const Offers>(wanted);
    apply(backend, "one VLAN's withdrawal at 4,000 subnets", fewer, "at most 500");
    Offers nothing;
    nothing.withdrawsAll = true;
    apply(backend, "everything withdrawn", std::make_shared<const Offers>(nothing), "at most 500");
    line("memory, more than before", memoryMiB("VmRSS") - before, "MiB", "at most 25");
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        return bench();
    });
}
