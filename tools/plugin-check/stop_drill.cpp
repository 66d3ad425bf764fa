// SPDX-License-Identifier: GPL-2.0-or-later
// Checks that a plugin stops in time, is silent afterwards and leaves no thread.
#include <QDir>
#include <QElapsedTimer>
#include <QFile>

#include "drills.h"
#include "runner/thread_names.h"

namespace fos1::check {

using testing::Completion;
using testing::PluginHarness;

namespace {

/// Names by thread id (proc(5), /proc/self/task).
std::map<QString, QString> threads() {
    std::map<QString, QString> result;
    const QStringList ids = QDir(QStringLiteral("/proc/self/task")).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    for (const QString& id : ids) {
        QFile file(QStringLiteral("/proc/self/task/%1/comm").arg(id));
        if (file.open(QIODevice::ReadOnly)) result.emplace(id, QString::fromUtf8(file.readAll().trimmed()));
    }
    return result;
}

QStringList newThreads(const std::map<QString, QString>& before) {
    QStringList names;
    for (const auto& [id, name] : threads())
        if (!before.contains(id) && !runner::isQtsOwnThread(name)) names.append(name);
    return names;
}

Finding stopFinding(const Completion& completion, qint64 ms) {
    const QString check = QStringLiteral("stop");
    if (completion.outcome == Outcome::Unknown)
        return failed(check, QStringLiteral("no answer within 2 s; the host then leaves the plugin behind"),
                      QStringLiteral("stop all work and complete the ticket"));
    if (completion.outcome != Outcome::Ok)
        return {check, Verdict::Warning, textOf(completion), QStringLiteral("a plugin should always be able to stop")};
    return passed(check, QStringLiteral("answered after %1 ms").arg(ms));
}

Finding retractionFinding(const QStringList& standing, const QStringList& saidLater) {
    const QString check = QStringLiteral("retraction");
    if (!saidLater.isEmpty())
        return failed(check, QStringLiteral("after its stop: ") + saidLater.mid(0, 5).join(QStringLiteral(", ")),
                      QStringLiteral("stop timers and subscriptions before you complete the ticket of stop"));
    if (standing.isEmpty()) return passed(check, QStringLiteral("left no state behind and was silent after its stop"));
    return passed(check, QStringLiteral("was silent after its stop; the host withdraws what it left: ") +
                             standing.mid(0, 5).join(QStringLiteral(", ")));
}

}  // namespace

void drillStop(Drill& drill) {
    const QString check = QStringLiteral("stop");
    const auto before = threads();
    if (!drill.begin(check)) return;
    drill.reconcile(drill.setup().objects, QStringLiteral("reconcile"));
    drill.feedPlainState();

    QElapsedTimer timer;
    timer.start();
    const Completion completion = drill.during(check, [&] { return drill.harness().stop(); });
    drill.report().add(stopFinding(completion, timer.elapsed()));
    if (completion.outcome == Outcome::Unknown) return reportMisuse(drill);

    const auto marks = drill.marks();
    const QStringList standing = drill.harness().host().bus.standing();
    drill.feedPlainState();
    drill.during(QStringLiteral("the time after stop"),
                 [] { PluginHarness::waitFor([] { return false; }, std::chrono::milliseconds(150)); });
    drill.report().add(retractionFinding(standing, drill.actionsSince(marks, Drill::Repeated::Counted)));

    PluginHarness::waitFor([&] { return newThreads(before).isEmpty(); }, std::chrono::milliseconds(1000));
    const QStringList left = newThreads(before);
    const QString threadCheck = QStringLiteral("threads");
    drill.report().add(
        left.isEmpty() ? passed(threadCheck, QStringLiteral("none left after its stop"))
                       : failed(threadCheck, QStringLiteral("left after its stop: ") + left.join(QStringLiteral(", ")),
                                QStringLiteral("stop and join every thread in stop()")));
    reportMisuse(drill);
    drill.destroy();
}

}  // namespace fos1::check
