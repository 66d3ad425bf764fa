// SPDX-License-Identifier: GPL-2.0-or-later
#include "bridge_config.h"

#include <QSysInfo>

#include "core/reverse_names.h"
#include "fos1/cbor_reader.h"
#include "zone_backends.h"

namespace fos1::dns {

namespace {

constexpr int kMostOwnerBytes = 63;

std::chrono::milliseconds seconds(const CborReader& section, const QString& key, int fallback) {
    return std::chrono::seconds(section.integer(key, fallback));
}

tl::unexpected<Error> mistake(const CborReader& at, const QString& key, const QString& message) {
    return failure(ErrorCode::InvalidInput, message, at.path(key));
}

Result<std::map<QString, KeySource>> keysFrom(const CborReader& section) {
    std::map<QString, KeySource> keys;
    for (const CborReader& each : section.children(QStringLiteral("keys"))) {
        const QString name = each.text(QStringLiteral("name"));
        const QString algorithm = each.text(QStringLiteral("algorithm"));
        if (!algorithm.isEmpty())
            if (const auto known = tsigAlgorithmFrom(algorithm); !known)
                return mistake(each, QStringLiteral("algorithm"), known.error().message);
        const KeySource source{each.text(QStringLiteral("file")), each.text(QStringLiteral("keyName")), algorithm};
        if (!keys.emplace(name, source).second)
            return mistake(each, QStringLiteral("name"), QStringLiteral("another key has the name %1").arg(name));
    }
    return keys;
}

Result<ZoneSpec> specFrom(const CborReader& at) {
    ZoneSpec spec;
    spec.name = at.text(QStringLiteral("name"));
    const auto domain = DnsName::parse(at.text(QStringLiteral("zone")));
    if (!domain) return mistake(at, QStringLiteral("zone"), domain.error().message);
    spec.domain = *domain;
    for (const QString& each : at.texts(QStringLiteral("vlans"))) spec.vlans.insert(each);
    spec.hasVlanNames = at.boolean(QStringLiteral("vlanNames"), true);
    spec.hasRouterName = at.boolean(QStringLiteral("routerName"));
    if (const QString network = at.text(QStringLiteral("network")); !network.isEmpty()) {
        spec.network = net::IpPrefix::parse(network);
        if (!spec.network || spec.network->network() != *spec.network)
            return mistake(at, QStringLiteral("network"),
                           QStringLiteral("\"%1\" is not a network such as 192.0.2.0/25").arg(network));
    }
    if (isReverse(spec) && !networkOf(spec))
        return mistake(at, QStringLiteral("zone"),
                       QStringLiteral("\"%1\" does not tell of which addresses it holds the names; add network")
                           .arg(spec.domain.shortText()));
    return spec;
}

}  // namespace

Result<QByteArray> ownerFrom(const QCborMap& map) {
    const CborReader section(map, {}, nullptr);
    QString owner = section.text(QStringLiteral("owner"));
    if (owner.isEmpty()) owner = QSysInfo::machineHostName().section(u'.', 0, 0).toLower();
    const auto name = DnsName::parse(owner);
    if (!name || name->labelCount() != 1 || owner.size() > kMostOwnerBytes || owner.contains(u'.'))
        return failure(ErrorCode::InvalidInput,
                       QStringLiteral("\"%1\" cannot name this router: letters, digits and \"-\" can").arg(owner),
                       section.path(QStringLiteral("owner")));
    return name->shortText().toLatin1();
}

Result<BridgeOptions> optionsFrom(const QCborMap& map) {
    const CborReader section(map, {}, nullptr);
    BridgeOptions options;
    const auto owner = ownerFrom(map);
    if (!owner) return tl::unexpected(owner.error());
    options.router = QString::fromLatin1(*owner);
    options.offers.onLoss =
        section.text(QStringLiteral("onLoss")) == QStringLiteral("keep") ? OnLoss::Keep : OnLoss::Withdraw;
    options.onStop = section.text(QStringLiteral("onStop")) == QStringLiteral("keep") ? OnStop::Keep : OnStop::Withdraw;
    options.offers.hold = seconds(section, QStringLiteral("holdSeconds"), 10);
    options.offers.betweenChanges = seconds(section, QStringLiteral("changeSeconds"), 60);
    options.pollEach = seconds(section, QStringLiteral("pollSeconds"), 5);
    return options;
}

Result<std::vector<ConfiguredZone>> zonesFrom(const QCborMap& map, const QString& stateDirectory) {
    const CborReader section(map, {}, nullptr);
    const auto owner = ownerFrom(map);
    if (!owner) return tl::unexpected(owner.error());
    auto keys = keysFrom(section);
    if (!keys) return tl::unexpected(keys.error());
    const ZoneSurroundings around{std::move(*keys), *owner, stateDirectory};
    std::vector<ConfiguredZone> zones;
    std::map<QString, QString> names;
    for (const CborReader& each : section.children(QStringLiteral("zones"))) {
        auto spec = specFrom(each);
        if (!spec) return tl::unexpected(spec.error());
        if (const auto [at, isNew] = names.emplace(spec->name, each.path()); !isNew)
            return mistake(each, QStringLiteral("name"),
                           QStringLiteral("%1 is already the name of %2").arg(spec->name, at->second));
        auto backend = backendFrom(each, *spec, around);
        if (!backend) return tl::unexpected(backend.error());
        zones.push_back({std::move(*spec), std::move(*backend)});
    }
    return zones;
}

}  // namespace fos1::dns
