// SPDX-License-Identifier: GPL-2.0-or-later
// One plugin under drill in this process, which may not survive it: every step is named in the report before it is
// taken.
#pragma once

#include <QCborArray>
#include <QCborMap>
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
    QCborArray objects;  ///< the desired state to try it with; may be empty
    SchemaPlaces schemas;
    std::chrono::milliseconds reconcileDeadline{5000};
};

class Drill {
   public:
    Drill(DrillSetup setup, ReportWriter& report) : m_setup(std::move(setup)), m_report(report) {}

    /// Loads the plugin; empty, or why that failed.
    QString load();
    /// Loads and starts the plugin; false, with a finding of `check`, when it does not run.
    bool begin(const QString& check);
    /// Destroys the plugin's object.
    void destroy();

    /// What it said and did so far, in a form that can be compared.
    struct Marks {
        std::size_t utterances = 0;
        qsizetype statusChanges = 0;
        std::size_t events = 0;
    };
    [[nodiscard]] Marks marks();
    enum class Repeated { Ignored, Counted };
    /// What it has done since: "published a/v1 key", "event Reason", "status Ready=…". `repeated`: what it published
    /// although it was so already.
    [[nodiscard]] QStringList actionsSince(const Marks& marks, Repeated repeated = Repeated::Ignored);

    /// Publishes a plain value of each topic that the plugin may subscribe to.
    void feedPlainState();

    /// Calls the plugin: `act` is `phase` in the report.
    template <typename Act>
    auto during(const QString& phase, Act act) {
        m_report.enter(phase);
        return act();
    }

    /// Hands over `objects` and waits for the answer; `what` is in the report.
    testing::Completion reconcile(const QCborArray& objects, const QString& what);

    [[nodiscard]] testing::PluginHarness& harness() { return *m_harness; }
    [[nodiscard]] const DrillSetup& setup() const { return m_setup; }
    [[nodiscard]] ReportWriter& report() { return m_report; }

   private:
    DrillSetup m_setup;
    ReportWriter& m_report;
    std::unique_ptr<testing::PluginHarness> m_harness;
};

/// How a reconcile or a stop ended, for people: "Ok", "Failed: no such user", "no answer".
QString textOf(const testing::Completion& completion);

/// The drills by name, in the order in which they make sense.
QStringList drillNames();

/// Runs one of them in this process, writes its report to `reportFile` and ends the process.
[[noreturn]] void runDrill(const QString& name, const DrillSetup& setup, const QString& reportFile);

}  // namespace fos1::check
