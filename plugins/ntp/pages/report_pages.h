// SPDX-License-Identifier: GPL-2.0-or-later
// The pages that show chronyd's reports with chronyc's words (chronyc(1)): tracking, all about one source, sourcestats,
// selectdata, authdata and serverstats. Pure.
#pragma once

#include "pages/service_pages.h"

namespace fos1::ntp {

// Each returns a document, or an error that says what is missing. `object`: "name" or "namespace/name"; empty: all.
[[nodiscard]] QCborMap trackingPage(const PageFacts& facts, const QString& object);
[[nodiscard]] QCborMap sourceStatisticsPage(const PageFacts& facts, const QString& object);
[[nodiscard]] QCborMap selectionPage(const PageFacts& facts, const QString& object);
[[nodiscard]] QCborMap authenticationPage(const PageFacts& facts, const QString& object);
[[nodiscard]] QCborMap serverStatisticsPage(const PageFacts& facts, const QString& object);

}  // namespace fos1::ntp
