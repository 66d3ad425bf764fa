// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/source_parser.h"

#include <map>

namespace fos1::ntp {

namespace {

using std::chrono::seconds;

constexpr int kMostServersOfAPool = 16;
constexpr double kLongestDelaySeconds = 1000;
constexpr double kLargestOffsetSeconds = 1e6;

/// chrony 4.3 knows a source by its address alone: the same address on two ports is "already in use".
class SeenSources {
   public:
    void add(const FieldChecks& at, const QString& key, const QString& name) {
        QString identity = name.toLower();
        if (identity.endsWith(u'.')) identity.chop(1);
        const QString path = at.reader().path(key);
        const auto [first, isNew] = m_seen.try_emplace(identity, path);
        if (!isNew)
            at.report(
                key, QStringLiteral("\"%1\" is the same source as %2; name each source once").arg(name, first->second));
    }

   private:
    std::map<QString, QString> m_seen;
};

void checkPolls(const FieldChecks& at, const SourceOptions& options) {
    const int minpoll = options.minpoll.value_or(kDefaultMinpoll);
    const int maxpoll = options.maxpoll.value_or(kDefaultMaxpoll);
    if (minpoll <= maxpoll) return;
    const auto text = [](int poll, bool given) {
        return given ? QString::number(poll) : QStringLiteral("%1, the default").arg(poll);
    };
    at.report(options.minpoll ? QStringLiteral("minpoll") : QStringLiteral("maxpoll"),
              QStringLiteral("minpoll (%1) must not be greater than maxpoll (%2)")
                  .arg(text(minpoll, options.minpoll.has_value()), text(maxpoll, options.maxpoll.has_value())));
}

SourceOptions parseOptions(const FieldChecks& at, const KnownKeys& keys) {
    SourceOptions options;
    const CborReader& reader = at.reader();
    options.iburst = reader.boolean(QStringLiteral("iburst"));
    options.prefer = reader.boolean(QStringLiteral("prefer"));
    options.noselect = reader.boolean(QStringLiteral("noselect"));
    options.trust = reader.boolean(QStringLiteral("trust"));
    options.require = reader.boolean(QStringLiteral("require"));
    options.xleave = reader.boolean(QStringLiteral("xleave"));
    options.nts = reader.boolean(QStringLiteral("nts"));
    if (reader.has(QStringLiteral("keyId"))) options.keyId = reader.integer(QStringLiteral("keyId"));
    options.minpoll = at.integer(QStringLiteral("minpoll"), kLowestPoll, kHighestPoll);
    options.maxpoll = at.integer(QStringLiteral("maxpoll"), kLowestPoll, kHighestPoll);
    options.port = static_cast<quint16>(at.integer(QStringLiteral("port"), 1, 65535).value_or(kNtpPort));
    const bool pollRefused = (reader.has(QStringLiteral("minpoll")) && !options.minpoll) ||
                             (reader.has(QStringLiteral("maxpoll")) && !options.maxpoll);
    if (!pollRefused) checkPolls(at, options);
    if (options.noselect && (options.prefer || options.require))
        at.report(QStringLiteral("noselect"),
                  QStringLiteral("contradicts %1: a source that is never selected cannot be preferred or required")
                      .arg(options.prefer ? QStringLiteral("prefer") : QStringLiteral("require")));
    if (options.nts && options.keyId)
        at.report(QStringLiteral("nts"), QStringLiteral("contradicts keyId: a source is authenticated in one way"));
    checkKeyReference(at, keys);
    return options;
}

void parsePool(const FieldChecks& at, const KnownKeys& keys, SeenSources& seen, NtpServiceSpec& spec) {
    PoolSpec pool;
    if (const auto name = at.hostOrAddress(QStringLiteral("name"))) {
        pool.name = *name;
        seen.add(at, QStringLiteral("name"), *name);
    }
    pool.servers = at.integer(QStringLiteral("servers"), 1, kMostServersOfAPool).value_or(pool.servers);
    pool.options = parseOptions(at, keys);
    spec.pools.push_back(std::move(pool));
}

void parseServer(const FieldChecks& at, const KnownKeys& keys, SeenSources& seen, NtpServiceSpec& spec) {
    ServerSpec server;
    if (const auto address = at.hostOrAddress(QStringLiteral("address"))) {
        server.address = *address;
        seen.add(at, QStringLiteral("address"), *address);
    }
    server.options = parseOptions(at, keys);
    server.presend = at.integer(QStringLiteral("presend"), kLowestPoll, kHighestPoll);
    server.maxdelay = at.positiveDuration(QStringLiteral("maxdelay"), seconds(1), kLongestDelaySeconds);
    server.offset = at.duration(QStringLiteral("offset"), seconds(1), -kLargestOffsetSeconds, kLargestOffsetSeconds);
    spec.servers.push_back(std::move(server));
}

/// A peer can shift this node's clock, so that it must be known who it is.
void checkPeer(const FieldChecks& at, const KnownKeys& keys, SeenSources& seen) {
    if (const auto address = at.hostOrAddress(QStringLiteral("address")))
        seen.add(at, QStringLiteral("address"), *address);
    const SourceOptions options = parseOptions(at, keys);
    if (!options.keyId && !at.reader().boolean(QStringLiteral("insecure")))
        at.report(QStringLiteral("keyId"),
                  QStringLiteral("is required of a peer; insecure: true does without authentication"));
}

}  // namespace

void parseSources(const FieldChecks& sources, const KnownKeys& keys, NtpServiceSpec& spec) {
    SeenSources seen;
    for (const FieldChecks& pool : sources.children(QStringLiteral("pools"))) parsePool(pool, keys, seen, spec);
    for (const FieldChecks& server : sources.children(QStringLiteral("servers"))) parseServer(server, keys, seen, spec);
    for (const FieldChecks& peer : sources.children(QStringLiteral("peers"))) checkPeer(peer, keys, seen);
}

}  // namespace fos1::ntp
