// SPDX-License-Identifier: GPL-2.0-or-later
// Decides what chronyd's configuration is for a spec, and what a new configuration asks of a running chronyd.
// Pure: the same spec and options give the same bytes. Knows no files, processes or resources.
#pragma once

#include <QByteArray>
#include <QStringList>
#include <optional>
#include <vector>

#include "model/ntp_service_spec.h"

namespace fos1::ntp {

/// Where chronyd keeps its things; absolute paths.
struct ChronyPaths {
    QString commandSocket;  ///< in a directory of chronyd's user
    QString pidFile;
    QString dumpDirectory;  ///< measurement history across a restart
    QString driftFile;      ///< when the spec names none
};

enum class ClockControl { Unknown = 0, None, Adjust };

struct PlanOptions {
    ChronyPaths paths;
    ClockControl clockControl = ClockControl::None;
};

/// A source that is asked for but must not be used, and why.
struct LeftOutSource {
    QString path;  ///< spec.sources.servers[1]
    QString name;
    QString reason;
    bool operator==(const LeftOutSource&) const = default;
};

struct ChronyPlan {
    QByteArray config;
    std::vector<LeftOutSource> leftOut;
    bool operator==(const ChronyPlan&) const = default;
};

[[nodiscard]] ChronyPlan makePlan(const NtpServiceSpec& spec, const PlanOptions& options);

enum class ChangeKind { Unknown = 0, None, Start, Restart, Stop };

struct Change {
    ChangeKind kind = ChangeKind::Unknown;
    QStringList reasons;  ///< for people: which directives were added, removed or changed
};

/// `current` is what runs, `wanted` what should; nothing = no chronyd.
[[nodiscard]] Change changeKind(const std::optional<ChronyPlan>& current, const std::optional<ChronyPlan>& wanted);

}  // namespace fos1::ntp
