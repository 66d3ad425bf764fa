// SPDX-License-Identifier: GPL-2.0-or-later
// What is executed with a program: loaders and interpreters, also of a script that begins with env(1).
#include <sys/stat.h>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "runner/program_needs.h"

using namespace fos1::runner;

class TestProgramNeeds : public QObject {
    Q_OBJECT

    QTemporaryDir m_dir;
    const QString m_search = QStringLiteral("/nowhere:/usr/bin");
    QString m_loader;

    QString write(const QString& name, const QByteArray& text) {
        const QString path = m_dir.filePath(name);
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly)) return {};
        file.write(text);
        file.setPermissions(file.permissions() | QFile::ExeOwner);
        return path;
    }

   private Q_SLOTS:
    void initTestCase() {
        const ProgramNeeds needs = programNeeds("/usr/bin/id", m_search);
        QCOMPARE(needs.files.size(), 1);
        m_loader = needs.files.first();
        QVERIFY2(m_loader.contains("ld"), qPrintable(m_loader));
        QVERIFY(QFile::exists(m_loader));
        QVERIFY(needs.missing.isEmpty());
    }

    void programs_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QStringList>("files");
        QTest::newRow("shell") << QByteArray("#!/bin/sh\nexit 0\n") << QStringList{"/bin/sh", m_loader};
        QTest::newRow("with an option") << QByteArray("#! /bin/sh -e\n") << QStringList{"/bin/sh", m_loader};
        QTest::newRow("without a line end") << QByteArray("#!/bin/sh") << QStringList{"/bin/sh", m_loader};
        QTest::newRow("env") << QByteArray("#!/usr/bin/env sh\n")
                             << QStringList{"/usr/bin/env", m_loader, "/usr/bin/sh"};
        QTest::newRow("env with options")
            << QByteArray("#!/usr/bin/env -S A=1 sh -e\n") << QStringList{"/usr/bin/env", m_loader, "/usr/bin/sh"};
        QTest::newRow("no interpreter") << QByteArray("#!\n") << QStringList();
        QTest::newRow("text") << QByteArray("hello") << QStringList();
        QTest::newRow("empty") << QByteArray() << QStringList();
        QTest::newRow("half an ELF header") << QByteArray(
                                                   "\x7f"
                                                   "ELF\x02\x01\x01")
                                            << QStringList();
        QFile id("/usr/bin/id");
        QVERIFY(id.open(QIODevice::ReadOnly));
        QByteArray cut = id.read(100);
        QTest::newRow("ELF without its headers") << cut << QStringList();
    }
    void programs() {
        QFETCH(QByteArray, text);
        QFETCH(QStringList, files);
        const ProgramNeeds needs = programNeeds(write("program", text), m_search);
        QCOMPARE(needs.files, files);
        QCOMPARE(needs.missing, QStringList());
    }

    void missing() {
        const QString script = write("broken", "#!/nowhere/python\n");
        QCOMPARE(programNeeds(script, m_search).missing,
                 QStringList{script + " needs /nowhere/python, which does not exist"});
        const QString env = write("env", "#!/usr/bin/env nobody-has-this\n");
        QCOMPARE(programNeeds(env, m_search).missing,
                 QStringList{env + " needs nobody-has-this, which does not exist"});
        QVERIFY(programNeeds("/nowhere/program", m_search).files.isEmpty());
    }

    void interpretersThatNameEachOtherEnd() {
        const QString a = m_dir.filePath("a");
        const QString b = write("b", "#!" + QFile::encodeName(a) + '\n');
        write("a", "#!" + QFile::encodeName(b) + '\n');
        QCOMPARE(programNeeds(a, m_search).files, (QStringList{b, a}));
    }

    void directory() {
        const QString below = m_dir.filePath("bin/deep");
        QVERIFY(QDir().mkpath(below));
        write("bin/deep/script", "#!/bin/sh\n");
        QCOMPARE(programNeeds(m_dir.filePath("bin"), m_search).files, (QStringList{"/bin/sh", m_loader}));
    }

    void aPipeIsNotWaitedFor() {
        const QString pipe = m_dir.filePath("pipe");
        QCOMPARE(::mkfifo(QFile::encodeName(pipe).constData(), 0700), 0);
        QVERIFY(programNeeds(pipe, m_search).files.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestProgramNeeds)
#include "tst_program_needs.moc"
