// SPDX-License-Identifier: GPL-2.0-or-later
// The pages of the time service (fos1/page.h): whether the clock is right, its sources, and why each source is used or
// not. Pure.
#pragma once

#include <QCborMap>
#include <optional>
#include <vector>

#include "core/service_status.h"

namespace fos1::ntp {

/// An NTPService that does not serve this node.
struct IdleService {
    QString object;  ///< "namespace/name"
    QString why;     ///< one sentence
};

struct PageFacts {
    QString object;                       ///< the service that `status` describes
    const StatusInput* status = nullptr;  ///< null: no service serves this node
    std::vector<IdleService> idle;
    // What chronyd reported last; null: it did not, or does not run.
    const Tracking* tracking = nullptr;
    const ServerStatistics* server = nullptr;
};

/// Each returns a document, or an error that lists the existing names. `object`: "name" or "namespace/name"; empty:
/// all.
[[nodiscard]] QCborMap statusPage(const PageFacts& facts, const QString& object);
[[nodiscard]] QCborMap sourcesPage(const PageFacts& facts, const QString& object);
/// `source`: a name or an address, for everything about that source; empty: one line per source.
[[nodiscard]] QCborMap whyPage(const PageFacts& facts, const QString& source);

}  // namespace fos1::ntp
