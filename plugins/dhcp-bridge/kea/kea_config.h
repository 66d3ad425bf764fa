// SPDX-License-Identifier: GPL-2.0-or-later
// A configuration of Kea as config-get returns it: its subnets, and the same configuration with other options of ours.
// Every byte outside of our own options stays as it was. Pure.
#pragma once

#include "kea/kea_option.h"
#include "model/subnet.h"

namespace fos1::dhcp {

class KeaConfig {
   public:
    /// `root` is the value of "Dhcp4" or "Dhcp6", of a text that parseJson() has accepted and that outlives the object.
    /// An error has the path of what is wrong.
    [[nodiscard]] static Result<KeaConfig> read(const JsonSpan& root, const KeaFamily& family);

    /// In the order of the configuration: first the plain ones, then those of shared networks.
    [[nodiscard]] const std::vector<Subnet>& subnets() const { return m_subnets; }

    /// The text with the options of `plans`, one for each subnet. Null when it is the same.
    [[nodiscard]] QByteArray edited(const std::vector<SubnetPlan>& plans) const;

   private:
    struct Place {
        JsonSpan subnet;
        JsonSpan options;  ///< its "option-data"; may be missing
    };
    struct Scope {
        std::vector<ForeignOption> foreign;
        QString interface;
        QString sharedNetwork;
        std::optional<double> rebind;
    };

    KeaConfig(const JsonSpan& root, const KeaFamily& family) : m_root(root), m_family(&family) {}
    Result<void> readRoot();
    Result<void> readNetwork(const JsonSpan& network, const Scope& global, const QString& path);
    Result<void> readSubnets(const JsonSpan& list, const Scope& scope, const QString& path);
    Result<void> readSubnet(const JsonSpan& span, const Scope& scope, const QString& path);
    Result<void> findForeign(const JsonSpan& owner, const QString& where, bool wouldBeReplaced, const QString& path,
                             std::vector<ForeignOption>& found) const;
    Result<void> findForeignInEach(const JsonSpan& owners, const char* nameMember, const QString& kind,
                                   bool wouldBeReplaced, const QString& path, std::vector<ForeignOption>& found) const;
    [[nodiscard]] std::optional<Splice> change(const Place& place, const SubnetPlan& plan) const;

    JsonSpan m_root;
    const KeaFamily* m_family;
    std::vector<Subnet> m_subnets;
    std::vector<Place> m_places;  ///< of the subnets
};

}  // namespace fos1::dhcp
