// SPDX-License-Identifier: GPL-2.0-or-later
// Topic values on a real bus, published here: collisions, staleness, retraction, values that do not match their schema,
// and announcements of changes.
#include <QCborArray>
#include <QJsonDocument>
#include <QTest>

#include "bus/state_bus.h"
#include "bus_under_test.h"
#include "dbus/dbus_face.h"
#include "health/host_health.h"
#include "host_config.h"
#include "isolation.h"
#include "metrics/metric_registry.h"
#include "plugins/plugin_supervisor.h"
#include "resources/admission_desk.h"
#include "resources/reconcile_queue.h"
#include "resources/resource_store.h"
#include "resources/spec_questions.h"
#include "status/event_log.h"
#include "status/status_store.h"

using namespace fos1;
using namespace fos1::host;
using fos1::system::BusUnderTest;

namespace {

const QString kTopic = QStringLiteral("made.up/v3");
const QString kPublisher = QStringLiteral("tester");
constexpr const char* kSchema = R"({"type": "object", "properties": {
  "is_on": {"type": "boolean"}, "count": {"type": "integer"}, "ratio": {"type": "number"}, "name": {"type": "string"},
  "addresses": {"type": "array", "items": {"type": "string"}},
  "peers": {"type": "array", "items": {"type": "object"}},
  "levels": {"type": "array", "items": {"type": "integer"}}, "limits": {"type": "object"}}})";

QCborMap value(qint64 count) {
    return {{QStringLiteral("is_on"), true},
            {QStringLiteral("count"), count},
            {QStringLiteral("ratio"), 2},
            {QStringLiteral("name"), QStringLiteral("x")},
            {QStringLiteral("addresses"), QCborArray{QStringLiteral("10.0.0.1")}},
            {QStringLiteral("peers"), QCborArray{QCborMap{{QStringLiteral("a"), 1}}}},
            {QStringLiteral("levels"), QCborArray{3, 4}},
            {QStringLiteral("limits"), QCborMap{{QStringLiteral("b"), 2}}}};
}

}  // namespace

class TestDbusFace : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<BusUnderTest> m_onBus;
    HostConfig m_config;
    StateBus m_bus;
    ResourceStore m_resources{[](const QCborMap& object) { return object; }};
    ReconcileQueue m_queue{[](const QString&, Ticket) {}};
    StatusStore m_status;
    EventLog m_events;
    AdmissionDesk m_admission{{m_resources, m_queue, m_status, m_events},
                              [](const StoredObject&, const OnOpinion&) { return false; }};
    MetricRegistry m_metrics;
    SpecQuestions m_specs;
    HostServices m_services{m_bus, m_resources, m_admission, m_queue, m_status, m_events, m_metrics, m_specs};
    std::unique_ptr<PluginSupervisor> m_plugins;
    std::unique_ptr<HostHealth> m_health;
    std::unique_ptr<DbusFace> m_face;

    [[nodiscard]] QByteArray typed(const QString& element, const QString& name) const {
        return m_onBus->property("/topics/made_up_v3/" + element, "io.fos1.MadeUp3", name);
    }
    [[nodiscard]] QByteArray common(const QString& element, const QString& name) const {
        return m_onBus->property("/topics/made_up_v3/" + element, "io.fos1.Topic1", name);
    }
    void publish(const QString& key, const QCborMap& value, qint64 ttlMs = 0) {
        QCOMPARE(m_bus.publish(kPublisher, kTopic, key, value, ttlMs), Status::Ok);
    }

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        m_onBus = std::make_unique<BusUnderTest>(*m_lab, "face");
        QVERIFY(m_onBus->start());
        m_config.dbusAddress = m_onBus->address();
        QVERIFY(lab::writeFile(m_lab->path("made.up.v3.json"), kSchema));
        m_plugins = std::make_unique<PluginSupervisor>(m_config, m_services);
        m_health = std::make_unique<HostHealth>(*m_plugins, m_queue);
        m_face = std::make_unique<DbusFace>(m_config, m_services, *m_plugins, *m_health);
        publish("early", value(1));
        m_face->start(m_lab->path({}));
        QTRY_COMPARE(m_face->state(), QStringLiteral("connected"));
    }

    void everyTypeOfSchema() {
        QTRY_COMPARE(typed("early", "Count"), QByteArray("x 1"));
        QCOMPARE(typed("early", "IsOn"), QByteArray("b true"));
        QCOMPARE(typed("early", "Ratio"), QByteArray("d 2"));
        QCOMPARE(typed("early", "Name"), QByteArray("s \"x\""));
        QCOMPARE(typed("early", "Addresses"), QByteArray("as 1 \"10.0.0.1\""));
        QCOMPARE(typed("early", "Peers"), QByteArray("aa{sv} 1 1 \"a\" x 1"));
        QCOMPARE(typed("early", "Levels"), QByteArray("av 2 x 3 x 4"));
        QCOMPARE(typed("early", "Limits"), QByteArray("a{sv} 1 \"b\" x 2"));
        QCOMPARE(common("early", "Topic"), QByteArray("s \"made.up/v3\""));
        QCOMPARE(common("early", "Publisher"), QByteArray("s \"tester\""));
    }

    void aValueThatIsNotAsItsSchemaSays() {
        publish("wrong", {{QStringLiteral("is_on"), QStringLiteral("yes")},
                          {QStringLiteral("count"), QCborArray{1}},
                          {QStringLiteral("addresses"), QCborArray{1, QStringLiteral("a")}},
                          {QStringLiteral("limits"), QString(3, QChar(0))}});
        QTRY_COMPARE(typed("wrong", "IsOn"), QByteArray("b false"));
        QCOMPARE(typed("wrong", "Count"), QByteArray("x 0"));
        QCOMPARE(typed("wrong", "Addresses"), QByteArray("as 0"));
        QCOMPARE(typed("wrong", "Limits"), QByteArray("a{sv} 0"));
        QVERIFY(common("wrong", "Value").contains("\"is_on\" s \"yes\""));
    }

    void keysThatLookAlikeAreAllThere() {
        publish("main-x", value(1));
        publish("main_x", value(2));
        QTRY_COMPARE(typed("main_x_2", "Count"), QByteArray("x 2"));
        QCOMPARE(typed("main_x", "Count"), QByteArray("x 1"));
        QCOMPARE(common("main_x", "Key"), QByteArray("s \"main-x\""));
        QCOMPARE(common("main_x_2", "Key"), QByteArray("s \"main_x\""));
    }

    void aTopicWithoutSchemaIsThereToo() {
        QCOMPARE(m_bus.publish(kPublisher, "plain/v1", "k", {{QStringLiteral("a"), 1}}, 0), Status::Ok);
        QTRY_COMPARE(m_onBus->property("/topics/plain/k", "io.fos1.Topic1", "Value"), QByteArray("a{sv} 1 \"a\" x 1"));
        const QByteArray shown =
            m_onBus->busctl({"--no-pager", "introspect", "io.fos1.Host1", "/io/fos1/Host1/topics/plain/k"}).output;
        QVERIFY2(!shown.contains("io.fos1.Plain1"), shown.constData());
    }

    void staleStaysAbsentGoes() {
        publish("fleeting", value(1), 50);
        QTRY_COMPARE(common("fleeting", "Presence"), QByteArray("s \"Stale\""));
        QCOMPARE(typed("fleeting", "Count"), QByteArray("x 1"));
        publish("fleeting", value(2));
        QTRY_COMPARE(common("fleeting", "Presence"), QByteArray("s \"Value\""));
        m_bus.retract(kPublisher, kTopic, "fleeting", "enough");
        QTRY_VERIFY(common("fleeting", "Presence").isEmpty());
        publish("fleeting", value(3));
        QTRY_COMPARE(typed("fleeting", "Count"), QByteArray("x 3"));
    }

    void onlyWhatChangedIsTold() {
        publish("told", value(1));
        QTRY_COMPARE(typed("told", "Count"), QByteArray("x 1"));
        const auto monitor = m_onBus->client(
            "monitor", {"gdbus", "monitor", "--address", m_onBus->address(), "--dest", "io.fos1.Host1"});
        QTRY_VERIFY(monitor->log().contains("is owned by"));
        // The first change may still be part of the announcement of the object.
        static const QRegularExpression kOnlyCount("'io.fos1.MadeUp3', {'Count': <int64 \\d+>}, @as \\[\\]\\)");
        qint64 count = 1;
        QTRY_VERIFY([&] {
            publish("told", value(++count));
            return QString::fromUtf8(monitor->log()).contains(kOnlyCount);
        }());
        // Changes in quick succession are announced with their final state.
        publish("comes-back", value(1));
        m_bus.retract(kPublisher, kTopic, "comes-back", "oh");
        publish("comes-back", value(2));
        QTRY_VERIFY(
            monitor->log().contains("InterfacesAdded (objectpath '/io/fos1/Host1/topics/made_up_v3/comes_back'"));
        m_bus.retract(kPublisher, kTopic, "comes-back", "enough");
        QTRY_VERIFY(
            monitor->log().contains("InterfacesRemoved (objectpath '/io/fos1/Host1/topics/made_up_v3/comes_back'"));
    }

    void aStormOfChangesIsTold100MsApart() {
        publish("storm", value(0));
        QTRY_COMPARE(typed("storm", "Count"), QByteArray("x 0"));
        const auto monitor = m_onBus->client(
            "storm-monitor", {"gdbus", "monitor", "--address", m_onBus->address(), "--dest", "io.fos1.Host1"});
        QTRY_VERIFY(monitor->log().contains("is owned by"));
        QElapsedTimer timer;
        timer.start();
        qint64 count = 0;
        while (timer.elapsed() < 500) {
            publish("storm", value(++count));
            QTest::qWait(1);
        }
        QTRY_VERIFY(monitor->log().contains("{'Count': <int64 " + QByteArray::number(count) + ">}"));
        const auto told = monitor->log().count("io.fos1.MadeUp3");
        QVERIFY2(told < count / 4, qPrintable(QStringLiteral("%1 of %2").arg(told).arg(count)));
    }

    void moreThanCanBeListedIsLeftOut() {
        const QCborMap big{{QStringLiteral("name"), QString(300'000, u'x')}};
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression("more topic values than D-Bus can list"));
        for (int i = 0; i < 12; ++i) publish(QStringLiteral("big%1").arg(i), big);
        QTRY_VERIFY(!typed("big0", "Name").isEmpty());
        const auto listed = m_onBus->gdbus("/io/fos1/Host1", "org.freedesktop.DBus.ObjectManager.GetManagedObjects");
        QCOMPARE(listed.exitCode, 0);
        QVERIFY(listed.output.contains("made_up_v3/big0'") && !listed.output.contains("made_up_v3/big9'"));
        QCOMPARE(m_face->state(), QStringLiteral("connected"));
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestDbusFace test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_dbus_face.moc"
