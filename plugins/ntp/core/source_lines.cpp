// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/source_lines.h"

#include "core/config_text.h"
#include "model/source_parser.h"

namespace fos1::ntp {

namespace {

QByteArray familyOption(const SourceOptions& options, const Materials& materials) {
    if (!options.family || !materials.version.isAtLeast(4, 6)) return {};
    return *options.family == AddressFamily::Inet4 ? "ipv4" : "ipv6";
}

bool isAuthenticated(const SourceOptions& options) { return options.nts || options.keyId; }

QByteArray sourceOptions(const SourceOptions& options, const Materials& materials, bool trustsAuthenticated) {
    QByteArrayList words{
        flag("iburst", options.iburst),
        flag("prefer", options.prefer),
        flag("noselect", options.noselect),
        flag("trust", options.trust || (trustsAuthenticated && isAuthenticated(options) && !options.noselect)),
        flag("require", options.require),
        flag("xleave", options.xleave),
        flag("nts", options.nts),
        options.nts && options.ntsPort != kNtsPort ? "ntsport " + QByteArray::number(options.ntsPort) : QByteArray(),
        options.keyId ? "key " + QByteArray::number(*options.keyId) : QByteArray(),
        option("minpoll", options.minpoll),
        option("maxpoll", options.maxpoll),
        options.port == kNtpPort ? QByteArray() : "port " + QByteArray::number(options.port),
        familyOption(options, materials)};
    words.removeAll(QByteArray());
    return words.join(' ');
}

/// A source that asks for authentication is never used without it, and chronyd takes the number of a key that it does
/// not have without a word.
QString whyLeftOut(const QString& name, const SourceOptions& options, const Materials& materials) {
    if (isMulticast(name)) return kWhyNoMulticast;
    if (options.nts && !materials.version.nts)
        return QStringLiteral("requests NTS, which this chronyd was built without, and is not used without it");
    if (options.keyId && !materials.keys.contains(*options.keyId)) {
        const auto why = materials.missingKeys.find(*options.keyId);
        return QStringLiteral("requests key %1, which %2, and is not used without it")
            .arg(*options.keyId)
            .arg(why == materials.missingKeys.end() ? QStringLiteral("does not exist") : why->second);
    }
    if (options.family && !materials.version.isAtLeast(4, 6) && !IpAddress::parse(name))
        return QStringLiteral("requests addresses of one family, which chronyd %1.%2 cannot select (4.6 can)")
            .arg(materials.version.major)
            .arg(materials.version.minor);
    return {};
}

}  // namespace

bool trustsAuthenticated(const NtpServiceSpec& spec) {
    if (spec.authSelect != AuthSelect::Default) return false;
    bool hasAuthenticated = false;
    bool hasPlain = false;
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
    const auto isUsed = [&](const char* list, std::size_t index, const QString& name, const SourceOptions& options) {
        const QString why = whyLeftOut(name, options, materials);
        if (why.isEmpty()) {
            lines.names.push_back(name);
            if (options.keyId) lines.keyOf.emplace(name, *options.keyId);
        } else {
            lines.leftOut.push_back(
                {QStringLiteral("spec.sources.%1[%2]").arg(QLatin1String(list)).arg(index), name, why});
        }
        return why.isEmpty();
    };
    for (std::size_t i = 0; i < spec.pools.size(); ++i) {
        const PoolSpec& pool = spec.pools[i];
        if (isUsed("pools", i, pool.name, pool.options))
            out.line({"pool", pool.name.toUtf8(), "maxsources " + QByteArray::number(pool.servers),
                      sourceOptions(pool.options, materials, trusts)});
    }
    const auto single = [&](const char* directive, const char* list, const std::vector<ServerSpec>& servers) {
        for (std::size_t i = 0; i < servers.size(); ++i) {
            const ServerSpec& server = servers[i];
            if (isUsed(list, i, server.address, server.options))
                out.line({directive, server.address.toUtf8(), sourceOptions(server.options, materials, trusts),
                          option("presend", server.presend), option("maxdelay", server.maxdelay),
                          option("offset", server.offset)});
        }
    };
    single("server", "servers", spec.servers);
    single("peer", "peers", spec.peers);
    lines.text = out.text();
    return lines;
}

}  // namespace fos1::ntp
