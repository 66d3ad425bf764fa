// SPDX-License-Identifier: GPL-2.0-or-later
// Load, start, reconcile.
#include <QElapsedTimer>

#include "drills.h"

namespace fos1::check {

using testing::Completion;
using testing::PluginHarness;

namespace {

constexpr qint64 kBudgetMs = 50;
constexpr std::chrono::seconds kPatience{5};  ///< of the host, for a call that does not return

/// Waits until the plugin does nothing more by itself, for at most half a second.
void untilQuiet(Drill& drill) {
    QElapsedTimer quiet;
    quiet.start();
    auto marks = drill.marks();
    PluginHarness::waitFor(
        [&] {
            if (!drill.actionsSince(marks).isEmpty()) {
                marks = drill.marks();
                quiet.restart();
            }
            return quiet.elapsed() > 50;
        },
        std::chrono::milliseconds(500));
}

void checkTwice(Drill& drill) {
    const QString check = QStringLiteral("idempotence");
    const QCborArray& objects = drill.setup().objects;
    const Completion first = drill.reconcile(objects, QStringLiteral("reconcile"));
    untilQuiet(drill);
    const auto marks = drill.marks();
    const Completion second = drill.reconcile(objects, QStringLiteral("the same reconcile again"));
    PluginHarness::settle();
    const QStringList actions = drill.actionsSince(marks);
    if (first.outcome == Outcome::Unknown || second.outcome == Outcome::Unknown)
        drill.report().add(failed(check, QStringLiteral("one of two reconciles of the same snapshot was not answered"),
                                  QStringLiteral("complete every ticket")));
    else if (first.outcome != second.outcome)
        drill.report().add(failed(
            check, QStringLiteral("the same snapshot twice: first %1, then %2").arg(textOf(first), textOf(second)),
            QStringLiteral("reconcile is level-triggered: compare with what is in force")));
    else if (!actions.isEmpty())
        drill.report().add(failed(
            check, QStringLiteral("acted again on the same snapshot: ") + actions.mid(0, 5).join(QStringLiteral(", ")),
            QStringLiteral("act on differences only")));
    else
        drill.report().add(passed(check, QStringLiteral("the same snapshot changes nothing")));
}

}  // namespace

void reportMisuse(Drill& drill) {
    if (const auto& [phase, blocked] = drill.longestBlocking(); blocked > kPatience)
        drill.report().add(
            failed(QStringLiteral("blocking"),
                   QStringLiteral("blocked the event loop for %1 s in %2; a host kills its runner after %3 s")
                       .arg(static_cast<double>(blocked.count()) / 1000, 0, 'f', 1)
                       .arg(phase)
                       .arg(kPatience.count()),
                   QStringLiteral("do slow work in a thread, or elsewhere, asynchronously")));
    drill.report().addStrayCalls(drill.harness().host().guard.strayCalls());
    drill.report().addWrongCompletions(drill.harness().host().wrongCompletions());
}

void drillLoad(Drill& drill) {
    const QString check = QStringLiteral("load");
    const QString problem = drill.load();
    if (!problem.isEmpty())
        return drill.report().add(
            failed(check, problem,
                   problem.contains(QLatin1String("undefined symbol"))
                       ? QStringLiteral("name the library that defines it under LINK in fos1_add_plugin()")
                       : QStringLiteral("its class must implement fos1::IPlugin, with Q_INTERFACES")));
    drill.destroy();
    drill.report().add(passed(check, QStringLiteral("every symbol is found")));
}

void drillStart(Drill& drill) {
    const QString check = QStringLiteral("start");
    drill.load();
    QElapsedTimer timer;
    timer.start();
    const QString why = drill.during(check, [&] { return drill.harness().start(); });
    const qint64 ms = timer.elapsed();
    if (!why.isEmpty())
        drill.report().add(failed(check, QStringLiteral("answered \"%1\"").arg(why),
                                  QStringLiteral("pass its configuration with --config, as in host.yaml")));
    else if (ms > kBudgetMs)
        drill.report().add(
            {check, Verdict::Warning,
             QStringLiteral("answered after %1 ms; the budget of a call is %2 ms").arg(ms).arg(kBudgetMs),
             QStringLiteral("do slow work later, asynchronously")});
    else
        drill.report().add(passed(check, QStringLiteral("answered after %1 ms").arg(ms)));
    reportMisuse(drill);
}

void drillReconcile(Drill& drill) {
    const QString check = QStringLiteral("reconcile");
    if (!drill.begin(check)) return;
    QElapsedTimer timer;
    timer.start();
    const quint64 ticket =
        drill.during(QStringLiteral("reconcile of nothing"), [&] { return drill.harness().beginReconcile({}); });
    const qint64 ms = timer.elapsed();
    const Completion completion = drill.harness().wait(ticket, drill.setup().reconcileDeadline);
    const QString text = QStringLiteral("an empty snapshot: ") + textOf(completion);
    if (completion.outcome == Outcome::Unknown)
        drill.report().add(
            failed(check, text, QStringLiteral("complete every ticket, even when there is nothing to do")));
    else if (completion.outcome != Outcome::Ok)
        drill.report().add({check, Verdict::Warning, text, QStringLiteral("an empty desired state must not fail")});
    else if (ms > kBudgetMs)
        drill.report().add({check, Verdict::Warning,
                            text + QStringLiteral(", but the call took %1 ms of its %2").arg(ms).arg(kBudgetMs),
                            QStringLiteral("do slow work later, and complete the ticket then")});
    else
        drill.report().add(passed(check, text));
    if (completion.outcome != Outcome::Unknown) checkTwice(drill);
    reportMisuse(drill);
}

}  // namespace fos1::check
