// SPDX-License-Identifier: GPL-2.0-or-later
// host.yaml: every mistake is located; defaults and paths are as documented.
#include <QJsonObject>
#include <QTest>

#include "host_config.h"

using namespace fos1;
using namespace fos1::host;

namespace {
QString refusal(const QByteArray& text) {
    const auto config = parseHostConfig(text, "/etc/fos1/host.yaml");
    return config ? QString() : joined(config.error());
}
}  // namespace

class TestHostConfig : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void defaults() {
        const auto config = parseHostConfig("stateDir: state\n", "/etc/fos1/host.yaml");
        QVERIFY(config.has_value());
        QCOMPARE(config->stateDir, QStringLiteral("/etc/fos1/state"));
        QCOMPARE(config->runtimeDir, QStringLiteral("/etc/fos1/state/run"));
        QCOMPARE(config->controlSocket, QStringLiteral("/etc/fos1/state/run/control.sock"));
        QCOMPARE(config->httpAddress, QStringLiteral("127.0.0.1"));
        QCOMPARE(config->httpPort, quint16{9559});
        QVERIFY(config->plugins.empty());
        QVERIFY(parseHostConfig("", "/etc/fos1/host.yaml").has_value());
        QVERIFY(parseHostConfig("version: 1\n", "/etc/fos1/host.yaml").has_value());
    }

    void mistakes_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("expected");
        QTest::newRow("unknown key") << QByteArray("stateDir: x\nhttp:\n  prot: 1\n")
                                     << "/etc/fos1/host.yaml:3:3: http.prot: unknown field; did you mean \"port\"?";
        QTest::newRow("duplicate key") << QByteArray("http: {}\nhttp: {}\n") << "/etc/fos1/host.yaml:2:1";
        QTest::newRow("wrong type") << QByteArray("http:\n  port: many\n") << "/etc/fos1/host.yaml:2:";
        QTest::newRow("out of range") << QByteArray("http: {port: 70000}\n") << "must be at most 65535";
        QTest::newRow("no YAML") << QByteArray("http: [\n") << "/etc/fos1/host.yaml:";
        QTest::newRow("no mapping") << QByteArray("- a\n") << "/etc/fos1/host.yaml:1:1";
        QTest::newRow("two documents") << QByteArray("http: {}\n---\nhttp: {}\n") << "more than one document";
        QTest::newRow("later version")
            << QByteArray("version: 2\nunheardOf: 1\n")
            << "/etc/fos1/host.yaml:1:1: version: 2 is of a later fos1-host; this one reads version 1";
        QTest::newRow("no version") << QByteArray("version: 0\n") << "/etc/fos1/host.yaml:1:1: version: ";
        QTest::newRow("specifier") << QByteArray("stateDir: '%Q/x'\n") << "stateDir: \"%Q/x\" has an unknown specifier";
        QTest::newRow("long socket") << QByteArray("control: {socket: /" + QByteArray(120, 'x') + "}\n")
                                     << "control.socket: ";
    }
    void mistakes() {
        QFETCH(QByteArray, text);
        QFETCH(QString, expected);
        const QString found = refusal(text);
        QVERIFY2(found.contains(expected), qPrintable(found));
    }

    void pluginSections() {
        const QByteArray text = "plugins:\n  p:\n    directory: manifests\n    speed: fast\n  q:\n";
        const auto config = parseHostConfig(text, "/etc/fos1/host.yaml");
        QVERIFY(config.has_value());
        QCOMPARE(config->plugins.size(), 2U);
        const QJsonObject path{{"type", "string"}, {"format", "path"}};
        const QJsonObject schema{
            {"type", "object"},
            {"properties",
             QJsonObject{{"directory", path}, {"on", QJsonObject{{"type", "boolean"}, {"default", true}}}}}};
        const auto refused = checkPluginSection(*config, "p", schema);
        QVERIFY(!refused.has_value());
        QVERIFY2(joined(refused.error()).startsWith("/etc/fos1/host.yaml:4:5: plugins.p.speed: unknown field"),
                 qPrintable(joined(refused.error())));
        const auto empty = checkPluginSection(*config, "q", schema);
        QVERIFY(empty.has_value());
        QCOMPARE(empty->value(QStringLiteral("on")).toBool(), true);
        const auto good = parseHostConfig("plugins: {p: {directory: manifests}}\n", "/etc/fos1/host.yaml");
        QCOMPARE(checkPluginSection(*good, "p", schema)->value(QStringLiteral("directory")).toString(),
                 QStringLiteral("/etc/fos1/manifests"));
    }

    void pathsInLists() {
        const QJsonObject item{
            {"type", "object"},
            {"properties", QJsonObject{{"name", QJsonObject{{"type", "string"}}},
                                       {"key", QJsonObject{{"type", "string"}, {"format", "path"}}}}}};
        const QJsonObject schema{
            {"type", "object"},
            {"properties", QJsonObject{{"servers", QJsonObject{{"type", "array"}, {"items", item}}}}}};
        const auto config = parseHostConfig("plugins: {p: {servers: [{name: a}, {name: b, key: k}, {key: /x/y}]}}\n",
                                            "/etc/fos1/host.yaml");
        QVERIFY(config.has_value());
        const auto section = checkPluginSection(*config, "p", schema);
        QVERIFY2(section.has_value(), qPrintable(section ? QString() : joined(section.error())));
        const QCborArray servers = section->value(QStringLiteral("servers")).toArray();
        QCOMPARE(servers, (QCborArray{QCborMap{{"name", "a"}}, QCborMap{{"name", "b"}, {"key", "/etc/fos1/k"}},
                                      QCborMap{{"key", "/x/y"}}}));
    }
};

QTEST_GUILESS_MAIN(TestHostConfig)
#include "tst_host_config.moc"
