// SPDX-License-Identifier: GPL-2.0-or-later
// Names on D-Bus: paths of plugins and topics, interfaces, properties. A collision loses no object.
#include <QTest>

#include "dbus/dbus_names.h"
#include "dbus/topic_type.h"

using namespace fos1::host::dbus;

namespace {
QString text(const std::string& name) { return QString::fromStdString(name); }
const QString kTopics = QStringLiteral("/io/fos1/Host1/topics/");
}  // namespace

class TestDbusNames : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void pluginPaths_data() {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("element");
        QTest::newRow("plain") << "ntp"
                               << "ntp";
        QTest::newRow("dash") << "crd-watcher"
                              << "crd_2dwatcher";
        QTest::newRow("underscore is no dash") << "crd_watcher"
                                               << "crd_5fwatcher";
        QTest::newRow("what an escape looks like") << "crd_2dwatcher"
                                                   << "crd_5f2dwatcher";
        QTest::newRow("bytes of UTF-8") << QStringLiteral("ü/") << "_c3_bc_2f";
        QTest::newRow("empty") << ""
                               << "_";
    }
    void pluginPaths() {
        QFETCH(QString, id);
        QFETCH(QString, element);
        QCOMPARE(text(pluginPath(id)), "/io/fos1/Host1/plugins/" + element);
    }

    void topicInterfaces_data() {
        QTest::addColumn<QString>("topic");
        QTest::addColumn<QString>("interface");
        QTest::newRow("two words") << "time.sync/v1"
                                   << "io.fos1.TimeSync1";
        QTest::newRow("another major") << "time.sync/v12"
                                       << "io.fos1.TimeSync12";
        QTest::newRow("other separators") << "net-work.vLan_x/v1"
                                          << "io.fos1.NetWorkVLanX1";
        QTest::newRow("no version") << "time.sync"
                                    << "io.fos1.TimeSync";
        QTest::newRow("no number") << "time/vx"
                                   << "io.fos1.TimeVx";
        QTest::newRow("starts with a digit") << "3g/v1"
                                             << "io.fos1._3g1";
        QTest::newRow("no letter of ASCII") << QStringLiteral("ü/v1") << "io.fos1._1";
        QTest::newRow("that of all topics") << "topic/v1"
                                            << "io.fos1.TopicTopic1";
        QTest::newRow("that of the host") << "host/v1"
                                          << "io.fos1.HostTopic1";
        QTest::newRow("that of plugins") << "plugin/v1"
                                         << "io.fos1.PluginTopic1";
    }
    void topicInterfaces() {
        QFETCH(QString, topic);
        QFETCH(QString, interface);
        QCOMPARE(text(topicInterface(topic)), interface);
    }

    void propertyNames_data() {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("property");
        QTest::newRow("snake") << "offset_ns"
                               << "OffsetNs";
        QTest::newRow("one word") << "synchronised"
                                  << "Synchronised";
        QTest::newRow("camel") << "lastSeen"
                               << "LastSeen";
        QTest::newRow("digit") << "2nd_best"
                               << "_2ndBest";
        QTest::newRow("odd") << "__a--b"
                             << "AB";
    }
    void propertyNames() {
        QFETCH(QString, field);
        QFETCH(QString, property);
        QCOMPARE(text(propertyName(field)), property);
    }

    void namesStayWithinTheLimitsOfDbus() {
        const QString longest(2000, u'x');
        QVERIFY(propertyName(longest).size() <= 255);
        QVERIFY(topicInterface(longest + "/v" + QString(300, u'9')).size() <= 255);
    }

    void topicPathsAreReadable() {
        TopicPaths paths;
        QCOMPARE(text(paths.path("time.sync/v1", "main-ntp")), kTopics + "time_sync/main_ntp");
        QCOMPARE(text(paths.path("time.sync/v2", "main-ntp")), kTopics + "time_sync_v2/main_ntp");
        QCOMPARE(text(paths.path("net.vlan/v1", "10.0/8")), kTopics + "net_vlan/10_0_8");
    }

    void keysThatLookAlikeKeepTheirOwnPath() {
        TopicPaths paths;
        QCOMPARE(text(paths.path("t/v1", "main-ntp")), kTopics + "t/main_ntp");
        QCOMPARE(text(paths.path("t/v1", "main_ntp")), kTopics + "t/main_ntp_2");
        QCOMPARE(text(paths.path("t/v1", "main ntp")), kTopics + "t/main_ntp_3");
        QCOMPARE(text(paths.path("t/v1", "main_ntp_2")), kTopics + "t/main_ntp_2_2");
        // The same keys again, in another order.
        QCOMPARE(text(paths.path("t/v1", "main_ntp_2")), kTopics + "t/main_ntp_2_2");
        QCOMPARE(text(paths.path("t/v1", "main_ntp")), kTopics + "t/main_ntp_2");
        QCOMPARE(text(paths.path("t/v1", "main-ntp")), kTopics + "t/main_ntp");
    }

    void aNumberThatIsTakenIsPassedOver() {
        TopicPaths paths;
        QCOMPARE(text(paths.path("t/v1", "a_2")), kTopics + "t/a_2");
        QCOMPARE(text(paths.path("t/v1", "a-")), kTopics + "t/a_");
        QCOMPARE(text(paths.path("t/v1", "a")), kTopics + "t/a");
        UniqueNames names;
        QCOMPARE(names.take("a_2"), std::string("a_2"));
        QCOMPARE(names.take("a"), std::string("a"));
        QCOMPARE(names.take("a"), std::string("a_3"));
        QCOMPARE(names.take("a"), std::string("a_4"));
    }

    void topicsThatLookAlikeKeepTheirOwnPaths() {
        TopicPaths paths;
        QCOMPARE(text(paths.path("time.sync/v2", "k")), kTopics + "time_sync_v2/k");
        QCOMPARE(text(paths.path("time.sync.v2/v1", "k")), kTopics + "time_sync_v2_2/k");
        QCOMPARE(text(paths.path("time.sync/v1", "k")), kTopics + "time_sync/k");
        QCOMPARE(text(paths.path("time-sync/v1", "k")), kTopics + "time_sync_2/k");
    }

    void fieldsThatLookAlikeKeepTheirOwnProperty() {
        const QJsonObject any{{"type", "string"}};
        const QJsonObject fields{{"a_b", any}, {"aB", any}, {"a-b", any}};
        const TopicType type = topicType("t/v1", {{"properties", fields}});
        QStringList found;
        for (const ViewField& field : type.fields) found.append(field.field + u'=' + text(field.property));
        QCOMPARE(found, QStringList({"a-b=AB", "aB=AB_2", "a_b=AB_3"}));
    }
};

QTEST_APPLESS_MAIN(TestDbusNames)
#include "tst_dbus_names.moc"
