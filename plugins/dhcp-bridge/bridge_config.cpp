// SPDX-License-Identifier: GPL-2.0-or-later
#include "bridge_config.h"

#include "dnsmasq/dnsmasq_backend.h"
#include "fos1/cbor_reader.h"
#include "kea/kea_agent.h"
#include "kea/kea_backend.h"
#include "kea/kea_socket.h"

namespace fos1::dhcp {

namespace {

std::chrono::milliseconds seconds(const CborReader& section, const QString& key, int fallback) {
    return std::chrono::seconds(section.integer(key, fallback));
}

Sntp sntpFrom(const CborReader& section) {
    return section.boolean(QStringLiteral("sntp")) ? Sntp::Told : Sntp::Omitted;
}

AgentAccess agentOf(const CborReader& server) {
    const auto text = [&server](const char* member) { return server.text(QLatin1String(member)); };
    return {QUrl(text("url"), QUrl::StrictMode),
            text("caFile"),
            text("certificateFile"),
            text("keyFile"),
            text("user"),
            text("passwordFile")};
}

/// Members that have no effect at a control socket.
Result<void> checkSocket(const CborReader& server) {
    for (const char* each : {"caFile", "certificateFile", "keyFile", "user", "passwordFile"})
        if (!server.text(QLatin1String(each)).isEmpty())
            return failure(ErrorCode::InvalidInput, QStringLiteral("has no effect without \"url\""),
                           server.path(QLatin1String(each)));
    return {};
}

Result<std::unique_ptr<KeaChannel>> channelTo(const CborReader& server, const KeaFamily& family) {
    if (const QString socket = server.text(QStringLiteral("socket")); !socket.isEmpty()) {
        const auto good = checkSocket(server);
        if (!good) return tl::unexpected(good.error());
        return std::make_unique<KeaSocket>(socket);
    }
    AgentAccess access = agentOf(server);
    const auto good = checkAccess(access, server.path());
    if (!good) return tl::unexpected(good.error());
    return std::make_unique<KeaAgent>(std::move(access), family.service);
}

Result<std::unique_ptr<DhcpBackend>> keaFrom(const CborReader& section) {
    const KeaFamily& family = section.text(QStringLiteral("kind")) == QStringLiteral("kea6") ? kKea6 : kKea4;
    const Sntp sntp = sntpFrom(section);
    if (sntp == Sntp::Told && family.family != net::AddressFamily::Inet6)
        return failure(ErrorCode::InvalidInput, QStringLiteral("there is no such option in DHCPv4"),
                       section.path(QStringLiteral("sntp")));
    auto channel = channelTo(section, family);
    if (!channel) return tl::unexpected(channel.error());
    const Persistence persistence =
        section.boolean(QStringLiteral("persist")) ? Persistence::ConfigurationFile : Persistence::RunningServerOnly;
    return std::make_unique<KeaBackend>(std::move(*channel), family, persistence, sntp);
}

std::unique_ptr<DhcpBackend> dnsmasqFrom(const CborReader& section) {
    DnsmasqPlace place;
    place.directory = section.text(QStringLiteral("optionsDirectory"));
    place.pidFile = section.text(QStringLiteral("pidFile"));
    place.mayPersist = section.boolean(QStringLiteral("persist"));
    place.sntp = sntpFrom(section);
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
        const QString kind = each.text(QStringLiteral("kind"));
        if (const auto [at, isNew] = names.emplace(name, each.path()); !isNew)
            return failure(ErrorCode::InvalidInput,
                           QStringLiteral("%1 is already the name of %2").arg(name, at->second),
                           each.path(QStringLiteral("name")));
        const bool isDnsmasq = kind == QStringLiteral("dnsmasq");
        const bool isAgent = !isDnsmasq && each.text(QStringLiteral("socket")).isEmpty();
        const QString key = isDnsmasq ? QStringLiteral("optionsDirectory")
                            : isAgent ? QStringLiteral("url")
                                      : QStringLiteral("socket");
        const QString place = each.text(key);
        if (place.isEmpty())
            return failure(ErrorCode::InvalidInput, QStringLiteral("required for a server of kind %1").arg(kind),
                           each.path(isAgent ? QStringLiteral("socket") : key));
        // One agent may serve several servers.
        if (const auto [at, isNew] = places.emplace(isAgent ? kind + u' ' + place : place, each.path()); !isNew)
            return failure(ErrorCode::InvalidInput,
                           QStringLiteral("%1 is already the %2 of %3").arg(place, key, at->second), each.path(key));
        auto backend = isDnsmasq ? Result<std::unique_ptr<DhcpBackend>>(dnsmasqFrom(each)) : keaFrom(each);
        if (!backend) return tl::unexpected(backend.error());
        servers.push_back({name, std::move(*backend)});
    }
    return servers;
}

}  // namespace fos1::dhcp
