// SPDX-License-Identifier: GPL-2.0-or-later
#include "kea/kea_config.h"

#include <algorithm>
#include <cmath>

namespace fos1::dhcp {

namespace {

const QString kSubnet = QStringLiteral("the subnet");
const QString kPool = QStringLiteral("pool");

Result<void> wrongType(const QString& path, const char* expected) {
    return failure(ErrorCode::Protocol, QStringLiteral("is not ") + QLatin1String(expected), path);
}

QString at(const QString& path, std::size_t index) { return path + u'[' + QString::number(index) + u']'; }

/// A list that may be missing.
Result<std::vector<JsonSpan>> objectsIn(const JsonSpan& list, const QString& path) {
    if (list.isMissing()) return std::vector<JsonSpan>();
    if (!list.isArray()) return tl::unexpected(wrongType(path, "a list").error());
    std::vector<JsonSpan> items = list.items();
    for (std::size_t i = 0; i < items.size(); ++i)
        if (!items[i].isObject()) return tl::unexpected(wrongType(at(path, i), "an object").error());
    return items;
}

std::optional<double> number(const JsonSpan& span) {
    const QJsonValue value = span.value();
    return value.isDouble() ? std::optional(value.toDouble()) : std::nullopt;
}

/// T2 (RFC 2131, 4.4.5). What the server does not decide, the client does: 0.875 of the lease.
template <typename Scope>
std::optional<double> rebindOf(const Scope& scope) {
    constexpr double kDefaultShare = 0.875;
    if (const auto timer = number(scope.member("rebind-timer"))) return timer;
    std::optional<double> lease = number(scope.member("max-valid-lifetime"));
    if (!lease) lease = number(scope.member("valid-lifetime"));
    if (!lease) return std::nullopt;
    const bool isCalculated = scope.member("calculate-tee-times").value().toBool();
    return *lease * (isCalculated ? number(scope.member("t2-percent")).value_or(kDefaultShare) : kDefaultShare);
}

/// "FIRST - LAST" or a prefix (Kea ARM, "Configuration of IPv4 Address Pools").
std::optional<net::IpRange> rangeOf(const QString& text, net::AddressFamily family) {
    const auto dash = text.indexOf(u'-');
    if (dash < 0) {
        const auto prefix = net::IpPrefix::parse(text.trimmed());
        if (!prefix || prefix->address.family != family) return std::nullopt;
        return net::IpRange::of(*prefix);
    }
    const auto first = net::IpAddress::parse(text.left(dash).trimmed());
    const auto last = net::IpAddress::parse(text.mid(dash + 1).trimmed());
    if (!first || !last || first->family != family || last->family != family || *last < *first) return std::nullopt;
    return net::IpRange{*first, *last};
}

/// Names of client classes that are evaluated only where they are requested. The second name is that of Kea 2.7.
template <typename Owner>
void takeRequested(const Owner& owner, std::set<QString>& classes) {
    for (const char* member : {"require-client-classes", "evaluate-additional-classes"})
        for (const JsonSpan& each : owner.member(member).items()) classes.insert(each.string());
}

/// A reservation assigns classes.
void takeAssigned(const JsonSpan& reservations, std::set<QString>& classes) {
    for (const JsonSpan& reservation : reservations.items())
        for (const JsonSpan& each : reservation.member("client-classes").items()) classes.insert(each.string());
}

bool isOnRequest(const JsonSpan& clientClass) {
    return clientClass.member("only-if-required").value().toBool() ||
           clientClass.member("only-in-additional-list").value().toBool();
}

}  // namespace

Result<KeaConfig> KeaConfig::read(const JsonSpan& root, const KeaFamily& family, Sntp sntp) {
    KeaConfig config(root, family, sntp);
    if (auto good = config.readRoot(); !good) return tl::unexpected(good.error());
    return config;
}

Result<void> KeaConfig::readRoot() {
    const QString path = QLatin1String(m_family->root);
    if (!m_root.isObject()) return wrongType(path, "an object");
    Scope global;
    global.sntp = m_sntp;
    global.rebind = rebindOf(m_root);
    auto good = findForeign(m_root.member("option-data"), QStringLiteral("global option"), true, path, global);
    if (good) good = readClasses(global);
    takeAssigned(m_root.member("reservations"), global.classes);
    if (good)
        good = findForeignInEach(m_root.member("reservations"), "hostname", QStringLiteral("global reservation"), false,
                                 path + QStringLiteral(".reservations"), global);
    const QString subnets = QLatin1String(m_family->subnets);
    if (good) good = readSubnets(m_root.member(m_family->subnets), global, path + u'.' + subnets);
    if (!good) return good;
    const QString networksPath = path + QStringLiteral(".shared-networks");
    const auto networks = objectsIn(m_root.member("shared-networks"), networksPath);
    if (!networks) return tl::unexpected(networks.error());
    for (std::size_t i = 0; i < networks->size() && good; ++i)
        good = readNetwork((*networks)[i], global, at(networksPath, i));
    return good;
}

/// An option of a subnet takes precedence over that of a client class.
Result<void> KeaConfig::readClasses(Scope& global) {
    const QString path = QLatin1String(m_family->root) + QStringLiteral(".client-classes");
    const auto classes = objectsIn(m_root.member("client-classes"), path);
    if (!classes) return tl::unexpected(classes.error());
    for (std::size_t i = 0; i < classes->size(); ++i) {
        const JsonSpan& each = (*classes)[i];
        const QString name = each.member("name").string();
        Scope onRequest;
        onRequest.sntp = m_sntp;
        Scope& scope = isOnRequest(each) ? onRequest : global;
        const QString where = QStringLiteral("client class ") + (name.isEmpty() ? QString::number(i + 1) : name);
        if (auto good = findForeign(each.member("option-data"), where, true, at(path, i), scope); !good) return good;
        if (!onRequest.foreign.empty()) m_classesOnRequest.insert_or_assign(name, onRequest);
    }
    return {};
}

Result<void> KeaConfig::readNetwork(const JsonSpan& network, const Scope& global, const QString& path) {
    Scope scope = global;
    scope.sharedNetwork = network.member("name").string();
    scope.interface = network.member("interface").string();
    if (const auto rebind = rebindOf(network)) scope.rebind = rebind;
    takeRequested(network, scope.classes);
    const auto good = findForeign(network.member("option-data"),
                                  QStringLiteral("shared network %1").arg(scope.sharedNetwork), true, path, scope);
    if (!good) return good;
    return readSubnets(network.member(m_family->subnets), scope, path + u'.' + QLatin1String(m_family->subnets));
}

Result<void> KeaConfig::readSubnets(const JsonSpan& list, const Scope& scope, const QString& path) {
    const auto subnets = objectsIn(list, path);
    if (!subnets) return tl::unexpected(subnets.error());
    for (std::size_t i = 0; i < subnets->size(); ++i)
        if (auto good = readSubnet((*subnets)[i], scope, at(path, i)); !good) return good;
    return {};
}

Result<void> KeaConfig::readSubnet(const JsonSpan& span, const Scope& around, const QString& path) {
    Scope scope = around;
    const JsonObjectSpan object(span);
    Subnet subnet;
    subnet.id = object.member("id").value().toInteger();
    subnet.text = object.member("subnet").string();
    if (subnet.text.isEmpty()) return wrongType(path + QStringLiteral(".subnet"), "text");
    subnet.prefix = net::IpPrefix::parse(subnet.text);
    if (subnet.prefix && subnet.prefix->address.family != m_family->family) subnet.prefix.reset();
    subnet.sharedNetwork = scope.sharedNetwork;
    subnet.interface = object.member("interface").string();
    if (subnet.interface.isEmpty()) subnet.interface = scope.interface;
    subnet.rebind = std::chrono::seconds(std::llround(
        std::clamp(rebindOf(object).value_or(scope.rebind.value_or(0)), 0.0, double{std::numeric_limits<int>::max()})));

    Place place{{span, object.member("option-data")}, {}, Sntp::Unknown};
    const auto options = objectsIn(place.subnet.options, path + QStringLiteral(".option-data"));
    if (!options) return tl::unexpected(options.error());
    for (const JsonSpan& entry : *options) {
        if (ownerOf(entry, *m_family) != OptionOwner::Ours) continue;
        subnet.hasOurs = true;
        if (m_form == Option56Form::Unknown) m_form = formShownBy(entry, *m_family);
        if (subnet.ours.empty() && !isSntp(entry, *m_family)) subnet.ours = addressesOf(entry, *m_family);
    }
    auto good = findForeignInside(object, path, scope);
    if (good) good = readPools(object.member("pools"), path + QStringLiteral(".pools"), subnet, place);
    if (!good) return good;
    if (!m_classesOnRequest.empty()) addRequestedClasses(object, scope);
    subnet.foreign = std::move(scope.foreign);
    place.sntp = scope.sntp;
    m_subnets.push_back(std::move(subnet));
    m_places.push_back(place);
    return {};
}

/// In a subnet, its pools and its reservations.
Result<void> KeaConfig::findForeignInside(const JsonObjectSpan& subnet, const QString& path, Scope& scope) const {
    struct Each {
        const char* list;
        const char* name;
        QString kind;
    };
    const bool isV6 = m_family->family == net::AddressFamily::Inet6;
    auto good = findForeign(subnet.member("option-data"), kSubnet, true, path, scope);
    for (const Each& each : {Each{"pools", "pool", kPool}, Each{"pd-pools", "prefix", QStringLiteral("prefix pool")},
                             Each{"reservations", isV6 ? "duid" : "ip-address", QStringLiteral("reservation")}})
        if (good)
            good = findForeignInEach(subnet.member(each.list), each.name, each.kind, false,
                                     path + u'.' + QLatin1String(each.list), scope);
    return good;
}

void KeaConfig::addRequestedClasses(const JsonObjectSpan& subnet, Scope& scope) const {
    takeRequested(subnet, scope.classes);
    for (const JsonSpan& pool : subnet.member("pools").items()) takeRequested(pool, scope.classes);
    takeAssigned(subnet.member("reservations"), scope.classes);
    for (const auto& [name, inClass] : m_classesOnRequest) {
        if (!scope.classes.contains(name)) continue;
        scope.foreign.insert(scope.foreign.end(), inClass.foreign.begin(), inClass.foreign.end());
        if (inClass.sntp == Sntp::Omitted) scope.sntp = Sntp::Omitted;
    }
}

Result<void> KeaConfig::readPools(const JsonSpan& list, const QString& path, Subnet& subnet, Place& place) const {
    const auto pools = objectsIn(list, path);
    if (!pools) return tl::unexpected(pools.error());
    for (const JsonSpan& each : *pools) {
        const Owner owner{each, each.member("option-data")};
        Pool pool;
        pool.range = rangeOf(each.member("pool").string(), m_family->family);
        const std::vector<JsonSpan> entries = owner.options.items();
        pool.isForeign = std::any_of(entries.begin(), entries.end(), [this](const JsonSpan& entry) {
            return ownerOf(entry, *m_family) == OptionOwner::Foreign && !isSntp(entry, *m_family);
        });
        subnet.pools.push_back(pool);
        place.pools.push_back(owner);
    }
    return {};
}

Result<void> KeaConfig::findForeign(const JsonSpan& list, const QString& where, bool wouldBeReplaced,
                                    const QString& path, Scope& scope) const {
    const auto options = objectsIn(list, path + QStringLiteral(".option-data"));
    if (!options) return tl::unexpected(options.error());
    const bool isOurPlace = where == kSubnet || where.startsWith(kPool);
    std::vector<ForeignOption> found;
    for (const JsonSpan& entry : *options) {
        const OptionOwner who = ownerOf(entry, *m_family);
        // We set options only in subnets and pools: a mark elsewhere was copied by hand.
        const bool isForeign = who == OptionOwner::Foreign || (who == OptionOwner::Ours && !isOurPlace);
        if (!isForeign) continue;
        if (!isSntp(entry, *m_family)) {
            found.push_back({where, valueOf(entry), wouldBeReplaced});
        } else if (m_sntp == Sntp::Told) {
            // It concerns only option 31.
            scope.foreign.push_back({where + QStringLiteral(", option 31"), valueOf(entry), false});
            scope.sntp = Sntp::Omitted;
        }
    }
    // The value of a container is in its suboptions.
    if (found.size() > 1) std::erase_if(found, [](const ForeignOption& each) { return each.value == valueOf({}); });
    scope.foreign.insert(scope.foreign.end(), found.begin(), found.end());
    return {};
}

Result<void> KeaConfig::findForeignInEach(const JsonSpan& owners, const char* nameMember, const QString& kind,
                                          bool wouldBeReplaced, const QString& path, Scope& scope) const {
    const auto all = objectsIn(owners, path);
    if (!all) return tl::unexpected(all.error());
    for (std::size_t i = 0; i < all->size(); ++i) {
        const JsonSpan& each = (*all)[i];
        const QString name = each.member(nameMember).string();
        const QString where = kind + u' ' + (name.isEmpty() ? QString::number(i + 1) : name);
        if (auto good = findForeign(each.member("option-data"), where, wouldBeReplaced, at(path, i), scope); !good)
            return good;
    }
    return {};
}

QByteArray KeaConfig::edited(const std::vector<SubnetPlan>& plans, Option56Form form) const {
    Q_ASSERT(plans.size() == m_subnets.size());
    std::vector<Splice> splices;
    const auto apply = [&](const Owner& owner, const std::vector<net::IpAddress>& addresses, Sntp sntp) {
        if (auto splice = change(owner, entriesFor(addresses, *m_family, form, sntp)))
            splices.push_back(std::move(*splice));
    };
    for (std::size_t i = 0; i < plans.size(); ++i) {
        const Place& place = m_places[i];
        const SubnetPlan& plan = plans[i];
        if (!plan.keeps) apply(place.subnet, plan.addresses, place.sntp);
        for (std::size_t j = 0; j < place.pools.size(); ++j) {
            const bool isTold = j < plan.pools.size() && !plan.pools[j].empty();
            if (isTold || !plan.keeps)
                apply(place.pools[j], isTold ? plan.pools[j] : std::vector<net::IpAddress>(), place.sntp);
        }
    }
    if (splices.empty()) return {};
    // In a text, shared networks may stand before the plain subnets.
    std::sort(splices.begin(), splices.end(), [](const Splice& a, const Splice& b) { return a.at < b.at; });
    return spliced(m_root.text, splices);
}

std::optional<Splice> KeaConfig::change(const Owner& owner, std::vector<OptionEntry> wanted) const {
    if (owner.options.isMissing() && wanted.empty()) return std::nullopt;
    QByteArrayList entries;
    bool isChanged = false;
    for (const JsonSpan& entry : owner.options.items()) {
        if (ownerOf(entry, *m_family) == OptionOwner::Ours) {
            const auto found = std::find_if(wanted.begin(), wanted.end(),
                                            [&](const OptionEntry& each) { return each.isSame(entry, *m_family); });
            if (found == wanted.end()) {
                isChanged = true;
                continue;
            }
            wanted.erase(found);
        }
        entries.append(entry.text.toByteArray());
    }
    for (const OptionEntry& each : wanted) entries.append(each.text());
    if (!isChanged && wanted.empty()) return std::nullopt;
    const QByteArray list = entries.isEmpty() ? QByteArray("[ ]") : "[ " + entries.join(", ") + " ]";
    if (!owner.options.isMissing())
        return Splice{owner.options.text.data() - m_root.text.data(), owner.options.text.size(), list};
    // "subnet" or "pool" is always there, so a comma is needed.
    const qsizetype begin = owner.object.text.data() - m_root.text.data();
    return Splice{begin + 1, 0, " \"option-data\": " + list + ','};
}

}  // namespace fos1::dhcp
