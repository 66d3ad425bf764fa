// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's links and their addresses as values, found by index, by name, and by parent and VLAN. Must not know
// netlink.
#pragma once

#include <QHash>  // std::hash<QString>
#include <QString>
#include <map>
#include <optional>
#include <unordered_map>
#include <variant>
#include <vector>

#include "ip_address.h"
#include "ip_prefix.h"

namespace fos1::vlan {

using AddressFamily = net::AddressFamily;
using IpAddress = net::IpAddress;
/// An address of a link with its prefix length; host bits are kept.
using InterfaceAddress = net::IpPrefix;

/// The id of a VLAN, 1–4094.
struct VlanId {
    quint16 value = 0;
    auto operator<=>(const VlanId& other) const = default;
};

enum class TagProtocol { Unknown = 0, Ieee8021Q, Ieee8021Ad };

/// The VLAN tag of a VLAN link.
struct VlanTag {
    VlanId id;
    TagProtocol protocol = TagProtocol::Ieee8021Q;
    bool operator==(const VlanTag& other) const = default;
};

enum class LinkState { Unknown = 0, Up, AdminDown, NoCarrier, LowerLayerDown, Dormant };

struct Link {
    int index = 0;
    QString name;
    int parent = 0;  ///< index of the link below it; 0: none, or one in another network namespace
    std::optional<VlanTag> tag;
    LinkState state = LinkState::Unknown;
    bool operator==(const Link& other) const = default;
};

/// An address that is fit to be advertised.
struct LinkAddress {
    InterfaceAddress own;
    std::optional<IpAddress> broadcast;
    bool operator==(const LinkAddress& other) const = default;
};

/// The current state of a link, or its removal (then only the index is valid).
struct LinkChange {
    Link link;
    bool exists = true;
};

/// An address of a link, or an address that was removed or is not fit to be advertised (yet, or any more).
struct AddressChange {
    int index = 0;
    LinkAddress address;
    bool isUsable = true;
};

using Change = std::variant<LinkChange, AddressChange>;

class LinkTable {
   public:
    /// Applies a change. Returns whether it made a difference.
    bool apply(const Change& change);

    /// Null when there is no such link. Valid until the next change.
    [[nodiscard]] const Link* find(int index) const;
    [[nodiscard]] const Link* find(const QString& name) const;
    /// The link with this VLAN id on `parent`. If there are two, 802.1Q is preferred to 802.1ad.
    [[nodiscard]] const Link* findVlan(int parent, VlanId id) const;

    /// The addresses of a link: IPv4 first, then by value.
    [[nodiscard]] std::vector<LinkAddress> addresses(int index) const;

    [[nodiscard]] std::size_t size() const { return m_links.size(); }

    bool operator==(const LinkTable& other) const {
        return m_links == other.m_links && m_addresses == other.m_addresses;
    }

   private:
    struct TagKey {
        int parent = 0;
        VlanId id;
        TagProtocol protocol = TagProtocol::Unknown;
        auto operator<=>(const TagKey& other) const = default;
    };

    bool set(const Link& link);
    bool remove(int index);
    void index(const Link& link);
    void forget(const Link& link);

    std::unordered_map<int, Link> m_links;
    std::unordered_map<QString, int> m_byName;
    std::map<TagKey, int> m_byTag;
    std::unordered_map<int, std::map<InterfaceAddress, LinkAddress>> m_addresses;
};

}  // namespace fos1::vlan
