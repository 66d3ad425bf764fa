// SPDX-License-Identifier: GPL-2.0-or-later
// Large files of manifests: read beside the event loop, taken when they are read, and bounded.
#include <QCborArray>
#include <QSaveFile>
#include <QTemporaryDir>
#include <QTest>

#include "directory/directory_source.h"

using namespace fos1;
using namespace fos1::crd;

namespace {

QByteArray things(int count) {
    QByteArray text;
    for (int i = 0; i < count; ++i)
        text += "---\napiVersion: t.io/v1\nkind: Thing\nmetadata:\n  name: t" +
                QByteArray::number(count == 1 ? -1 : i) + "\nspec:\n  value: 1\n";
    return text;
}

struct Fixture {
    QTemporaryDir dir;
    QCborMap last;  ///< transaction
    DirectorySource source{dir.path(), [this](const QCborMap& transaction) {
                               last = transaction;
                               return QCborMap();
                           }};
    [[nodiscard]] QString path(const QString& name) const { return dir.filePath(name); }
    void put(const QString& name, const QByteArray& text) const {
        QSaveFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
        QVERIFY(file.commit());
    }
};

}  // namespace

class TestLargeManifests : public QObject {
    Q_OBJECT

   private Q_SLOTS:
    void aLargeFileIsReadBesideTheLoop() {
        Fixture f;
        f.put("small.yaml", things(1));
        f.put("large.yaml", things(900));
        int read = 0;
        f.source.whenRead([&] { ++read; });
        f.source.scan({}, Reading::Beside);
        // Not read yet does not mean that there is no more.
        QVERIFY(f.source.isReading());
        QCOMPARE(f.last.value(QStringLiteral("replace")).toMap().size(), 1);
        QVERIFY(!f.last.value(QStringLiteral("synced")).toBool(true));
        QVERIFY(!f.last.value(QStringLiteral("whole")).toBool(true));
        QTRY_COMPARE(read, 1);
        f.source.scan({}, Reading::Beside);
        QVERIFY(!f.source.isReading());
        QVERIFY(f.last.value(QStringLiteral("synced")).toBool());
        QCOMPARE(f.source.files().at(f.path("large.yaml")).accepted.size(), 900U);

        // It changes while it is read, and goes while it is read.
        f.put("large.yaml", things(901));
        f.source.scan({}, Reading::Beside);
        f.put("large.yaml", things(902));
        QTRY_COMPARE(read, 2);
        f.source.scan({}, Reading::Beside);
        QTRY_COMPARE(read, 3);
        f.source.scan({}, Reading::Beside);
        QCOMPARE(f.source.files().at(f.path("large.yaml")).accepted.size(), 902U);
        f.put("large.yaml", things(903));
        f.source.scan({}, Reading::Beside);
        QVERIFY(QFile::remove(f.path("large.yaml")));
        f.source.scan({}, Reading::Beside);
        QCOMPARE(f.last.value(QStringLiteral("remove")).toArray(), QCborArray{f.path("large.yaml")});
        QTest::qWait(100);
        QCOMPARE(read, 3);
        QVERIFY(!f.source.isReading());
    }

    void itsObjectsAreCheckedAFewAtATime() {
        QTemporaryDir dir;
        QCborArray prepared;
        QCborArray submitted;
        int calls = 0;
        DirectorySource source(
            dir.path(),
            [&](const QCborMap& transaction) {
                submitted =
                    transaction.value(QStringLiteral("replace")).toMap().value(dir.filePath("large.yaml")).toArray();
                return QCborMap();
            },
            [&](const QCborArray& objects) {
                ++calls;
                QVERIFY(objects.size() <= 10);
                for (const QCborValue& each : objects) prepared.append(each);
            });
        source.whenRead([&] { source.scan({}, Reading::Beside); });
        QFile file(dir.filePath("large.yaml"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(things(905)) > 0);
        file.close();
        source.scan({}, Reading::Beside);
        QTRY_COMPARE(submitted.size(), 905);
        QCOMPARE(calls, 91);
        QCOMPARE(prepared, submitted);
    }

    void oneFileIsBounded() {
        Fixture f;
        f.put("large.yaml", "# " + QByteArray(1 << 20, 'x'));
        f.put("many.yaml", QByteArray("---\na: 1\n").repeated(1001));
        f.source.scan();
        const QString problems = f.source.problems().join(u'\n');
        QVERIFY2(problems.contains(u"larger than 1 MiB; divide it") && problems.contains(u"more than 1000 documents"),
                 qPrintable(problems));
    }
};

QTEST_GUILESS_MAIN(TestLargeManifests)
#include "tst_large_manifests.moc"
