// SPDX-License-Identifier: GPL-2.0-or-later
// One zone at one server, or in one file, as the wiring sees it. An implementation brings the form; core/dns_plan
// decides which names there should be. Asynchronous, on the thread of the object.
#pragma once

#include <QObject>
#include <chrono>
#include <functional>
#include <memory>

#include "model/trouble.h"
#include "model/zone.h"

namespace fos1::dns {

struct Applied {
    std::shared_ptr<const ZoneTable> table;  ///< shared, because thousands of names are not copied; never null
    bool isWritten = false;                  ///< the zone had something else
    QString warning;                         ///< applied, but something remains to be done by an operator
    int updates = 0;                         ///< messages or files that were written
    std::chrono::nanoseconds took{0};
};

class DnsBackend : public QObject {
    Q_OBJECT

   public:
    using Done = std::function<void(const ZoneResult<Applied>&)>;

    /// Compares what is there with the plan, and writes only a difference. Calls `done` exactly once, later, and within
    /// a bounded time. Not while another call is under way.
    virtual void apply(std::shared_ptr<const ZonePlan> plan, Done done) = 0;

    /// What is known of the names, also after a failure; null before anything is known.
    [[nodiscard]] virtual std::shared_ptr<const ZoneTable> table() const = 0;

    /// Names of an earlier run may be there.
    [[nodiscard]] virtual bool mayHaveOurs() const = 0;
};

}  // namespace fos1::dns
