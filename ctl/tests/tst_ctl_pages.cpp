// SPDX-License-Identifier: GPL-2.0-or-later
// Subcommands of plugins, as a process against a fake daemon.
#include <QJsonArray>

#include "ctl_process.h"
#include "fake_daemon.h"

namespace {

/// A plugin that runs but is not installed here.
const char* const kPlugins = R"({"plugins": [{
    "id": "com.example.weather", "state": "Running",
    "command": {"name": "weather", "help": "The weather"},
    "pages": [
        {"name": "now", "title": "Weather", "help": "How it is"},
        {"name": "at", "title": "Weather at a place", "help": "How it is there",
         "argument": {"name": "place", "help": "Where", "required": true, "values": ["here", "there"]}},
        {"name": "gauge", "title": "Gauge", "help": "Measure the rain", "proposes": true}],
    "helpers": [{"name": "clear", "help": "Clear the sky", "program": "weather-clear", "needsStopped": true}]}]})";

const char* const kPage = R"({"title": "Weather", "sections": [{"fields": [
    {"label": "Since", "kind": "age", "value": 330}, {"label": "Wind", "kind": "text", "value": "none"}]}]})";

/// `done`: of 2 drops.
QJsonObject gauge(int done) {
    QJsonObject page = json(R"({"title": "Gauge", "sections": [], "proposal": {
        "apiVersion": "example.com/v1", "kind": "Gauge", "namespace": "lab", "name": "main",
        "merge": {"spec": {"size": 2}}}})");
    page.insert(QStringLiteral("progress"), QJsonObject{{"done", done}, {"wanted", 2}, {"things", "drops"}});
    return page;
}

}  // namespace

class TestCtlPages : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void init() {
        m_daemon = std::make_unique<FakeDaemon>();
        qputenv("FOS1_SOCKET", m_daemon->socket().toLocal8Bit());
        m_daemon->answer(QStringLiteral("plugin.list"), json(kPlugins));
        m_daemon->answer(QStringLiteral("plugin.page"), json(kPage));
    }

    void aPageIsASubcommand() {
        const Outcome outcome = run(words("weather now"));
        QCOMPARE(outcome.err, QString());
        QCOMPARE(outcome.out, QStringLiteral("  Since        5m30s\n  Wind         none\n"));
        const QJsonObject params = m_daemon->requests().back().params;
        QCOMPARE(params.value(u"id").toString(), QStringLiteral("com.example.weather"));
        QCOMPARE(params.value(u"page").toString(), QStringLiteral("now"));
        QCOMPARE(params.value(u"argument").toString(), QString());
    }

    void machinesGetRawValuesWithTheirUnits() {
        const QJsonObject document = json(run(words("weather now -o json")).out.toUtf8());
        const QJsonObject field = document.value(u"sections").toArray().at(0)[u"fields"].toArray().at(0).toObject();
        QCOMPARE(field.value(u"value").toInteger(), 330);
        QCOMPARE(field.value(u"kind").toString(), QStringLiteral("age"));
    }

    void anArgumentIsPassedOn() {
        QCOMPARE(run(words("weather at there")).exitCode, 0);
        QCOMPARE(m_daemon->requests().back().params.value(u"argument").toString(), QStringLiteral("there"));
        QCOMPARE(run(words("-n lab weather at there")).exitCode, 0);
        QCOMPARE(m_daemon->requests().back().params.value(u"argument").toString(), QStringLiteral("lab/there"));
        QCOMPARE(run(words("weather at")).exitCode, 2);
        QCOMPARE(run(words("weather now what")).exitCode, 2);
    }

    void helpListsThem() {
        const Outcome all = run(words("--help"));
        QVERIFY2(all.out.contains(QStringLiteral("The weather")), qPrintable(all.out));
        const Outcome one = run(words("weather --help"));
        QVERIFY2(one.out.contains(QStringLiteral("How it is there")), qPrintable(one.out));
        const Outcome page = run(words("weather at --help"));
        QVERIFY2(page.out.contains(QStringLiteral("Where: here, there")), qPrintable(page.out));
    }

    void thoseOfInstalledPluginsNeedNoDaemonForHelp() {
        m_daemon.reset();
        const Outcome help = run(words("ntp --help"));
        QCOMPARE(help.exitCode, 0);
        QVERIFY2(help.out.contains(QStringLiteral("why")), qPrintable(help.out));
        QCOMPARE(run(words("ntp status")).exitCode, 3);
    }

    void aWordThatNobodyKnowsIsNamed() {
        const Outcome outcome = run(words("wether now"));
        QCOMPARE(outcome.exitCode, 2);
        QVERIFY2(outcome.err.contains(QStringLiteral("no subcommand \"wether\"")), qPrintable(outcome.err));
    }

    void otherCommandsDoNotAskForThem() {
        m_daemon->answer(QStringLiteral("event.list"), {{QStringLiteral("events"), QJsonArray()}});
        QCOMPARE(run(words("events")).exitCode, 0);
        QCOMPARE(m_daemon->requests().size(), 1U);
    }

    void aPluginsRefusalIsAFailure() {
        m_daemon->refuse(QStringLiteral("plugin.page"), -32004, QStringLiteral("there is no place \"x\""));
        const Outcome outcome = run(words("weather at x"));
        QCOMPARE(outcome.exitCode, 1);
        QCOMPARE(outcome.err, QStringLiteral("fos1ctl: there is no place \"x\"\n"));
    }

    void whatAPageProposesIsWritten() {
        m_daemon->answer(QStringLiteral("plugin.page"), gauge(2));
        m_daemon->answer(QStringLiteral("resource.merge"), {{"result", "configured"}});
        const Outcome shown = run(words("weather gauge"));
        QVERIFY2(shown.out.contains(QStringLiteral("Proposed for gauge.example.com/main")), qPrintable(shown.out));
        QCOMPARE(m_daemon->requests().back().method, QStringLiteral("plugin.page"));
        const Outcome applied = run(words("weather gauge --apply"));
        QCOMPARE(applied.err, QString());
        QCOMPARE(applied.out, QStringLiteral("gauge.example.com/main configured\n"));
        const FakeDaemon::Request& request = m_daemon->requests().back();
        QCOMPARE(request.method, QStringLiteral("resource.merge"));
        QCOMPARE(request.params, json(R"({"kind": "Gauge", "namespace": "lab", "name": "main",
                                          "merge": {"spec": {"size": 2}}})"));
    }

    /// The other pages have no such options.
    void aMeasurementIsWaitedFor() {
        m_daemon->answer(QStringLiteral("plugin.page"), gauge(1));
        const Outcome tooEarly = run(words("weather gauge --apply"));
        QCOMPARE(tooEarly.exitCode, 1);
        QCOMPARE(
            tooEarly.err,
            QStringLiteral("fos1ctl: nothing was written: 1 of 2 drops so far; --wait SECONDS waits for the rest\n"));
        const std::size_t before = m_daemon->requests().size();
        const Outcome waited = run(words("weather gauge --wait 2"));
        QCOMPARE(waited.exitCode, 0);
        QCOMPARE(waited.err, QStringLiteral("[#####.....] 1 of 2 drops so far\n"));
        QVERIFY(m_daemon->requests().size() > before + 2);  // plugin.list, and the page more than once
        m_daemon->answer(QStringLiteral("plugin.page"), gauge(2));
        QCOMPARE(run(words("weather gauge --wait 60")).exitCode, 0);
        QCOMPARE(run(words("weather now --apply")).exitCode, 2);
    }

    void aHelperWaitsForThePluginToStop() {
        m_daemon->answer(QStringLiteral("plugin.get"), {{"id", "com.example.weather"}, {"state", "Running"}});
        const Outcome running = run(words("weather clear"));
        QCOMPARE(running.exitCode, 1);
        QVERIFY2(running.err.contains(QStringLiteral("fos1ctl plugin stop com.example.weather")),
                 qPrintable(running.err));
        m_daemon->answer(QStringLiteral("plugin.get"), {{"id", "com.example.weather"}, {"state", "Stopped"}});
        const Outcome stopped = run(words("weather clear"));
        QCOMPARE(stopped.exitCode, 1);
        QVERIFY2(stopped.err.contains(QStringLiteral("fos1/helpers/weather-clear: No such file")),
                 qPrintable(stopped.err));
    }

   private:
    std::unique_ptr<FakeDaemon> m_daemon;
};

QTEST_GUILESS_MAIN(TestCtlPages)
#include "tst_ctl_pages.moc"
