// SPDX-License-Identifier: GPL-2.0-or-later
#include "bridge_config.h"

#include "dnsmasq/dnsmasq_backend.h"
#include "fos1/cbor_reader.h"
#include "kea/kea_backend.h"

namespace fos1::dhcp {

namespace {

std::chrono::milliseconds seconds(const CborReader& section, const QString& key, int fallback) {
    return std::chrono::seconds(section.integer(key, fallback));
}

std::unique_ptr<DhcpBackend> keaFrom(const CborReader& section) {
    const bool isV6 = section.text(QStringLiteral("kind")) == QStringLiteral("kea6");
    return std::make_unique<KeaBackend>(
        section.text(QStringLiteral("socket")), isV6 ? kKea6 : kKea4,
        section.boolean(QStringLiteral("persist")) ? Persistence::ConfigurationFile : Persistence::RunningServerOnly);
}

std::unique_ptr<DhcpBackend> dnsmasqFrom(const CborReader& section) {
    DnsmasqPlace place;
    place.directory = section.text(QStringLiteral("optionsDirectory"));
    place.pidFile = section.text(QStringLiteral("pidFile"));
    place.mayPersist = section.boolean(QStringLiteral("persist"));
    place.sntp = section.boolean(QStringLiteral("sntp")) ? Sntp::Told : Sntp::Omitted;
    return std::make_unique<DnsmasqBackend>(std::move(place));
}

}  // namespace

BridgeOptions optionsFrom(const QCborMap& map) {
    const CborReader section(map, {}, nullptr);
    BridgeOptions options;
    options.offers.onLoss =
        section.text(QStringLiteral("onLoss")) == QStringLiteral("keep") ? OnLoss::Keep : OnLoss::Withdraw;
    options.onStop = section.text(QStringLiteral("onStop")) == QStringLiteral("keep") ? OnStop::Keep : OnStop::Withdraw;
    options.offers.hold = seconds(section, QStringLiteral("holdSeconds"), 10);
    options.offers.betweenChanges = seconds(section, QStringLiteral("changeSeconds"), 60);
    options.pollEach = seconds(section, QStringLiteral("pollSeconds"), 5);
    return options;
}

Result<std::vector<ConfiguredServer>> serversFrom(const QCborMap& map) {
    std::vector<ConfiguredServer> servers;
    std::map<QString, QString> names;
    std::map<QString, QString> places;
    for (const CborReader& each : CborReader(map, {}, nullptr).children(QStringLiteral("servers"))) {
        const QString name = each.text(QStringLiteral("name"));
        if (const auto [at, isNew] = names.emplace(name, each.path()); !isNew)
            return failure(ErrorCode::InvalidInput,
                           QStringLiteral("%1 is already the name of %2").arg(name, at->second),
                           each.path(QStringLiteral("name")));
        const bool isDnsmasq = each.text(QStringLiteral("kind")) == QStringLiteral("dnsmasq");
        const QString key = isDnsmasq ? QStringLiteral("optionsDirectory") : QStringLiteral("socket");
        const QString place = each.text(key);
        if (place.isEmpty())
            return failure(ErrorCode::InvalidInput,
                           QStringLiteral("required for a server of kind %1").arg(each.text(QStringLiteral("kind"))),
                           each.path(key));
        if (const auto [at, isNew] = places.emplace(place, each.path()); !isNew)
            return failure(ErrorCode::InvalidInput,
                           QStringLiteral("%1 is already the %2 of %3").arg(place, key, at->second), each.path(key));
        servers.push_back({name, isDnsmasq ? dnsmasqFrom(each) : keaFrom(each)});
    }
    return servers;
}

}  // namespace fos1::dhcp
