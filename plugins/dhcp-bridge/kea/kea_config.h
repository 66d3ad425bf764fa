// SPDX-License-Identifier: GPL-2.0-or-later
// A configuration of Kea as config-get returns it: its subnets, and the same configuration with other options of ours.
// Every byte outside of our own options stays as it was. Pure.
#pragma once

#include <map>
#include <set>

#include "kea/kea_option.h"
#include "model/subnet.h"

namespace fos1::dhcp {

class KeaConfig {
   public:
    /// `root` is the value of "Dhcp4" or "Dhcp6", of a text that parseJson() has accepted and that outlives the object.
    /// An error has the path of what is wrong.
    [[nodiscard]] static Result<KeaConfig> read(const JsonSpan& root, const KeaFamily& family,
                                                Sntp sntp = Sntp::Omitted);

    /// In the order of the configuration: first the plain ones, then those of shared networks.
    [[nodiscard]] const std::vector<Subnet>& subnets() const { return m_subnets; }

    /// What options of ours show; Unknown when there are none.
    [[nodiscard]] Option56Form form() const { return m_form; }

    /// The text with the options of `plans`, one for each subnet. Null when it is the same.
    [[nodiscard]] QByteArray edited(const std::vector<SubnetPlan>& plans,
                                    Option56Form form = Option56Form::Bytes) const;

   private:
    struct Owner {
        JsonSpan object;   ///< a subnet or a pool
        JsonSpan options;  ///< its "option-data"; may be missing
    };
    struct Place {
        Owner subnet;
        std::vector<Owner> pools;
        Sntp sntp = Sntp::Unknown;
    };
    struct Scope {
        std::vector<ForeignOption> foreign;
        Sntp sntp = Sntp::Unknown;  ///< Omitted where an administrator has set option 31
        std::set<QString> classes;  ///< that are evaluated on request, and are requested
        QString interface;
        QString sharedNetwork;
        std::optional<double> rebind;
    };

    KeaConfig(const JsonSpan& root, const KeaFamily& family, Sntp sntp)
        : m_root(root), m_family(&family), m_sntp(sntp) {}
    Result<void> readRoot();
    Result<void> readNetwork(const JsonSpan& network, const Scope& global, const QString& path);
    Result<void> readSubnets(const JsonSpan& list, const Scope& scope, const QString& path);
    Result<void> readSubnet(const JsonSpan& span, const Scope& around, const QString& path);
    Result<void> readClasses(Scope& global);
    Result<void> findForeignInside(const JsonObjectSpan& subnet, const QString& path, Scope& scope) const;
    void addRequestedClasses(const JsonObjectSpan& subnet, Scope& scope) const;
    Result<void> findForeign(const JsonSpan& list, const QString& where, bool wouldBeReplaced, const QString& path,
                             Scope& scope) const;
    Result<void> findForeignInEach(const JsonSpan& owners, const char* nameMember, const QString& kind,
                                   bool wouldBeReplaced, const QString& path, Scope& scope) const;
    Result<void> readPools(const JsonSpan& list, const QString& path, Subnet& subnet, Place& place) const;
    /// What makes the options of ours in `owner` these.
    [[nodiscard]] std::optional<Splice> change(const Owner& owner, std::vector<OptionEntry> wanted) const;

    JsonSpan m_root;
    const KeaFamily* m_family;
    Sntp m_sntp;
    Option56Form m_form = Option56Form::Unknown;
    std::map<QString, Scope> m_classesOnRequest;  ///< by name, with what an administrator set there
    std::vector<Subnet> m_subnets;
    std::vector<Place> m_places;  ///< of the subnets
};

}  // namespace fos1::dhcp
