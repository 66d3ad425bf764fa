// SPDX-License-Identifier: GPL-2.0-or-later
// One DHCP server as the wiring sees it. An implementation brings the server's own form of subnets and options;
// core/dhcp_plan decides what they should be. Asynchronous, on the thread of the object.
#pragma once

#include <QObject>
#include <chrono>
#include <functional>
#include <memory>

#include "fos1/result.h"
#include "model/offers.h"
#include "model/subnet.h"

namespace fos1::dhcp {

/// What a server tells: a plan for each subnet.
struct SubnetTable {
    std::vector<Subnet> subnets;
    std::vector<SubnetPlan> plans;
};

struct Applied {
    std::shared_ptr<const SubnetTable> table;  ///< shared, because thousands of subnets are not copied; never null
    bool isWritten = false;                    ///< the server had something else
    QString warning;                           ///< applied, but an operator should know this: a sentence
    QString warningReason;                     ///< in CamelCase, for a condition
    std::chrono::nanoseconds took{0};
};

class DhcpBackend : public QObject {
    Q_OBJECT

   public:
    using Done = std::function<void(const Result<Applied>&)>;

    /// Compares what the server tells with `offers`, and writes only a difference. Calls `done` exactly once, later,
    /// and within a bounded time. Not while another call is under way. An error leaves the server as it was: Io or
    /// NotFound when it is unreachable, Timeout, Protocol when it cannot be understood, Conflict when others keep
    /// changing it, Refused with the server's words.
    virtual void apply(std::shared_ptr<const Offers> offers, Done done) = 0;

    /// Takes out of plans what this server cannot tell.
    virtual void leaveOut(std::vector<SubnetPlan>& /*plans*/) const {}

    /// How long to wait after a change of the offers for more, because each write costs the server something.
    [[nodiscard]] virtual std::chrono::milliseconds gathering() const { return std::chrono::milliseconds(0); }
};

}  // namespace fos1::dhcp
