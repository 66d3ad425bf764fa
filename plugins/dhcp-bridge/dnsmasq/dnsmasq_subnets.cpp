// SPDX-License-Identifier: GPL-2.0-or-later
#include "dnsmasq/dnsmasq_subnets.h"

#include <QRegularExpression>
#include <algorithm>
#include <utility>

#include "core/dhcp_plan.h"

namespace fos1::dhcp {

namespace {

using net::AddressFamily;
using net::IpAddress;
using net::IpPrefix;

const QString kNameStart = QStringLiteral("fos1-ntp");
/// dnsmasq reads lines of 1,024 bytes.
constexpr int kLongestLine = 1000;
const QByteArray kHeader = "# Written by fos1-host (dhcp-bridge). Changes are overwritten.\n";

/// A subnet and how options reach its clients.
struct Target {
    AddressFamily family = AddressFamily::Unknown;
    Subnet subnet;
    QString tag;         ///< empty: none does
    QStringList except;  ///< tags of clients that an administrator has decided for
    QString problem;     ///< why none does
};

QString fileName(AddressFamily family, const QString& tag) {
    return QStringLiteral("%1-v%2-%3")
        .arg(kNameStart, family == AddressFamily::Inet4 ? QString(u'4') : QString(u'6'), tag);
}

/// Only such tags get into our files and their names.
bool isPlain(const QString& tag) {
    static const QRegularExpression kPlain(
        QStringLiteral("^[A-Za-z0-9_][-A-Za-z0-9_.:@]{0,62}[A-Za-z0-9_]$|^[A-Za-z0-9_]$"));
    return kPlain.match(tag).hasMatch();
}

bool matches(const QString& pattern, const QString& interface) {
    return pattern.endsWith(u'*') ? interface.startsWith(pattern.left(pattern.size() - 1)) : pattern == interface;
}

class Reader {
   public:
    Reader(const DnsmasqConfig& config, const Offers& offers, const DnsmasqOptionFiles& present)
        : m_config(config), m_present(present) {
        for (const auto& [name, vlan] : offers.vlans) {
            if (vlan.interface.isEmpty()) continue;
            m_interfaces.insert(vlan.interface);
            for (const bridge::OwnAddress& each : vlan.addresses) {
                m_networks[IpPrefix{each.address, each.prefixLength}.network()].insert(vlan.interface);
                m_lengths[each.address.family].insert(each.prefixLength);
            }
        }
        for (const DnsmasqRange& range : config.ranges) {
            if (range.tag.isEmpty()) continue;
            m_rangeTags[{range.family, range.tag}].insert(placeOf(range));
            std::optional<int> length = range.prefixLength;
            if (range.interfaces.isEmpty() && interfaceAround(range.first, length).isEmpty())
                m_relayedTags.insert({range.family, range.tag});
        }
    }

    [[nodiscard]] std::vector<Target> targets() const {
        std::vector<Target> all;
        std::map<std::tuple<AddressFamily, QString, QString>, std::size_t> known;
        for (const DnsmasqRange& range : m_config.ranges)
            for (Target& target : targetsOf(range)) {
                // Several ranges of a subnet are one.
                const auto key = std::tuple(range.family, target.subnet.text, range.tag);
                if (const auto [at, isNew] = known.emplace(key, all.size()); !isNew) {
                    all[at->second].subnet.rebind = std::max(all[at->second].subnet.rebind, target.subnet.rebind);
                    continue;
                }
                all.push_back(std::move(target));
            }
        return all;
    }

   private:
    static QString placeOf(const DnsmasqRange& range) {
        if (!range.interfaces.isEmpty()) return range.interfaces;
        return range.prefixLength ? IpPrefix{range.first, *range.prefixLength}.network().text() : range.first.text();
    }

    /// The interface with an address whose network contains this one, if there is just one.
    [[nodiscard]] QString interfaceAround(const IpAddress& address, std::optional<int>& length) const {
        QString found;
        const auto lengths = m_lengths.find(address.family);
        if (lengths == m_lengths.end()) return {};
        for (const int each : lengths->second) {
            const auto network = m_networks.find(IpPrefix{address, each}.network());
            if (network == m_networks.end()) continue;
            if (network->second.size() > 1 || (!found.isEmpty() && found != *network->second.begin())) return {};
            found = *network->second.begin();
            if (!length) length = each;
        }
        return found;
    }

    [[nodiscard]] std::vector<Target> targetsOf(const DnsmasqRange& range) const {
        Target target;
        target.family = range.family;
        target.subnet.rebind = range.lease * 7 / 8;  // dnsmasq's own T2
        std::vector<Target> targets;
        if (range.interfaces.isEmpty()) {
            std::optional<int> length = range.prefixLength;
            const QString interface = interfaceAround(range.first, length);
            target.subnet.interface = interface;
            if (length) target.subnet.prefix = IpPrefix{range.first, *length}.network();
            target.subnet.text = target.subnet.prefix ? target.subnet.prefix->text() : range.first.text();
            targets.push_back(withTag(std::move(target), range, interface));
            return targets;
        }
        for (const QString& interface : m_interfaces)
            if (matches(range.interfaces, interface)) {
                Target each = target;
                each.subnet.interface = interface;
                each.subnet.text = QStringLiteral("prefixes of ") + interface;
                targets.push_back(withTag(std::move(each), range, interface));
            }
        if (targets.empty()) {
            target.subnet.interface = range.interfaces;
            target.subnet.text = QStringLiteral("prefixes of ") + range.interfaces;
            targets.push_back(withTag(std::move(target), range, {}));
        }
        return targets;
    }

    [[nodiscard]] Target withTag(Target target, const DnsmasqRange& range, const QString& interface) const {
        const auto ranges = m_rangeTags.find({range.family, range.tag});
        const bool isOfThisRange = ranges != m_rangeTags.end() && ranges->second.size() == 1 &&
                                   (range.interfaces.isEmpty() || range.interfaces == interface);
        if (isOfThisRange)
            target.tag = range.tag;
        else if (!interface.isEmpty())
            target.tag = interface;
        else if (range.tag.isEmpty())
            target.problem = QStringLiteral(
                                 "Its clients come through a relay, and only a tag of the range would reach "
                                 "them: add set:NAME to the dhcp-range (%1).")
                                 .arg(range.where);
        else
            target.problem = QStringLiteral("Other ranges have the same tag %1: give this one a tag of its own (%2).")
                                 .arg(range.tag, range.where);
        if (!target.tag.isEmpty() && !isPlain(target.tag)) {
            target.problem = QStringLiteral(
                                 "Its tag %1 has other characters than letters, digits, '_', '-', '.', ':' "
                                 "and '@' (%2).")
                                 .arg(target.tag, range.where);
            target.tag.clear();
        }
        if (target.tag == interface && !isOfThisRange)
            // Requests that a relay sent in through this interface have its tag as well.
            for (const auto& [family, tag] : m_relayedTags)
                if (family == range.family && isPlain(tag)) target.except.append(tag);
        addForeign(range, interface, target);
        addOurs(target);
        return target;
    }

    /// What an administrator has set for clients of the subnet.
    void addForeign(const DnsmasqRange& range, const QString& interface, Target& target) const {
        for (const DnsmasqOption& option : m_config.options) {
            if (option.family != range.family || option.code == 31) continue;
            QStringList others;  // tags that only some clients of the subnet have
            bool isElsewhere = false;
            for (const QString& tag : option.tags) {
                if (tag.startsWith(u'!') || tag == range.tag || tag == interface) continue;
                others.append(tag);
                isElsewhere = isElsewhere || m_interfaces.contains(tag) || m_rangeTags.contains({range.family, tag});
            }
            if (isElsewhere) continue;
            const QString value = option.value.isEmpty() ? QStringLiteral("none") : option.value;
            if (others.isEmpty()) {
                target.subnet.foreign.push_back({option.where, value, true});
                continue;
            }
            target.subnet.foreign.push_back(
                {QStringLiteral("tag %1, %2").arg(others.join(QStringLiteral(", ")), option.where), value, false});
            if (isPlain(others.back()) && !target.except.contains(others.back())) target.except.append(others.back());
        }
    }

    void addOurs(Target& target) const {
        if (target.tag.isEmpty()) return;
        const auto file = m_present.find(fileName(target.family, target.tag));
        if (file == m_present.end()) return;
        target.subnet.hasOurs = true;
        DnsmasqConfig read;
        readOptions(QString::fromUtf8(file->second), file->first, read);
        for (const DnsmasqOption& option : read.options) {
            if (option.code == 31) continue;
            for (QString text : option.value.split(QStringLiteral(", "))) {
                text.remove(u'[').remove(u']');
                if (const auto address = IpAddress::parse(text)) target.subnet.ours.push_back(*address);
            }
        }
    }

    const DnsmasqConfig& m_config;
    const DnsmasqOptionFiles& m_present;
    std::set<QString> m_interfaces;
    std::map<IpPrefix, std::set<QString>> m_networks;  ///< the interfaces with an address in them
    std::map<AddressFamily, std::set<int>> m_lengths;  ///< of their prefixes
    std::map<std::pair<AddressFamily, QString>, std::set<QString>> m_rangeTags;  ///< and where their ranges are
    std::set<std::pair<AddressFamily, QString>> m_relayedTags;                   ///< of ranges without an interface
};

QByteArray contentOf(const Target& target, const std::vector<IpAddress>& addresses, bool withSntp) {
    QByteArray tags = "tag:" + target.tag.toUtf8();
    for (const QString& each : target.except) tags += ",tag:!" + each.toUtf8();
    const bool isV6 = target.family == AddressFamily::Inet6;
    QByteArray values;
    for (const IpAddress& each : addresses)
        values += isV6 ? ",[" + each.text().toLatin1() + ']' : ',' + each.text().toLatin1();
    QByteArray text = kHeader + tags + (isV6 ? ",option6:ntp-server" : ",option:ntp-server") + values + '\n';
    if (isV6 && withSntp) text += tags + ",option6:sntp-server" + values + '\n';
    return text;
}

bool fits(const QByteArray& content) {
    const QList<QByteArray> lines = content.split('\n');
    return std::all_of(lines.begin(), lines.end(), [](const auto& line) { return line.size() <= kLongestLine; });
}

/// "tag:lan.10,tag:!phones,option:ntp-server", for each line with an option.
std::set<QByteArray> tagsAndOptions(const QByteArray& content) {
    std::set<QByteArray> all;
    for (const QByteArray& line : content.split('\n')) {
        if (line.isEmpty() || line.startsWith('#')) continue;
        const qsizetype option = line.indexOf("option");
        all.insert(line.left(line.indexOf(',', option)));
    }
    return all;
}

}  // namespace

DnsmasqPlan planDnsmasq(const DnsmasqConfig& config, const Offers& offers, Sntp sntp,
                        const DnsmasqOptionFiles& present) {
    const std::vector<Target> targets = Reader(config, offers, present).targets();
    const bool hasForeignSntp =
        std::any_of(config.options.begin(), config.options.end(), [](const auto& each) { return each.code == 31; });
    DnsmasqPlan plan;
    std::vector<const Target*> sources;  // of the rows of the table
    for (const AddressFamily family : {AddressFamily::Inet4, AddressFamily::Inet6}) {
        std::vector<Subnet> subnets;
        for (const Target& each : targets)
            if (each.family == family) {
                subnets.push_back(each.subnet);
                sources.push_back(&each);
            }
        std::vector<SubnetPlan> plans = planSubnets(offers, family, subnets);
        std::move(subnets.begin(), subnets.end(), std::back_inserter(plan.table.subnets));
        std::move(plans.begin(), plans.end(), std::back_inserter(plan.table.plans));
    }
    std::map<QString, const Target*> writers;  // by file
    for (std::size_t i = 0; i < sources.size(); ++i) {
        const Target& target = *sources[i];
        SubnetPlan& each = plan.table.plans[i];
        const auto leaveAlone = [&each](const QString& problem) {
            each.ownership = Ownership::Unmatched;
            each.addresses.clear();
            each.reason = each.problem = problem;
        };
        const bool isTold = !each.addresses.empty() || each.keeps;
        if (each.ownership != Ownership::Ours || !isTold) continue;
        if (target.tag.isEmpty()) {
            leaveAlone(target.problem);
            continue;
        }
        const QString name = fileName(target.family, target.tag);
        const auto kept = present.find(name);
        if (each.keeps && kept == present.end()) continue;
        const QByteArray content =
            each.keeps ? kept->second : contentOf(target, each.addresses, sntp == Sntp::Told && !hasForeignSntp);
        if (!fits(content)) {
            leaveAlone(
                QStringLiteral("The tags and addresses do not fit a line of dnsmasq (%1 characters): add set:NAME "
                               "to its dhcp-range.")
                    .arg(kLongestLine));
            continue;
        }
        const auto [writer, isFirst] = writers.emplace(name, &target);
        if (isFirst)
            plan.files.emplace(name, content);
        else if (plan.files.at(name) != content)
            leaveAlone(QStringLiteral("Options reach it only by the tag %1, by which %2 is told something else: add "
                                      "set:NAME to its dhcp-range.")
                           .arg(target.tag, writer->second->subnet.text));
    }
    return plan;
}

bool hasOurName(const QString& name) { return name.startsWith(kNameStart + u'-') && !isSkipped(name); }

std::optional<bool> isOurFile(const QString& name, const QByteArray& content) {
    if (!hasOurName(name)) return false;
    if (!content.startsWith(kHeader)) return std::nullopt;
    return true;
}

bool replacesFully(const QByteArray& before, const QByteArray& after) {
    const std::set<QByteArray> left = tagsAndOptions(before);
    const std::set<QByteArray> right = tagsAndOptions(after);
    return std::includes(right.begin(), right.end(), left.begin(), left.end());
}

}  // namespace fos1::dhcp
