// SPDX-License-Identifier: GPL-2.0-or-later
// Validator and previewer of a plugin in a real runner, asked over the link: before it is loaded, in order, and the
// outcome when a plugin does not answer.
#include <QCborArray>
#include <QDir>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "bus/state_bus.h"
#include "config.h"
#include "fos1/features/previewer.h"
#include "fos1/features/validator.h"
#include "metrics/metric_registry.h"
#include "plugins/host_services.h"
#include "plugins/remote_instance.h"
#include "plugins/runner_trees.h"
#include "plugins/verdict.h"
#include "resources/admission_desk.h"
#include "resources/reconcile_queue.h"
#include "resources/resource_store.h"
#include "resources/spec_questions.h"
#include "status/event_log.h"
#include "status/status_store.h"
#include "tree.h"

using namespace fos1;
using namespace fos1::host;

namespace {

QCborMap object(const QString& judge) {
    return {
        {QStringLiteral("apiVersion"), QStringLiteral("ntp.fos1.io/v1alpha1")},
        {QStringLiteral("kind"), QStringLiteral("NTPService")},
        {QStringLiteral("metadata"), QCborMap{{QStringLiteral("name"), judge},
                                              {QStringLiteral("labels"), QCborMap{{QStringLiteral("judge"), judge}}}}}};
}

struct Fixture {
    QTemporaryDir dir;
    StateBus bus;
    ResourceStore resources{[](const QCborMap& admitted) { return admitted; }};
    ReconcileQueue queue{[](const QString&, Ticket) {}};
    StatusStore status;
    EventLog events;
    AdmissionDesk admission{{resources, queue, status, events},
                            [](const StoredObject&, const OnOpinion&) { return false; }};
    MetricRegistry metrics;
    SpecQuestions specs;
    PluginMetadata metadata;
    RunnerTrees trees{tree::builtFile(QStringLiteral(FOS1_LIBEXEC_DIR "/fos1-plugin-runner"))};
    QObject graveyard;
    std::unique_ptr<RemoteInstance> instance;
    QStringList heard;  ///< the answers, in order

    explicit Fixture(const QString& runner = tree::builtFile(QStringLiteral(FOS1_LIBEXEC_DIR "/fos1-plugin-runner"))) {
        metadata.id = QStringLiteral("judges");
        metadata.publishes = QStringList{QStringLiteral("judges.state/v1")};
        metadata.requiredFeatures = QStringList{IBus::kIid, IStatus::kIid, IEvents::kIid};
        RemoteInstance::Launch launch;
        launch.program = runner;
        launch.request.id = metadata.id;
        launch.request.file = tree::builtFile(QStringLiteral("tests/bad_plugins/so/judges.so"));
        launch.request.publishes = metadata.publishes;
        launch.request.features = metadata.requiredFeatures;
        launch.request.stateDirectory = dir.path();
        launch.request.runtimeDirectory = dir.path();
        launch.tree = trees.make(metadata.id, {}, {}, dir.path());
        auto facade = std::make_unique<PluginFacade>(
            metadata, QCborMap(), PluginFacade::Directories{dir.path(), dir.path()},
            HostServices{bus, resources, admission, queue, status, events, metrics, specs},
            [](Ticket, Outcome, int, const QString&) { return true; });
        instance = std::make_unique<RemoteInstance>(std::move(facade), std::move(launch), &graveyard);
        const auto hear = [this](quint64 question, const QString& what) {
            heard.append(QString::number(question) + u' ' + what);
        };
        QObject::connect(instance.get(), &PluginInstance::answered, &graveyard,
                         [hear](quint64 question, const QCborMap& answer) {
                             const auto verdict = verdictOf(answer);
                             const QString summary = answer.value(QStringLiteral("summary")).toString();
                             hear(question, !summary.isEmpty() ? summary
                                            : verdict          ? u'[' + joined(*verdict) + u']'
                                                               : verdict.error().text());
                         });
        QObject::connect(instance.get(), &PluginInstance::unanswered, &graveyard, hear);
    }

    /// False when it does not run within some seconds.
    [[nodiscard]] bool start() const {
        QSignalSpy started(instance.get(), &PluginInstance::started);
        instance->start();
        return started.wait(10'000) && started[0][0].toString().isEmpty();
    }
};

}  // namespace

class TestRunnerQuestions : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void aQuestionBeforeItIsLoadedWaits() {
        Fixture f;
        QVERIFY(f.instance->isToBeAsked(IValidator::kIid));
        QVERIFY(f.instance->askValidator(1, object("refuse")));
        QVERIFY(f.start());
        QTRY_COMPARE(f.heard.value(0), QStringLiteral("1 [spec.enabled: no judge likes this]"));
    }

    void answersComeInTheOrderOfTheQuestions() {
        Fixture f;
        QVERIFY(f.start());
        QVERIFY(f.instance->isToBeAsked(IPreviewer::kIid));
        QVERIFY(!f.instance->isToBeAsked("io.fos1.Teleport/1"));
        // The next version of the same object does not overtake the slow one.
        QVERIFY(f.instance->askValidator(1, object("late")));
        QVERIFY(f.instance->askValidator(2, object("refuse")));
        const QCborMap snapshot{{QStringLiteral("objects"), QCborArray{object("a"), object("b")}}};
        QVERIFY(f.instance->askPreviewer(3, snapshot));
        f.instance->reconcile(snapshot, 7);
        QVERIFY(f.instance->askPreviewer(4, {{QStringLiteral("objects"), QCborArray()}}));
        QVERIFY(f.instance->askValidator(5, object("garbage")));
        QTRY_VERIFY(f.heard.contains("5 it reported an error without a message"));
        // After its answer, each call also reports its return, which then has no effect.
        f.heard.removeIf([](const QString& line) { return line.contains("it returned without answering"); });
        QCOMPARE(f.heard.mid(0, 4), (QStringList{"1 []", "2 [spec.enabled: no judge likes this]",
                                                 "3 would judge 2 objects", "4 would judge 0 objects"}));
        // The parts of one snapshot are not mistaken for parts of another.
        QTRY_COMPARE(f.bus.entries("judges.state/v1").size(), 1U);
        QCOMPARE(f.bus.entries("judges.state/v1")[0]->value().value(QStringLiteral("objects")).toInteger(), 2);
    }

    void whoeverDiesOverAQuestionHasFailed() {
        Fixture f;
        QVERIFY(f.start());
        QSignalSpy failed(f.instance.get(), &PluginInstance::failed);
        QVERIFY(f.instance->askValidator(1, object("die")));
        QTRY_COMPARE(failed.size(), 1);
        QVERIFY2(failed[0][0].toString().contains("killed by signal 9"), qPrintable(failed[0][0].toString()));
        QVERIFY(f.heard.isEmpty());
        QVERIFY(!f.instance->askValidator(2, object("fine")));
    }

    void whatDoesNotFitIsNotAsked() {
        Fixture f;
        QVERIFY(f.start());
        QCborMap large = object("large");
        large.insert(QStringLiteral("spec"), QString(link::kMaxFrameBytes, u'x'));
        QSignalSpy failed(f.instance.get(), &PluginInstance::failed);
        QVERIFY(!f.instance->askValidator(1, large));
        QVERIFY(!f.instance->askPreviewer(2, {{QStringLiteral("objects"), QCborArray{object("a"), large}}}));
        QVERIFY(f.instance->askPreviewer(3, {{QStringLiteral("objects"), QCborArray{object("a")}}}));
        QTRY_COMPARE(f.heard.value(0), QStringLiteral("3 would judge 1 objects"));
        QCOMPARE(failed.size(), 0);
    }

    void anOldRunnerIsNotAsked() {
        Fixture f(tree::builtFile(QStringLiteral("tests/old_runner")));
        QVERIFY(f.instance->askValidator(1, object("refuse")));
        QSignalSpy failed(f.instance.get(), &PluginInstance::failed);
        QVERIFY(f.start());
        QCOMPARE(f.heard, QStringList{"1 []"});
        QVERIFY(!f.instance->isToBeAsked(IValidator::kIid));
        QVERIFY(!f.instance->isToBeAsked(IPreviewer::kIid));
        QTest::qWait(100);
        QCOMPARE(failed.size(), 0);
    }
};

QTEST_GUILESS_MAIN(TestRunnerQuestions)
#include "tst_runner_questions.moc"
