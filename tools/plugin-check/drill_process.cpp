// SPDX-License-Identifier: GPL-2.0-or-later
#include "drill_process.h"

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QFileInfo>
#include <QProcess>
#include <QProcessEnvironment>
#include <QTemporaryDir>
#include <cstdio>

namespace fos1::check {

namespace {

const QString kSeeLog = QStringLiteral("run with -v to see its log");

/// How the process ended, if that was unexpected; otherwise an empty text.
QString unexpectedEnd(const QProcess& process, bool isTimeout, const Report& report, std::chrono::seconds timeout) {
    const QString where = QStringLiteral(" in ") + (report.phase.isEmpty() ? QStringLiteral("load") : report.phase);
    if (isTimeout) return QStringLiteral("hangs%1: not done after %2 s").arg(where).arg(timeout.count());
    if (process.exitStatus() == QProcess::CrashExit)
        return QStringLiteral("crashed: signal %1%2").arg(process.exitCode()).arg(where);
    if (report.hasEnded) return {};
    return QStringLiteral("exited with status %1%2").arg(process.exitCode()).arg(where);
}

/// False when it has taken no new step for `timeout`, or when its steps never end.
bool waitForEnd(QProcess& process, const QString& reportFile, std::chrono::seconds timeout) {
    constexpr int kLookEveryMs = 100;
    const QDeadlineTimer end(timeout * 10);
    QDeadlineTimer step(timeout);
    qint64 size = 0;
    while (!process.waitForFinished(kLookEveryMs)) {
        if (process.state() == QProcess::NotRunning) return true;
        if (const qint64 now = QFileInfo(reportFile).size(); now != size) {
            size = now;
            step = QDeadlineTimer(timeout);
        }
        if (step.hasExpired() || end.hasExpired()) return false;
    }
    return true;
}

}  // namespace

Report runInChild(const QString& drill, const DrillCommand& command) {
    const QTemporaryDir dir;
    const QString file = dir.filePath(QStringLiteral("report"));
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    // Files that the plugin leaves behind are removed with our directory, however its process ends.
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("TMPDIR"), dir.path());
    process.setProcessEnvironment(environment);
    process.start(QCoreApplication::applicationFilePath(),
                  QStringList{QStringLiteral("--run"), drill, QStringLiteral("--report"), file} + command.arguments);
    const bool isTimeout = !waitForEnd(process, file, command.timeout);
    if (isTimeout) {
        process.kill();
        process.waitForFinished();
    }
    if (const QByteArray log = process.readAll(); command.showsLog && !log.isEmpty())
        std::fprintf(stderr, "-- %s\n%s", qPrintable(drill), log.constData());
    Report report = readReport(file);
    if (const QString end = unexpectedEnd(process, isTimeout, report, command.timeout); !end.isEmpty())
        report.findings.push_back(failed(drill, end, kSeeLog));
    return report;
}

}  // namespace fos1::check
