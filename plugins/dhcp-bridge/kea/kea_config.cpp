// SPDX-License-Identifier: GPL-2.0-or-later
#include "kea/kea_config.h"

#include <algorithm>
#include <cmath>

namespace fos1::dhcp {

namespace {

const QString kSubnet = QStringLiteral("the subnet");

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
std::optional<double> rebindOf(const JsonSpan& scope) {
    constexpr double kDefaultShare = 0.875;
    if (const auto timer = number(scope.member("rebind-timer"))) return timer;
    std::optional<double> lease = number(scope.member("max-valid-lifetime"));
    if (!lease) lease = number(scope.member("valid-lifetime"));
    if (!lease) return std::nullopt;
    const bool isCalculated = scope.member("calculate-tee-times").value().toBool();
    return *lease * (isCalculated ? number(scope.member("t2-percent")).value_or(kDefaultShare) : kDefaultShare);
}

}  // namespace

Result<KeaConfig> KeaConfig::read(const JsonSpan& root, const KeaFamily& family) {
    KeaConfig config(root, family);
    if (auto good = config.readRoot(); !good) return tl::unexpected(good.error());
    return config;
}

Result<void> KeaConfig::readRoot() {
    const QString path = QLatin1String(m_family->root);
    if (!m_root.isObject()) return wrongType(path, "an object");
    Scope global;
    global.rebind = rebindOf(m_root);
    auto good = findForeign(m_root, QStringLiteral("global option"), true, path, global.foreign);
    // An option of a subnet takes precedence over that of a client class.
    if (good)
        good = findForeignInEach(m_root.member("client-classes"), "name", QStringLiteral("client class"), true,
                                 path + QStringLiteral(".client-classes"), global.foreign);
    if (good)
        good = findForeignInEach(m_root.member("reservations"), "hostname", QStringLiteral("global reservation"), false,
                                 path + QStringLiteral(".reservations"), global.foreign);
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

Result<void> KeaConfig::readNetwork(const JsonSpan& network, const Scope& global, const QString& path) {
    Scope scope = global;
    scope.sharedNetwork = network.member("name").string();
    scope.interface = network.member("interface").string();
    if (const auto rebind = rebindOf(network)) scope.rebind = rebind;
    const auto good =
        findForeign(network, QStringLiteral("shared network %1").arg(scope.sharedNetwork), true, path, scope.foreign);
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

Result<void> KeaConfig::readSubnet(const JsonSpan& span, const Scope& scope, const QString& path) {
    Subnet subnet;
    subnet.id = span.member("id").value().toInteger();
    subnet.text = span.member("subnet").string();
    if (subnet.text.isEmpty()) return wrongType(path + QStringLiteral(".subnet"), "text");
    subnet.prefix = net::IpPrefix::parse(subnet.text);
    if (subnet.prefix && subnet.prefix->address.family != m_family->family) subnet.prefix.reset();
    subnet.sharedNetwork = scope.sharedNetwork;
    subnet.interface = span.member("interface").string();
    if (subnet.interface.isEmpty()) subnet.interface = scope.interface;
    subnet.foreign = scope.foreign;
    subnet.rebind = std::chrono::seconds(std::llround(
        std::clamp(rebindOf(span).value_or(scope.rebind.value_or(0)), 0.0, double{std::numeric_limits<int>::max()})));

    Place place{span, span.member("option-data")};
    const auto options = objectsIn(place.options, path + QStringLiteral(".option-data"));
    if (!options) return tl::unexpected(options.error());
    for (const JsonSpan& entry : *options) {
        if (ownerOf(entry, *m_family) != OptionOwner::Ours) continue;
        subnet.hasOurs = true;
        if (subnet.ours.empty()) subnet.ours = addressesOf(entry, *m_family);
    }
    auto good = findForeign(span, kSubnet, true, path, subnet.foreign);
    if (good)
        good = findForeignInEach(span.member("pools"), "pool", QStringLiteral("pool"), false,
                                 path + QStringLiteral(".pools"), subnet.foreign);
    if (good)
        good = findForeignInEach(
            span.member("reservations"), m_family->family == net::AddressFamily::Inet6 ? "duid" : "ip-address",
            QStringLiteral("reservation"), false, path + QStringLiteral(".reservations"), subnet.foreign);
    if (!good) return good;
    m_subnets.push_back(std::move(subnet));
    m_places.push_back(place);
    return {};
}

Result<void> KeaConfig::findForeign(const JsonSpan& owner, const QString& where, bool wouldBeReplaced,
                                    const QString& path, std::vector<ForeignOption>& found) const {
    const auto options = objectsIn(owner.member("option-data"), path + QStringLiteral(".option-data"));
    if (!options) return tl::unexpected(options.error());
    const bool isSubnet = where == kSubnet;
    for (const JsonSpan& entry : *options) {
        const OptionOwner who = ownerOf(entry, *m_family);
        // We set options only in subnets: a mark elsewhere was copied by hand.
        const bool isForeign = who == OptionOwner::Foreign || (who == OptionOwner::Ours && !isSubnet);
        if (isForeign) found.push_back({where, valueOf(entry), wouldBeReplaced});
    }
    return {};
}

Result<void> KeaConfig::findForeignInEach(const JsonSpan& owners, const char* nameMember, const QString& kind,
                                          bool wouldBeReplaced, const QString& path,
                                          std::vector<ForeignOption>& found) const {
    const auto all = objectsIn(owners, path);
    if (!all) return tl::unexpected(all.error());
    for (std::size_t i = 0; i < all->size(); ++i) {
        const JsonSpan& each = (*all)[i];
        const QString name = each.member(nameMember).string();
        const QString where = kind + u' ' + (name.isEmpty() ? QString::number(i + 1) : name);
        if (auto good = findForeign(each, where, wouldBeReplaced, at(path, i), found); !good) return good;
    }
    return {};
}

QByteArray KeaConfig::edited(const std::vector<SubnetPlan>& plans) const {
    Q_ASSERT(plans.size() == m_subnets.size());
    std::vector<Splice> splices;
    for (std::size_t i = 0; i < plans.size(); ++i)
        if (auto splice = change(m_places[i], plans[i])) splices.push_back(std::move(*splice));
    if (splices.empty()) return {};
    // In a text, shared networks may stand before the plain subnets.
    std::sort(splices.begin(), splices.end(), [](const Splice& a, const Splice& b) { return a.at < b.at; });
    return spliced(m_root.text, splices);
}

std::optional<Splice> KeaConfig::change(const Place& place, const SubnetPlan& plan) const {
    if (plan.keeps) return std::nullopt;
    QByteArrayList entries;
    bool isThere = false;
    bool isChanged = false;
    for (const JsonSpan& entry : place.options.items()) {
        const bool isOurs = ownerOf(entry, *m_family) == OptionOwner::Ours;
        const bool stays =
            !isOurs || (!isThere && !plan.addresses.empty() && isEntryFor(entry, plan.addresses, *m_family));
        isThere = isThere || (isOurs && stays);
        isChanged = isChanged || !stays;
        if (stays) entries.append(entry.text.toByteArray());
    }
    if (!isThere && !plan.addresses.empty()) {
        entries.append(entryFor(plan.addresses, *m_family));
        isChanged = true;
    }
    if (!isChanged) return std::nullopt;
    const QByteArray list = entries.isEmpty() ? QByteArray("[ ]") : "[ " + entries.join(", ") + " ]";
    const qsizetype begin = place.subnet.text.data() - m_root.text.data();
    if (!place.options.isMissing())
        return Splice{place.options.text.data() - m_root.text.data(), place.options.text.size(), list};
    // "subnet" is always there, so a comma is needed.
    return Splice{begin + 1, 0, " \"option-data\": " + list + ','};
}

}  // namespace fos1::dhcp
