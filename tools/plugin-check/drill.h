// SPDX-License-Identifier: GPL-2.0-or-later
// Drills one plugin in this process, which may crash. The report therefore names every step before it is taken.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QElapsedTimer>
#include <QScopeGuard>
#include <QTimer>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "fos1/testing/plugin_harness.h"
#include "report.h"
#include "schemas.h"

namespace fos1::check {

struct DrillSetup {
    QString file;
    QCborMap configuration;
    QCborArray objects;  ///< the desired state for the drill; may be empty
    SchemaPlaces schemas;
    std::chrono::milliseconds reconcileDeadline{5000};
};

class Drill {
   public:
    Drill(DrillSetup setup, ReportWriter& report);

    /// Loads the plugin. Returns an empty string, or the reason of the failure.
    QString load();
    /// Loads and starts the plugin. When it does not run, adds a finding of `check` and returns false.
    bool begin(const QString& check);
    /// Deletes the plugin's object.
    void destroy();

    /// What the plugin has published and reported so far, in a form that can be compared.
    struct Marks {
        std::size_t utterances = 0;
        qsizetype statusChanges = 0;
        std::size_t events = 0;
    };
    [[nodiscard]] Marks marks();
    enum class Repeated { Ignored, Counted };
    /// Its actions since then: "published a/v1 key", "event Reason", "status Ready=…". `repeated`: whether to include
    /// unchanged values that were published again.
    [[nodiscard]] QStringList actionsSince(const Marks& marks, Repeated repeated = Repeated::Ignored);

    /// Publishes a plain value for each topic that the plugin may subscribe to.
    void feedPlainState();

    /// Calls the plugin. `phase` names the call in the report.
    template <typename Act>
    auto during(const QString& phase, Act act) {
        m_report.enter(phase);
        m_sinceTurn.restart();
        const auto end = qScopeGuard([this] { noteBlocking(); });
        return act();
    }

    /// The longest time for which the event loop did not turn during a step: how long the plugin blocked it.
    struct Blocking {
        QString phase;
        std::chrono::milliseconds duration{0};
    };
    [[nodiscard]] const Blocking& longestBlocking() const { return m_longest; }

    /// Passes `objects` and waits for the completion. `what` names the step in the report.
    testing::Completion reconcile(const QCborArray& objects, const QString& what);

    [[nodiscard]] testing::PluginHarness& harness() { return *m_harness; }
    [[nodiscard]] const DrillSetup& setup() const { return m_setup; }
    [[nodiscard]] ReportWriter& report() { return m_report; }

   private:
    void noteBlocking();

    DrillSetup m_setup;
    ReportWriter& m_report;
    std::unique_ptr<testing::PluginHarness> m_harness;
    QTimer m_turns;
    QElapsedTimer m_sinceTurn;
    Blocking m_longest;
};

/// The outcome of a reconcile or a stop, for people: "Ok", "Failed: no such user", "no answer".
QString textOf(const testing::Completion& completion);

/// The drills by name, ordered so that each builds on the earlier ones.
QStringList drillNames();

/// Runs one of them in this process, writes its report to `reportFile` and exits.
[[noreturn]] void runDrill(const QString& name, const DrillSetup& setup, const QString& reportFile);

}  // namespace fos1::check
