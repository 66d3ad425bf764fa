// SPDX-License-Identifier: GPL-2.0-or-later
// A directory that cannot be read is not an empty one.
#include <sys/resource.h>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "directory_names.h"

using namespace fos1;

class TestDirectoryNames : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void names() {
        const QTemporaryDir dir;
        QCOMPARE(namesIn(dir.path()).value(), QStringList());
        for (const char* name : {"b", ".a", "C"}) QVERIFY(QFile(dir.filePath(name)).open(QIODevice::WriteOnly));
        QVERIFY(QFile::link("/nowhere", dir.filePath("link")) && QDir(dir.path()).mkdir("sub"));
        QCOMPARE(namesIn(dir.path()).value(), (QStringList{".a", "C", "b", "link", "sub"}));
    }

    void failures() {
        const QTemporaryDir dir;
        const auto missing = namesIn(dir.filePath("nowhere"));
        QVERIFY(!missing && missing.error().code == ErrorCode::NotFound);
        QVERIFY(QFile(dir.filePath("file")).open(QIODevice::WriteOnly));
        const auto file = namesIn(dir.filePath("file"));
        QVERIFY(!file && file.error().code == ErrorCode::Io);
        QCOMPARE(file.error().text(), dir.filePath("file") + ": cannot be read: Not a directory");
    }

    /// EMFILE.
    void noDescriptor() {
        const QTemporaryDir dir;
        rlimit before{};
        QCOMPARE(::getrlimit(RLIMIT_NOFILE, &before), 0);
        const rlimit none{0, before.rlim_max};
        QCOMPARE(::setrlimit(RLIMIT_NOFILE, &none), 0);
        const auto names = namesIn(dir.path());
        QCOMPARE(::setrlimit(RLIMIT_NOFILE, &before), 0);
        QVERIFY(!names && names.error().code == ErrorCode::Io);
        QVERIFY2(names.error().message.contains("Too many open files"), qPrintable(names.error().message));
    }
};

QTEST_GUILESS_MAIN(TestDirectoryNames)
#include "tst_directory_names.moc"
