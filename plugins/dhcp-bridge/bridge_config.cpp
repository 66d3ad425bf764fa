// SPDX-License-Identifier: GPL-2.0-or-later
#include "bridge_config.h"

#include "fos1/cbor_reader.h"
#include "kea/kea_backend.h"

namespace fos1::dhcp {

namespace {

std::chrono::milliseconds seconds(const CborReader& section, const QString& key, int fallback) {
    return std::chrono::seconds(section.integer(key, fallback));
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
    std::map<QString, QString> sockets;
    for (const CborReader& each : CborReader(map, {}, nullptr).children(QStringLiteral("servers"))) {
        const QString name = each.text(QStringLiteral("name"));
        const QString socket = each.text(QStringLiteral("socket"));
        if (const auto [at, isNew] = names.emplace(name, each.path()); !isNew)
            return failure(ErrorCode::InvalidInput,
                           QStringLiteral("%1 is already the name of %2").arg(name, at->second),
                           each.path(QStringLiteral("name")));
        if (const auto [at, isNew] = sockets.emplace(socket, each.path()); !isNew)
            return failure(ErrorCode::InvalidInput,
                           QStringLiteral("%1 is already the socket of %2").arg(socket, at->second),
                           each.path(QStringLiteral("socket")));
        const bool isV6 = each.text(QStringLiteral("kind")) == QStringLiteral("kea6");
        servers.push_back({name, std::make_unique<KeaBackend>(socket, isV6 ? kKea6 : kKea4,
                                                              each.boolean(QStringLiteral("persist"))
                                                                  ? Persistence::ConfigurationFile
                                                                  : Persistence::RunningServerOnly)});
    }
    return servers;
}

}  // namespace fos1::dhcp
