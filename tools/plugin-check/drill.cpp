// SPDX-License-Identifier: GPL-2.0-or-later
#include "drill.h"

#include <sys/resource.h>

#include <QThreadPool>
#include <cstdlib>
#include <exception>

#include "drills.h"
#include "garbage.h"

namespace fos1::check {

using testing::PluginHarness;

namespace {

/// A global, because the handler of std::terminate() takes no argument.
ReportWriter*& reportOfThisProcess() {
    static ReportWriter* report = nullptr;
    return report;
}

[[noreturn]] void onTerminate() {
    if (ReportWriter* report = reportOfThisProcess())
        report->enter(report->phase() + QStringLiteral(", an exception escaped"));
    std::abort();
}

const std::map<QString, void (*)(Drill&)>& drills() {
    static const std::map<QString, void (*)(Drill&)> all{
        {QStringLiteral("load"), drillLoad},
        {QStringLiteral("start"), drillStart},
        {QStringLiteral("reconcile"), drillReconcile},
        {QStringLiteral("garbage-state"), drillGarbageState},
        {QStringLiteral("garbage-spec"), drillGarbageSpec},
        {QStringLiteral("pages"), drillPages},
        {QStringLiteral("stop"), drillStop},
    };
    return all;
}

}  // namespace

Drill::Drill(DrillSetup setup, ReportWriter& report) : m_setup(std::move(setup)), m_report(report) {
    QObject::connect(&m_turns, &QTimer::timeout, &m_turns, [this] { noteBlocking(); });
    m_turns.start(std::chrono::milliseconds(50));
    m_sinceTurn.start();
}

void Drill::noteBlocking() {
    const std::chrono::milliseconds blocked(m_sinceTurn.restart());
    if (blocked > m_longest.duration) m_longest = {m_report.phase(), blocked};
}

QString Drill::load() {
    testing::HarnessOptions options;
    options.configuration = m_setup.configuration;
    options.reconcileDeadline = m_setup.reconcileDeadline;
    during(QStringLiteral("load"), [&] { m_harness = std::make_unique<PluginHarness>(m_setup.file, options); });
    return m_harness->error();
}

bool Drill::begin(const QString& check) {
    QString problem = load();
    if (problem.isEmpty()) problem = during(QStringLiteral("start"), [&] { return m_harness->start(); });
    if (problem.isEmpty()) return true;
    m_report.add(failed(check, QStringLiteral("could not be tested: ") + problem, {}));
    return false;
}

testing::Completion Drill::reconcile(const QCborArray& objects, const QString& what) {
    return during(what, [&] { return m_harness->reconcile(objects); });
}

void Drill::destroy() {
    during(QStringLiteral("destruction"), [&] { m_harness.reset(); });
}

Drill::Marks Drill::marks() {
    testing::FakeHost& host = m_harness->host();
    return {host.bus.utterances().size(), host.status.changes().size(), host.events.all().size()};
}

QStringList Drill::actionsSince(const Marks& marks, Repeated repeated) {
    testing::FakeHost& host = m_harness->host();
    QStringList actions;
    const auto& said = host.bus.utterances();
    for (std::size_t i = marks.utterances; i < said.size(); ++i) {
        if (!said[i].isChange && repeated == Repeated::Ignored) continue;
        const QString verb =
            said[i].presence == Presence::Absent ? QStringLiteral("withdrew ") : QStringLiteral("published ");
        actions.append(verb + said[i].topic + u' ' + said[i].key);
    }
    for (const QString& change : host.status.changes().mid(marks.statusChanges))
        actions.append(QStringLiteral("status ") + change);
    for (const QString& reason : host.events.reasons().mid(static_cast<qsizetype>(marks.events)))
        actions.append(QStringLiteral("event ") + reason);
    return actions;
}

void Drill::feedPlainState() {
    for (const QString& topic : m_harness->host().permissions.subscribes) {
        const QCborMap value = plainValue(topicSchema(m_harness->metadata(), m_setup.schemas, topic));
        during(QStringLiteral("delivery of %1").arg(topic), [&] {
            m_harness->host().bus.set(topic, QStringLiteral("main"), value, QStringLiteral("fos1-plugin-check"));
            PluginHarness::settle();
        });
    }
}

QString textOf(const testing::Completion& completion) {
    QString text = completion.outcome == Outcome::Ok       ? QStringLiteral("Ok")
                   : completion.outcome == Outcome::Retry  ? QStringLiteral("Retry")
                   : completion.outcome == Outcome::Failed ? QStringLiteral("Failed")
                                                           : QStringLiteral("no answer");
    if (!completion.message.isEmpty()) text += QStringLiteral(": ") + completion.message;
    return text;
}

QStringList drillNames() {
    return {QStringLiteral("load"),          QStringLiteral("start"),        QStringLiteral("reconcile"),
            QStringLiteral("garbage-state"), QStringLiteral("garbage-spec"), QStringLiteral("pages"),
            QStringLiteral("stop")};
}

void runDrill(const QString& name, const DrillSetup& setup, const QString& reportFile) {
    ReportWriter report(reportFile);
    reportOfThisProcess() = &report;
    std::set_terminate(onTerminate);
    const rlimit noCore{0, 0};
    ::setrlimit(RLIMIT_CORE, &noCore);
    // Idle threads of Qt's own pool would otherwise count as the plugin's.
    QThreadPool::globalInstance()->setExpiryTimeout(10);

    Drill drill(setup, report);
    const auto threw = [&](const QString& what) {
        report.add(failed(name, QStringLiteral("threw %1 in %2").arg(what, report.phase()),
                          QStringLiteral("no exception may leave the plugin: catch it where a library throws")));
    };
    try {
        drills().at(name)(drill);
    } catch (const std::exception& e) {
        threw(QString::fromLocal8Bit(e.what()));
    } catch (...) {
        threw(QStringLiteral("something"));
    }
    report.end();
    // Skip destructors and exit handlers, which are not under test.
    std::_Exit(0);
}

}  // namespace fos1::check
