// SPDX-License-Identifier: GPL-2.0-or-later
// Plugin metadata: one clear message per mistake, before any code of the plugin runs.
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include "fos1/iplugin.h"
#include "plugins/plugin_metadata.h"

using namespace fos1;
using namespace fos1::host;

namespace {

QJsonObject good() {
    return {{"id", "com.example.hello"},
            {"version", "1.0"},
            {"sdk", "1.0"},
            {"kinds", QJsonArray{"example.com/v1/Hello"}},
            {"publishes", QJsonArray{"hello.state/v1"}},
            {"features", QJsonObject{{"required", QJsonArray{"io.fos1.Bus/1"}}}},
            {"isolation", "local"}};
}

QJsonObject raw(const QJsonObject& metadata, const QString& iid = FOS1_PLUGIN_IID) {
    return {{"IID", iid}, {"MetaData", metadata}};
}

}  // namespace

class TestPluginMetadata : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void complete() {
        const auto metadata = checkPluginMetadata(raw(good()), "x.so");
        QVERIFY(metadata.has_value());
        QCOMPARE(metadata->id, QStringLiteral("com.example.hello"));
        QVERIFY(metadata->mayUse("io.fos1.Bus/1"));
        QVERIFY(!metadata->mayUse("io.fos1.Status/1"));
    }

    void isolationMayBeLeftToTheHost() {
        QJsonObject metadata = good();
        QCOMPARE(checkPluginMetadata(raw(metadata), "x.so")->isolation, Isolation::Local);
        metadata.remove("isolation");
        QCOMPARE(checkPluginMetadata(raw(metadata), "x.so")->isolation, Isolation::Unknown);
    }

    void whatAPluginToldOutlivesARestartOnlyIfItSaysSo() {
        QJsonObject metadata = good();
        QVERIFY(!checkPluginMetadata(raw(metadata), "x.so")->outlivesRestart);
        metadata["outlivesRestart"] = true;
        QVERIFY(checkPluginMetadata(raw(metadata), "x.so")->outlivesRestart);
    }

    void whatARunnerMayDoIsAskedFor() {
        QJsonObject metadata = good();
        metadata["runner"] = QJsonObject{{"capabilities", QJsonArray{"CAP_NET_ADMIN"}}, {"memoryMiB", 32}};
        const auto asked = checkPluginMetadata(raw(metadata), "x.so")->runner;
        QCOMPARE(asked.capabilities, QStringList{"CAP_NET_ADMIN"});
        QCOMPARE(asked.memoryMiB, 32);
    }

    void mistakes_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QJsonValue>("value");
        QTest::addColumn<QString>("expected");
        QTest::newRow("unknown key") << "kind" << QJsonValue("x") << "kind: unknown field; did you mean \"kinds\"?";
        QTest::newRow("wrong type") << "kinds" << QJsonValue("x") << "kinds: ";
        QTest::newRow("id") << "id" << QJsonValue("../evil") << "id: ";
        QTest::newRow("kind") << "kinds" << QJsonValue(QJsonArray{"Hello"}) << "kinds[0]: ";
        QTest::newRow("topic") << "publishes" << QJsonValue(QJsonArray{"hello"}) << "publishes[0]: ";
        QTest::newRow("no features") << "features" << QJsonValue(QJsonValue::Undefined) << "features: is required";
        QTest::newRow("isolation") << "isolation" << QJsonValue("jail") << "isolation: ";
        QTest::newRow("capability") << "runner" << QJsonValue(QJsonObject{{"capabilities", QJsonArray{"root"}}})
                                    << "runner.capabilities[0]: ";
        const auto pages = [](const QJsonArray& list) { return QJsonValue(list); };
        const QJsonObject page{{"name", "show"}, {"title", "T"}, {"help", "H"}};
        QTest::newRow("pages without a command")
            << "pages" << pages({page}) << "command: is required when there are pages";
        QTest::newRow("a page without help")
            << "pages" << pages({QJsonObject{{"name", "show"}, {"title", "T"}}}) << "pages[0].help: is required";
        QTest::newRow("a page's name") << "pages" << pages({QJsonObject{{"name", "-x"}, {"title", "T"}, {"help", "H"}}})
                                       << "pages[0].name: ";
        QTest::newRow("helpers without a command")
            << "helpers" << pages({QJsonObject{{"name", "remove"}, {"help", "H"}, {"program", "p"}}})
            << "command: is required when there are helpers";
        QTest::newRow("a helper elsewhere")
            << "helpers" << pages({QJsonObject{{"name", "remove"}, {"help", "H"}, {"program", "../p"}}})
            << "helpers[0].program: ";
        const QJsonObject fact{{"name", "sky.blue"}, {"topic", "hello.state/v1"}, {"field", "isBlue"}};
        const auto facts = [&fact](const char* key, const char* value) {
            QJsonObject other = fact;
            other[QLatin1String(key)] = QLatin1String(value);
            return QJsonValue(QJsonArray{fact, other});
        };
        QTest::newRow("a fact's name") << "facts" << facts("name", "blue") << "facts[1].name: ";
        QTest::newRow("a fact of somebody else's topic")
            << "facts" << facts("topic", "other/v1") << "facts[1].topic: other/v1 is not in \"publishes\"";
        QTest::newRow("a fact of no field") << "facts" << facts("field", "") << "facts[1].field: ";
        QTest::newRow("newer minor") << "sdk" << QJsonValue("1.99") << "was built against SDK 1.99";
        QTest::newRow("other major") << "sdk" << QJsonValue("2.0") << "was built against SDK 2.0";
    }
    void mistakes() {
        QFETCH(QString, key);
        QFETCH(QJsonValue, value);
        QFETCH(QString, expected);
        QJsonObject metadata = good();
        metadata.remove(key);
        if (!value.isUndefined()) metadata.insert(key, value);
        const auto checked = checkPluginMetadata(raw(metadata), "x.so");
        QVERIFY(!checked.has_value());
        QVERIFY2(joined(checked.error()).contains(expected), qPrintable(joined(checked.error())));
    }

    void pages() {
        QJsonObject metadata = good();
        metadata["command"] = QJsonObject{{"name", "hello"}, {"help", "Hello"}};
        const QJsonObject page{{"name", "show"}, {"title", "T"}, {"help", "H"}};
        metadata["pages"] = QJsonArray{page};
        const auto checked = checkPluginMetadata(raw(metadata), "x.so");
        QVERIFY(checked.has_value());
        QVERIFY(checked->hasPage("show"));
        QVERIFY(!checked->hasPage("hide"));
        QVERIFY(checked->mayUse("io.fos1.PageReplies/1"));
        metadata["pages"] = QJsonArray{page, page};
        QVERIFY(joined(checkPluginMetadata(raw(metadata), "x.so").error()).contains("are named \"show\""));
    }

    void facts() {
        QJsonObject metadata = good();
        metadata["facts"] =
            QJsonArray{QJsonObject{{"name", "sky.blue"}, {"topic", "hello.state/v1"}, {"field", "isBlue"}}};
        const auto checked = checkPluginMetadata(raw(metadata), "x.so");
        QVERIFY(checked.has_value());
        QCOMPARE(checked->facts.size(), std::size_t(1));
        QCOMPARE(checked->facts[0].name + checked->facts[0].topic + checked->facts[0].field,
                 QStringLiteral("sky.bluehello.state/v1isBlue"));
    }

    void wrongIid() {
        const auto checked = checkPluginMetadata(raw(good(), "io.fos1.Plugin/2"), "x.so");
        QVERIFY2(
            joined(checked.error()).contains("implements \"io.fos1.Plugin/2\"; this host loads \"io.fos1.Plugin/1\""),
            qPrintable(joined(checked.error())));
    }

    void unsafeFiles() {
        QTemporaryDir dir;
        QFile file(dir.filePath("p.so"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("no plugin");
        file.close();
        QVERIFY(checkPluginFile(file.fileName()).has_value());
        QVERIFY(joined(readPluginMetadata(file.fileName()).error()).contains("is not a Qt plugin"));
        file.setPermissions(file.permissions() | QFile::WriteOther);
        QVERIFY(checkPluginFile(file.fileName()).error().text().contains("writable by others"));
        QVERIFY(!checkPluginFile(dir.path()).has_value());
        QVERIFY(!checkPluginFile(dir.filePath("missing.so")).has_value());
    }
};

QTEST_GUILESS_MAIN(TestPluginMetadata)
#include "tst_plugin_metadata.moc"
