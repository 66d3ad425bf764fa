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
    QString dumpDirectory;    ///< measurement history across a restart
    QString driftFile;        ///< when the spec names none
    QString sourceDirectory;  ///< of the file with the sources
};

enum class ClockControl { Unknown = 0, None, Adjust };

struct PlanOptions {
    ChronyPaths paths;
    ClockControl clockControl = ClockControl::None;
};

/// What of a configuration can be changed while chronyd runs, beside the sources.
struct OnlineSettings {
    std::vector<QString> sourceNames;  ///< as configured, in the order of the lines
    MakestepSpec makestep;             ///< limit 0: chronyd does not step
    LocalSpec local;                   ///< with its stratum
    std::vector<AccessRule> access;    ///< the shortest prefixes first
    bool operator==(const OnlineSettings&) const = default;
};

/// A source that is asked for but must not be used, and why.
struct LeftOutSource {
    QString path;  ///< spec.sources.servers[1]
    QString name;
    QString reason;
    bool operator==(const LeftOutSource&) const = default;
};

/// `config` and `sources` are two files, because chronyd reads the second one again while it runs ("reload sources").
struct ChronyPlan {
    QByteArray config;   ///< chrony.conf, all but the sources
    QByteArray sources;  ///< one line a source
    OnlineSettings online;
    std::vector<LeftOutSource> leftOut;
    bool operator==(const ChronyPlan&) const = default;

    /// Both in one, for chronyd to check: -p does not look into a sourcedir.
    [[nodiscard]] QByteArray whole() const { return config + sources; }
};

[[nodiscard]] ChronyPlan makePlan(const NtpServiceSpec& spec, const PlanOptions& options);

enum class ChangeKind { Unknown = 0, None, Start, Online, Restart, Stop };

struct Change {
    ChangeKind kind = ChangeKind::Unknown;
    QStringList reasons;  ///< for people: which directives were added, removed or changed
};

/// `current` is what runs, `wanted` what should; nothing = no chronyd. Online: every difference can be made while
/// chronyd runs.
[[nodiscard]] Change changeKind(const std::optional<ChronyPlan>& current, const std::optional<ChronyPlan>& wanted);

}  // namespace fos1::ntp
