// SPDX-License-Identifier: GPL-2.0-or-later
// Decides what chronyd's configuration is for a spec, and what a new configuration asks of a running chronyd.
// Pure: the same spec and options give the same bytes. Knows no files, processes or resources.
#pragma once

#include <QByteArray>
#include <QStringList>
#include <map>
#include <optional>
#include <vector>

#include "core/materials.h"
#include "model/ntp_service_spec.h"

namespace fos1::ntp {

/// Where chronyd keeps its things; absolute paths.
struct ChronyPaths {
    QString commandSocket;  ///< in a directory of chronyd's user
    QString pidFile;
    QString dumpDirectory;    ///< measurement history across a restart
    QString driftFile;        ///< when the spec names none
    QString sourceDirectory;  ///< of the file with the sources
    QString keyFile;
    QString logDirectory;            ///< of chronyd's user, who makes it when it logs
    QString refclockDirectory = {};  ///< where chronyd makes sockets for samples
};

enum class ClockControl {
    Unknown = 0,
    None,  ///< not wanted
    Adjust,
    Denied,  ///< wanted, and the kernel does not let chronyd; as None
};

/// Why the clock is not set, in the words of the configuration; empty for Adjust.
[[nodiscard]] inline QString whyNotSet(ClockControl control) {
    if (control == ClockControl::Adjust) return {};
    return control == ClockControl::Denied
               ? QStringLiteral("CAP_SYS_TIME is denied here, so clockControl: true has no effect")
               : QStringLiteral("plugins.ntp.clockControl is false");
}

struct PlanOptions {
    ChronyPaths paths;
    ClockControl clockControl = ClockControl::None;
};

/// What of a configuration can be changed while chronyd runs, beside the sources.
struct OnlineSettings {
    std::vector<QString> sourceNames;     ///< as configured, in the order of the lines
    std::map<QString, qint64> keyOf;      ///< number of the key of each source that has one
    std::map<QString, QString> leasedOn;  ///< interface whose DHCP lease names the source, of those that came so
    MakestepSpec makestep;                ///< limit 0: chronyd does not step
    LocalSpec local;                      ///< with its stratum
    double maxUpdateSkew = 1000;          ///< ppm; chrony.conf(5)'s default
    bool settingsAreLogged = false;       ///< by chronyd, when a command changes one of the three above
    std::vector<AccessRule> access;       ///< the shortest prefixes first
    bool operator==(const OnlineSettings&) const = default;
};

/// Something that is asked for but must not be used, and why.
struct LeftOut {
    QString path;  ///< spec.sources.servers[1]
    QString name;
    QString reason;
    /// CamelCase, when an input that it needs is missing; empty: this chronyd or node cannot do it.
    QString missing = {};
    bool operator==(const LeftOut&) const = default;
};

/// Three files, because chronyd reads the second and third again while it runs ("reload sources", "rekey").
struct ChronyPlan {
    QByteArray config;   ///< chrony.conf, all but the sources
    QByteArray sources;  ///< one line a source
    QByteArray keys;     ///< one line a symmetric key; secret
    OnlineSettings online;
    std::vector<LeftOut> leftOut;
    bool operator==(const ChronyPlan&) const = default;

    /// Configuration and sources in one, for chronyd to check: -p does not look into a sourcedir.
    [[nodiscard]] QByteArray whole() const { return config + sources; }
};

[[nodiscard]] ChronyPlan makePlan(const NtpServiceSpec& spec, const PlanOptions& options,
                                  const Materials& materials = {});

enum class ChangeKind { Unknown = 0, None, Start, Online, Restart, Stop };

struct Change {
    ChangeKind kind = ChangeKind::Unknown;
    QStringList reasons;  ///< for people: which directives were added, removed or changed
};

/// `current` is what runs, `wanted` what should; nothing = no chronyd. Online: every difference can be made while
/// chronyd runs.
[[nodiscard]] Change changeKind(const std::optional<ChronyPlan>& current, const std::optional<ChronyPlan>& wanted);

}  // namespace fos1::ntp
