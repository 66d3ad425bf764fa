// SPDX-License-Identifier: GPL-2.0-or-later
#include "conformance.h"

#include <QJsonDocument>

#include "drill.h"
#include "drill_process.h"
#include "static_checks.h"

namespace fos1::check {

namespace {

using Show = std::function<void(const Finding&)>;

void showMisuse(const Report& all, const Show& show) {
    QStringList calls = all.strayCalls;
    calls.removeDuplicates();
    const QString thread = QStringLiteral("home-thread");
    show(calls.isEmpty()
             ? passed(thread, QStringLiteral("every call to the host came from the plugin's home thread"))
             : failed(thread, QStringLiteral("calls from another thread, answered WrongThread: ") + calls.join(u", "),
                      QStringLiteral(
                          "return results to the home thread with QMetaObject::invokeMethod() or a queued signal")));
    const QString tickets = QStringLiteral("tickets");
    show(all.wrongCompletions.isEmpty()
             ? passed(tickets, QStringLiteral("no ticket was completed twice, and no unknown ticket was completed"))
             : failed(tickets, all.wrongCompletions.mid(0, 5).join(u", "),
                      QStringLiteral("complete each ticket exactly once")));
}

bool hasFailure(const Findings& findings) {
    for (const Finding& finding : findings)
        if (finding.verdict == Verdict::Failure) return true;
    return false;
}

/// Without a plugin that loads and starts, all other drills would report the same failure.
bool isNeededByAll(const QString& drill) { return drill == QLatin1String("load") || drill == QLatin1String("start"); }

void runDrills(const DrillCommand& command, const Show& show) {
    Report all;
    for (const QString& drill : drillNames()) {
        const Report report = runInChild(drill, command);
        for (const Finding& finding : report.findings) show(finding);
        all.strayCalls += report.strayCalls;
        all.wrongCompletions += report.wrongCompletions;
        if (isNeededByAll(drill) && hasFailure(report.findings)) return;
    }
    showMisuse(all, show);
}

}  // namespace

void checkConformance(const ConformanceOptions& options, const Show& show) {
    show(checkMetadata(options.file));
    show(checkExports(options.file));
    const auto metadata = host::readPluginMetadata(options.file);
    if (!metadata) return;
    QCborMap configuration;
    const Finding config = checkConfiguration(*metadata, options.configuration, &configuration);
    show(config);
    if (config.verdict == Verdict::Failure) return;

    DrillCommand command;
    command.timeout = options.timeout;
    command.showsLog = options.showsLog;
    command.arguments = {options.file, QStringLiteral("--timeout"), QString::number(options.timeout.count()),
                         QStringLiteral("--config"),
                         QString::fromUtf8(QJsonDocument(configuration.toJsonObject()).toJson(QJsonDocument::Compact))};
    if (!options.snapshotFile.isEmpty()) command.arguments += {QStringLiteral("--snapshot"), options.snapshotFile};
    runDrills(command, show);
}

}  // namespace fos1::check
