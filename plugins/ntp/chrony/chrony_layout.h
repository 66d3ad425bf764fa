// SPDX-License-Identifier: GPL-2.0-or-later
// Where the files of one chronyd are, below the plugin's own two directories. Decides names only.
#pragma once

#include <QString>

#include "core/chrony_plan.h"

namespace fos1::ntp {

struct ChronyLayout {
    QString runtimeDirectory;  ///< the plugin's, absolute, existing
    QString stateDirectory;    ///< the plugin's, absolute, existing

    /// Written by us, read by chronyd before it gives up root.
    [[nodiscard]] QString configFile() const { return runtimeDirectory + QStringLiteral("/chrony.conf"); }
    /// Checked here before it takes the place of the configuration.
    [[nodiscard]] QString candidateFile() const { return runtimeDirectory + QStringLiteral("/chrony.conf.candidate"); }

    /// chronyd reads every *.sources in it, again at "reload sources". Ours; readable by chronyd's user.
    [[nodiscard]] QString sourceDirectory() const { return runtimeDirectory + QStringLiteral("/sources"); }
    [[nodiscard]] QString sourceFile() const { return sourceDirectory() + QStringLiteral("/fos1.sources"); }

    /// Secret; readable by chronyd's user.
    [[nodiscard]] QString keyFile() const { return runtimeDirectory + QStringLiteral("/chrony.keys"); }
    /// Certificates and keys for NTS, under names that change with their content; readable by chronyd's user.
    [[nodiscard]] QString ntsDirectory() const { return runtimeDirectory + QStringLiteral("/nts"); }

    /// chronyd's words on the command line, where systemd starts it.
    [[nodiscard]] QString argumentFile() const { return runtimeDirectory + QStringLiteral("/chronyd.env"); }
    /// What a chronyd that outlives us has, for the next host.
    [[nodiscard]] QString recordFile() const { return runtimeDirectory + QStringLiteral("/chronyd.record"); }

    /// The certificate of our own and its authority; readable by us alone, but for the authority's certificate.
    [[nodiscard]] QString ownCertificateDirectory() const { return stateDirectory + QStringLiteral("/nts"); }

    /// Exists while network time of the system is off because of us.
    [[nodiscard]] QString timedateFile() const { return stateDirectory + QStringLiteral("/network-time-was-on"); }

    // These belong to chronyd's user.
    [[nodiscard]] QString socketDirectory() const { return runtimeDirectory + QStringLiteral("/chronyd"); }
    [[nodiscard]] QString dataDirectory() const { return stateDirectory + QStringLiteral("/chronyd"); }

    [[nodiscard]] ChronyPaths paths() const {
        return {socketDirectory() + QStringLiteral("/chronyd.sock"),
                socketDirectory() + QStringLiteral("/chronyd.pid"),
                dataDirectory(),
                dataDirectory() + QStringLiteral("/drift"),
                sourceDirectory(),
                keyFile(),
                dataDirectory() + QStringLiteral("/log"),
                socketDirectory()};
    }
};

}  // namespace fos1::ntp
