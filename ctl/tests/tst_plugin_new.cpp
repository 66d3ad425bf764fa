// SPDX-License-Identifier: GPL-2.0-or-later
// `fos1ctl plugin new` writes every file of the template under the new names, and refuses invalid requests.
#include <QDir>
#include <QDirIterator>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include "tree.h"

namespace {

struct Outcome {
    int status = -1;
    QByteArray output;
    QByteArray errors;
};

Outcome ctl(const QTemporaryDir& dir, const QStringList& arguments) {
    QProcess process;
    process.setWorkingDirectory(dir.path());
    process.start(fos1::tree::builtFile(QStringLiteral("bin/fos1ctl")),
                  QStringList{QStringLiteral("plugin"), QStringLiteral("new")} + arguments);
    process.waitForFinished();
    return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
}

QStringList filesOf(const QString& path) {
    QStringList names;
    QDirIterator files(path, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
    while (files.hasNext()) names.append(QDir(path).relativeFilePath(files.next()));
    names.sort();
    return names;
}

QByteArray read(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace

class TestPluginNew : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void writesThePluginUnderItsOwnName() {
        const QTemporaryDir dir;
        const Outcome outcome = ctl(dir, {"org.acme.fan-speed2"});
        QVERIFY2(outcome.status == 0, outcome.errors.constData());
        QVERIFY2(outcome.output.contains("fan-speed2/README.md"), outcome.output.constData());
        const QString path = dir.filePath("fan-speed2");
        QCOMPARE(filesOf(path),
                 (QStringList{"CMakeLists.txt", "README.md", "fan_speed2_plugin.cpp", "fan_speed2_plugin.h",
                              "host.yaml", "plugin.json", "tests/tst_fan_speed2_plugin.cpp"}));
        for (const QString& file : filesOf(path)) {
            const QByteArray text = read(path + u'/' + file);
            QVERIFY2(!text.contains("ello") && !text.contains("com.example"), qPrintable(file));
        }
        QVERIFY(read(path + "/fan_speed2_plugin.h").contains("class FanSpeed2Plugin : "));
        QVERIFY(read(path + "/plugin.json").contains("\"id\": \"org.acme.fan-speed2\""));
        // The host decides where the plugin runs.
        QVERIFY(!read(path + "/plugin.json").contains("isolation"));
        QVERIFY(read(path + "/CMakeLists.txt").contains("fos1_add_plugin(org.acme.fan-speed2 "));
    }

    void writesInto_data() {
        QTest::addColumn<QString>("existing");
        QTest::addColumn<int>("status");
        QTest::newRow("nothing yet") << QString() << 0;
        QTest::newRow("an empty directory") << QStringLiteral("mine/") << 0;
        QTest::newRow("a file") << QStringLiteral("mine") << 1;
        QTest::newRow("a directory with a file") << QStringLiteral("mine/file") << 1;
        QTest::newRow("a directory with a hidden file") << QStringLiteral("mine/.file") << 1;
    }
    void writesInto() {
        QFETCH(QString, existing);
        QFETCH(int, status);
        const QTemporaryDir dir;
        if (existing.contains(u'/')) QVERIFY(QDir(dir.path()).mkpath("mine"));
        if (!existing.isEmpty() && !existing.endsWith(u'/')) {
            QFile file(dir.filePath(existing));
            QVERIFY(file.open(QIODevice::WriteOnly));
        }
        const Outcome outcome = ctl(dir, {"com.example.hello", "--directory", dir.filePath("mine")});
        QCOMPARE(outcome.status, status);
        QCOMPARE(outcome.errors.contains("exists and is not an empty directory"), status != 0);
        if (status != 0) QCOMPARE(filesOf(dir.path()).size(), 1);
    }

    void aBadIdIsRefusedWithTheRule_data() {
        QTest::addColumn<QString>("id");
        for (const char* id :
             {"hello", "com.Example.hello", "com..hello", ".hello", "com.example.", "com.example.4g", "com.example.a_b",
              "com.example.-a", "com.example.a-", "com.example/hello", "../a.b", "com.example.hello\n"})
            QTest::newRow(id) << QString::fromLatin1(id);
        QTest::newRow("too long") << QStringLiteral("com.") + QString(100, u'a');
    }
    void aBadIdIsRefusedWithTheRule() {
        QFETCH(QString, id);
        const QTemporaryDir dir;
        const Outcome outcome = ctl(dir, {id});
        QCOMPARE(outcome.status, 2);
        QVERIFY2(outcome.errors.contains("is not a plugin id: use at least two words joined by dots"),
                 outcome.errors.constData());
        QVERIFY(filesOf(dir.path()).isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestPluginNew)
#include "tst_plugin_new.moc"
