// SPDX-License-Identifier: GPL-2.0-or-later
// Records what each server tells the clients of each subnet, since when, and until when clients of a withdrawn service
// may still come. Pure: time is an argument of each call. Must not know servers' own forms, topics or pages.
#pragma once

#include <map>

#include "dhcp/told_state.h"
#include "model/offers.h"
#include "model/subnet.h"

namespace fos1::dhcp {

struct ToldRow {
    QString vlan;  ///< empty: the subnet belongs to no VLAN
    ToldSubnet told;
    QString problem;  ///< what an operator should look at
    bool operator==(const ToldRow&) const = default;
};

class ToldBook {
   public:
    /// What the server tells now, in its order of subnets. `now`: Unix time in seconds.
    void record(const QString& server, const std::vector<Subnet>& subnets, const std::vector<SubnetPlan>& plans,
                qint64 now);
    /// The server could not be read or changed; it tells what it told before, if it runs.
    void recordFailure(const QString& server, const QString& why);

    /// All rows, by server and in its order of subnets.
    [[nodiscard]] const std::map<QString, std::vector<ToldRow>>& rows() const { return m_rows; }
    /// The state of each VLAN of `offers`.
    [[nodiscard]] std::map<QString, ToldState> states(const Offers& offers) const;
    /// "10.1.0.0/24 (id 7): No VLAN …" for each subnet with a problem.
    [[nodiscard]] QStringList problemsOf(const QString& server) const;

   private:
    std::map<QString, std::vector<ToldRow>> m_rows;  ///< by server
    std::map<QString, QString> m_failures;           ///< by server
};

}  // namespace fos1::dhcp
