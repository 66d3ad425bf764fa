// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/chrony_files.h"

#include <QDir>
#include <QFileInfo>

#include "chrony/config_file.h"

namespace fos1::ntp {

tl::expected<void, Error> prepareDirectories(const ChronyLayout& layout, const RunAs& user) {
    for (const QString& own : {layout.runtimeDirectory, layout.stateDirectory}) {
        // The host made it; somebody may have removed it since.
        if (!QDir().exists(own) && QDir().mkpath(QFileInfo(own).path()))
            if (auto made = prepareReadableDirectory(own, user); !made) return made;
        if (auto done = letThrough(own, user); !done) return done;
        if (auto done = checkReachable(own, user); !done) return done;
    }
    for (const QString& theirs : {layout.socketDirectory(), layout.dataDirectory()})
        if (auto done = prepareDirectory(theirs, user); !done) return done;
    return {};
}

tl::expected<void, Error> writePlan(const ChronyPlan& plan, const ChronyLayout& layout, const RunAs& user) {
    if (auto made = prepareReadableDirectory(layout.sourceDirectory(), user); !made) return made;
    if (auto written = writeConfigFile(layout.sourceFile(), plan.sources, user); !written) return written;
    return writeConfigFile(layout.configFile(), plan.config, user);
}

tl::expected<void, Error> writeWhole(const ChronyPlan& plan, const ChronyLayout& layout, const RunAs& user) {
    if (auto prepared = prepareDirectories(layout, user); !prepared) return prepared;
    if (auto written = writePlan(plan, layout, user); !written) return written;
    return writeConfigFile(layout.keyFile(), plan.keys, user);
}

void removeStrayServerKeys(const ChronyPlan& plan, const ChronyLayout& layout) {
    if (!plan.config.contains("\nntsserverkey "))
        QFile::remove(layout.paths().dumpDirectory + QStringLiteral("/ntskeys"));
}

Result<QStringList> prepareStart(const ChronyPlan& plan, const ChronyLayout& layout, const RunAs& user,
                                 ClockControl control, bool reload) {
    // While chronyd runs, its keys are changed in steps of their own (OnlineChange). The rest is written again too:
    // somebody may have removed it.
    if (const auto written = writeWhole(plan, layout, user); !written) return tl::unexpected<Error>(written.error());
    // chronyd has ended; a number in its pid file may by now be somebody else's, and would keep chronyd from starting.
    QFile::remove(layout.paths().pidFile);
    removeStrayServerKeys(plan, layout);
    QStringList arguments{QStringLiteral("-d"), QStringLiteral("-f"), layout.configFile()};
    if (control != ClockControl::Adjust) arguments << QStringLiteral("-x");
    if (reload) arguments << QStringLiteral("-r");
    return arguments + user.arguments;
}

OnlineChange::Files readAgain(const ChronyLayout& layout, const RunAs& user) {
    return {[&](const QByteArray& keys) { return writeConfigFile(layout.keyFile(), keys, user); },
            [&](const QByteArray& sources) { return writeConfigFile(layout.sourceFile(), sources, user); }};
}

}  // namespace fos1::ntp
