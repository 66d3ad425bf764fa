// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/source_lines.h"

#include <set>

#include "core/value_words.h"
#include "model/source_options.h"
#include "model/source_parser.h"

namespace fos1::ntp {

namespace {

constexpr const char* kFamily = "server family";

bool isAuthenticated(const SourceOptions& options) { return options.nts || options.keyId; }

QByteArray sourceOptions(const WordPlace& place, const SourceOptions& wanted, bool trustsAuthenticated) {
    SourceOptions options = wanted;
    options.trust = options.trust || (trustsAuthenticated && isAuthenticated(options) && !options.noselect);
    QByteArrayList words = flagWords(place, kSourceFlags, options);
    if (options.nts) words.append("nts");
    if (options.nts && options.ntsPort != kNtsPort) words.append("ntsport " + QByteArray::number(options.ntsPort));
    if (options.keyId) words.append("key " + QByteArray::number(*options.keyId));
    if (options.port != kNtpPort) words.append("port " + QByteArray::number(options.port));
    // Where chronyd does not know it, the source is an address of that family, or left out.
    if (options.family && supports(place.version, kFamily))
        words.append(*options.family == AddressFamily::Inet4 ? "ipv4" : "ipv6");
    words += valueWords(kSourceValues, supportedValues(place, kSourceValues, options));
    for (const QString& type : options.extfields)
        if (place.takes("extfield", "extfield " + type.toStdString(), type.toLatin1()))
            words.append("extfield " + type.toLatin1());
    return words.join(' ');
}

/// A source that asks for authentication is never used without it, and chronyd takes the number of a key that it does
/// not have without a word.
Missing whyLeftOut(const QString& name, const SourceOptions& options, const Materials& materials) {
    if (isMulticast(name)) return {kWhyNoMulticast, {}};
    if (options.nts && !materials.version.nts)
        return {QStringLiteral("requests NTS, which this chronyd was built without, and is not used without it"), {}};
    if (options.keyId && !materials.keys.contains(*options.keyId)) {
        const auto why = materials.missingKeys.find(*options.keyId);
        const Missing key =
            why == materials.missingKeys.end() ? Missing{QStringLiteral("does not exist"), {}} : why->second;
        return {
            QStringLiteral("requests key %1, which %2, and is not used without it").arg(*options.keyId).arg(key.why),
            key.reason};
    }
    if (options.family && !supports(materials.version, kFamily) && !IpAddress::parse(name))
        return {QStringLiteral("requests addresses of one family, which chronyd %1 cannot select (%2 can)")
                    .arg(versionText(materials.version), firstRelease(kFamily)),
                {}};
    return {};
}

std::set<QString> declaredNames(const NtpServiceSpec& spec) {
    std::set<QString> names;
    for (const PoolSpec& pool : spec.pools) names.insert(pool.name);
    for (const ServerSpec& server : spec.servers) names.insert(server.address);
    for (const ServerSpec& peer : spec.peers) names.insert(peer.address);
    return names;
}

}  // namespace

bool trustsAuthenticated(const NtpServiceSpec& spec) {
    if (spec.authSelect != AuthSelect::Default) return false;
    bool hasAuthenticated = false;
    bool hasPlain = !spec.dhcpInterfaces.empty();
    const auto look = [&](const auto& sources) {
        for (const auto& source : sources) (isAuthenticated(source.options) ? hasAuthenticated : hasPlain) = true;
    };
    look(spec.pools);
    look(spec.servers);
    look(spec.peers);
    return hasAuthenticated && hasPlain;
}

SourceLines sourceLines(const NtpServiceSpec& spec, const Materials& materials) {
    const bool trusts = trustsAuthenticated(spec);
    SourceLines lines;
    ConfigText out;
    const auto add = [&](const char* directive, const QString& path, const QString& name, const SourceOptions& options,
                         const QByteArray& more = {}) {
        if (const Missing missing = whyLeftOut(name, options, materials); !missing.why.isEmpty()) {
            lines.leftOut.push_back({path, name, missing.why, missing.reason});
            return;
        }
        lines.names.push_back(name);
        if (options.keyId) lines.keyOf.emplace(name, *options.keyId);
        const WordPlace place{materials.version, "server", path, name, lines.leftOut};
        out.line({directive, name.toUtf8(), more, sourceOptions(place, options, trusts)});
    };
    for (std::size_t i = 0; i < spec.pools.size(); ++i)
        add("pool", QStringLiteral("spec.sources.pools[%1]").arg(i), spec.pools[i].name, spec.pools[i].options,
            "maxsources " + QByteArray::number(spec.pools[i].servers));
    const auto single = [&](const char* directive, const char* list, const std::vector<ServerSpec>& servers) {
        for (std::size_t i = 0; i < servers.size(); ++i)
            add(directive, QStringLiteral("spec.sources.%1[%2]").arg(QLatin1String(list)).arg(i), servers[i].address,
                servers[i].options);
    };
    single("server", "servers", spec.servers);
    single("peer", "peers", spec.peers);
    const std::set<QString> declared = declaredNames(spec);
    for (const LeasedServer& leased : materials.leased) {
        const QString name = leased.address.text();
        // What is declared counts as declared.
        if (declared.contains(name)) continue;
        lines.names.push_back(name);
        lines.leasedOn.emplace(name, leased.interface);
        out.line({"server", name.toUtf8(), "iburst"});
    }
    lines.text = out.text();
    return lines;
}

}  // namespace fos1::ntp
