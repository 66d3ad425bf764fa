// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/source_parser.h"

#include <algorithm>
#include <map>

#include "model/hardware_parser.h"
#include "model/serving_parser.h"
#include "model/source_options.h"

namespace fos1::ntp {

namespace {

using std::chrono::seconds;

constexpr int kMostServersOfAPool = 16;
constexpr double kLongestDistanceSeconds = 1000;
constexpr int kMostRequiredSources = 100;
/// Their types as chrony's `extfield` takes them: monotonic root, and network correction.
const QStringList kExtensionFields{QStringLiteral("F323"), QStringLiteral("F324")};

/// chrony 4.3 identifies a source by its address alone: the same address with two ports is "already in use".
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

/// `name`: the address or host name of the source.
std::optional<AddressFamily> parseFamily(const FieldChecks& at, const QString& name) {
    const QString key = QStringLiteral("family");
    const QString text = at.reader().text(key, QStringLiteral("any"));
    if (text == QStringLiteral("any")) return std::nullopt;
    const AddressFamily family = text == QStringLiteral("ipv4")   ? AddressFamily::Inet4
                                 : text == QStringLiteral("ipv6") ? AddressFamily::Inet6
                                                                  : AddressFamily::Unknown;
    if (family == AddressFamily::Unknown) {
        at.report(key, QStringLiteral("must be any, ipv4 or ipv6, is \"%1\"").arg(text));
        return std::nullopt;
    }
    if (const auto address = IpAddress::parse(name); address && address->family != family)
        at.report(key, QStringLiteral("contradicts %1, which is of the other family").arg(name));
    return family;
}

SourceOptions parseOptions(const FieldChecks& at, const AuthenticationSpec& keys) {
    SourceOptions options;
    const CborReader& reader = at.reader();
    readFlags(at, kSourceFlags, options);
    readValues(at, kSourceValues, options);
    options.extfields = at.texts(QStringLiteral("extfield"), kExtensionFields);
    checkSamples(at, options.minsamples, options.maxsamples);
    options.nts = reader.boolean(QStringLiteral("nts"));
    options.ntsPort = static_cast<quint16>(at.integer(QStringLiteral("ntsPort"), 1, 65535).value_or(kNtsPort));
    if (reader.has(QStringLiteral("keyId"))) options.keyId = reader.integer(QStringLiteral("keyId"));
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

void parsePool(const FieldChecks& at, const AuthenticationSpec& keys, SeenSources& seen, NtpServiceSpec& spec) {
    PoolSpec pool;
    if (const auto name = at.hostOrAddress(QStringLiteral("name"))) {
        pool.name = *name;
        seen.add(at, QStringLiteral("name"), *name);
    }
    pool.servers = at.integer(QStringLiteral("servers"), 1, kMostServersOfAPool).value_or(pool.servers);
    pool.options = parseOptions(at, keys);
    pool.options.family = parseFamily(at, pool.name);
    spec.pools.push_back(std::move(pool));
}

ServerSpec parseServer(const FieldChecks& at, const AuthenticationSpec& keys, SeenSources& seen) {
    ServerSpec server;
    if (const auto address = at.hostOrAddress(QStringLiteral("address"))) {
        server.address = *address;
        seen.add(at, QStringLiteral("address"), *address);
    }
    server.options = parseOptions(at, keys);
    server.options.family = parseFamily(at, server.address);
    return server;
}

/// A peer can shift this node's clock, so it must be authenticated.
void checkPeer(const FieldChecks& at, const ServerSpec& peer) {
    if (!peer.options.keyId && !at.reader().boolean(QStringLiteral("insecure")))
        at.report(QStringLiteral("keyId"),
                  QStringLiteral("is required for a peer; set insecure: true to use a peer without authentication"));
    if (peer.options.nts)
        at.report(QStringLiteral("nts"), QStringLiteral("is for servers; a peer is authenticated by keyId"));
}

/// An address that no server can have (RFC 1122, section 3.2.1.3), with what may have been meant.
QString whyNoServer(const QString& name) {
    const auto address = IpAddress::parse(name);
    if (!address) return {};
    const auto& bytes = address->bytes;
    const bool isAny = std::all_of(bytes.begin(), bytes.end(), [](quint8 byte) { return byte == 0; });
    if (isAny) return QStringLiteral("is the unspecified address, which no server has");
    if (address->family != AddressFamily::Inet4) return {};
    if (bytes[0] == 127 && bytes[1] == 127)
        return QStringLiteral(
            "is ntpd's name for a reference clock; use spec.server.local for the machine's own clock, "
            "or spec.sources.hardware");
    if (bytes[0] >= 240) return QStringLiteral("is a broadcast or reserved address; name a server by its own address");
    return {};
}

void checkServerAddresses(const FieldChecks& sources, const NtpServiceSpec& spec) {
    struct Named {
        QString path;
        QString name;
    };
    std::vector<Named> all;
    for (std::size_t i = 0; i < spec.pools.size(); ++i)
        all.push_back({QStringLiteral("pools[%1].name").arg(i), spec.pools[i].name});
    for (std::size_t i = 0; i < spec.servers.size(); ++i)
        all.push_back({QStringLiteral("servers[%1].address").arg(i), spec.servers[i].address});
    for (std::size_t i = 0; i < spec.peers.size(); ++i)
        all.push_back({QStringLiteral("peers[%1].address").arg(i), spec.peers[i].address});
    // A multicast address beside good sources is left out with a reason; where nothing else is left it is a mistake.
    const bool hasServer = std::any_of(all.begin(), all.end(), [](const Named& each) {
        return whyNoServer(each.name).isEmpty() && !isMulticast(each.name);
    });
    for (const Named& each : all) {
        QString why = whyNoServer(each.name);
        if (why.isEmpty() && !hasServer && isMulticast(each.name)) why = kWhyNoMulticast;
        if (!why.isEmpty()) sources.report(each.path, each.name + u' ' + why);
    }
}

std::vector<QString> parseInterfaces(const FieldChecks& at) {
    const QString key = QStringLiteral("interfaces");
    std::vector<QString> interfaces;
    const QCborArray list = at.reader().array(key);
    for (qsizetype i = 0; i < list.size(); ++i) {
        const QString entry = key + u'[' + QString::number(i) + u']';
        const QString name = list.at(i).toString();
        if (const QString why = whyNoInterface(name); !why.isEmpty())
            at.report(entry, why);
        else if (std::find(interfaces.begin(), interfaces.end(), name) != interfaces.end())
            at.report(entry, QStringLiteral("\"%1\" is in the list already").arg(name));
        else
            interfaces.push_back(name);
    }
    return interfaces;
}

}  // namespace

const QString kWhyNoMulticast = QStringLiteral(
    "is a multicast address, and chronyd does not listen to multicast; name the servers by their own addresses");

bool isMulticast(const QString& name) {
    const auto address = IpAddress::parse(name);
    if (!address) return false;
    return address->family == AddressFamily::Inet4 ? address->bytes[0] >> 4 == 14 : address->bytes[0] == 0xff;
}

void parseSources(const FieldChecks& sources, const AuthenticationSpec& keys, NtpServiceSpec& spec) {
    SeenSources seen;
    for (const FieldChecks& pool : sources.children(QStringLiteral("pools"))) parsePool(pool, keys, seen, spec);
    for (const FieldChecks& server : sources.children(QStringLiteral("servers")))
        spec.servers.push_back(parseServer(server, keys, seen));
    for (const FieldChecks& peer : sources.children(QStringLiteral("peers"))) {
        spec.peers.push_back(parseServer(peer, keys, seen));
        checkPeer(peer, spec.peers.back());
    }
    checkServerAddresses(sources, spec);
    spec.acquisitionAddresses = parseBindAddresses(sources);
    spec.acquisitionDevice = sources.interfaceName(QStringLiteral("bindDevice")).value_or(QString());
    spec.dhcpInterfaces = parseInterfaces(sources.child(QStringLiteral("dhcp")));
    spec.hardware = parseHardware(sources.child(QStringLiteral("hardware")));
    spec.minSources = sources.integer(QStringLiteral("minsources"), 1, kMostRequiredSources);
    spec.maxDistance = sources.positiveDuration(QStringLiteral("maxdistance"), seconds(1), kLongestDistanceSeconds);
}

}  // namespace fos1::ntp
