// SPDX-License-Identifier: GPL-2.0-or-later
// Files change between reading and writing: nothing that a person wrote is lost. Uses real files.
#include <sys/stat.h>
#include <unistd.h>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "directory/manifest_writer.h"

using namespace fos1;
using namespace fos1::crd;

namespace {

QByteArray thing(const char* name, int value) {
    return QByteArray("apiVersion: t.io/v1\nkind: Thing\nmetadata:\n  name: ") + name +
           "\nspec:\n  value: " + QByteArray::number(value) + "\n";
}

QCborMap object(const char* name, int value) { return yaml::parse(thing(name, value), "x").value().front().value; }

struct Fixture {
    QTemporaryDir directory;
    DirectorySource source{directory.path(), [](const QCborMap&) { return QCborMap(); }};

    [[nodiscard]] QString path(const char* name) const { return directory.filePath(QLatin1String(name)); }
    /// Not atomically, as an editor may write.
    void put(const char* name, const QByteArray& text) const {
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(text), text.size());
    }
    [[nodiscard]] QByteArray text(const char* name) const {
        QFile file(path(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
};

}  // namespace

class TestManifestWriter : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    /// What the user did not write is not written either, and comments stay.
    void fieldsOfADocument() {
        Fixture f;
        const QByteArray before =
            "apiVersion: t.io/v1\nkind: Thing\nmetadata: {name: a}  # mine\nspec:\n"
            "  # why it is 1\n  value: 1  # one\n  other: x\n---\n" +
            thing("b", 2);
        f.put("many.yaml", before);
        f.source.scan();
        const ObjectKey key{"t.io/v1", "Thing", "default", "a"};
        const QCborMap patch = yaml::parse("spec: {value: 3, other: null, more: {deep: 0.25}}", "x")->front().value;
        const auto written = mergeManifest(f.source, key, patch);
        QVERIFY2(written.has_value(), qPrintable(written ? QString() : written.error().text()));
        QCOMPARE(f.text("many.yaml"),
                 "apiVersion: t.io/v1\nkind: Thing\nmetadata: {name: a}  # mine\nspec:\n"
                 "  # why it is 1\n  value: 3  # one\n  more:\n    deep: 0.25\n---\n" +
                     thing("b", 2));
        // It is not as it was read any more.
        const auto again = mergeManifest(f.source, key, patch);
        QVERIFY(!again);
        QVERIFY2(again.error().text().contains("was changed since it was read"), qPrintable(again.error().text()));
        f.source.scan();
        QVERIFY(mergeManifest(f.source, key, patch));
        QVERIFY(!mergeManifest(f.source, {"t.io/v1", "Thing", "default", "c"}, patch));
    }

    /// The document before it grew by more lines than the file had: the line of the last reading is another document's.
    void anotherDocumentGrewMeanwhile() {
        Fixture f;
        f.put("many.yaml", thing("a", 1) + "---\n" + thing("b", 2));
        f.source.scan();
        const QByteArray grown = thing("a", 1) + QByteArray("# more\n").repeated(20);
        f.put("many.yaml", grown + "---\n" + thing("b", 2));
        const auto written = writeManifest(f.source, object("b", 9));
        QVERIFY2(written.has_value(), qPrintable(written ? QString() : written.error().text()));
        QCOMPARE(f.text("many.yaml"), grown + "---\n" + thing("b", 9));

        f.put("many.yaml", thing("c", 3) + "---\n" + grown + "---\n" + thing("b", 2));
        QVERIFY(eraseManifest(f.source, {"t.io/v1", "Thing", "default", "b"}, HandWritten::Keep).has_value());
        QCOMPARE(f.text("many.yaml"), thing("c", 3) + "---\n" + grown);
    }

    void theObjectItselfWasChangedMeanwhile() {
        Fixture f;
        f.put("a.yaml", thing("a", 1));
        f.source.scan();
        for (const QByteArray& now : {thing("a", 5), thing("other", 1), QByteArray()}) {
            f.put("a.yaml", now);
            const auto written = writeManifest(f.source, object("a", 9));
            QVERIFY(!written.has_value());
            QVERIFY2(written.error().message.startsWith("was changed since"), qPrintable(written.error().message));
            QVERIFY(!eraseManifest(f.source, {"t.io/v1", "Thing", "default", "a"}, HandWritten::Remove).has_value());
            QCOMPARE(f.text("a.yaml"), now);
        }
        f.put("a.yaml", "kind: [\n");
        const auto written = writeManifest(f.source, object("a", 9));
        QVERIFY(!written.has_value() && written.error().message.startsWith("fix this file first"));
    }

    void commentsOwnerAndModeStay() {
        Fixture f;
        f.put("a.yaml", "# Ada's\n" + thing("a", 1).replace("value: 1", "value: 1  # one"));
        const QByteArray path = QFile::encodeName(f.path("a.yaml"));
        const bool isRoot = ::geteuid() == 0;
        if (isRoot) QCOMPARE(::chown(path.constData(), 65534, 12345), 0);
        QCOMPARE(::chmod(path.constData(), 0604), 0);
        f.source.scan();
        QVERIFY(writeManifest(f.source, object("a", 2)).has_value());
        QCOMPARE(f.text("a.yaml"), "# Ada's\n" + thing("a", 2).replace("value: 2", "value: 2  # one"));
        struct stat info {};
        QCOMPARE(::stat(path.constData(), &info), 0);
        QCOMPARE(info.st_mode & 07777U, 0604U);
        if (isRoot) QCOMPARE(info.st_uid, 65534U);
        if (isRoot) QCOMPARE(info.st_gid, 12345U);
    }

    void handWrittenFilesNeedAFlag() {
        Fixture f;
        f.put("a.yaml", thing("a", 1));
        f.source.scan();
        QVERIFY(writeManifest(f.source, object("own", 1)).has_value());
        f.source.scan();
        const auto erased = eraseManifest(f.source, {"t.io/v1", "Thing", "default", "a"}, HandWritten::Keep);
        QVERIFY(!erased.has_value());
        QVERIFY2(erased.error().message.contains("--remove-file"), qPrintable(erased.error().message));
        QVERIFY(QFile::exists(f.path("a.yaml")));
        QVERIFY(eraseManifest(f.source, {"t.io/v1", "Thing", "default", "a"}, HandWritten::Remove).has_value());
        QVERIFY(!QFile::exists(f.path("a.yaml")));
        QVERIFY(eraseManifest(f.source, {"t.io/v1", "Thing", "default", "own"}, HandWritten::Keep).has_value());
    }

    /// The content of a separator's line belongs to the document but not to its lines.
    void whatCannotBeEditedIsRefused() {
        Fixture f;
        const QByteArray text = thing("a", 1) + "--- {apiVersion: t.io/v1, kind: Thing, metadata: {name: b}}\n";
        f.put("a.yaml", text);
        f.source.scan();
        const auto written = writeManifest(f.source, object("b", 2));
        QVERIFY(!written.has_value());
        QVERIFY2(written.error().message.startsWith("cannot be edited"), qPrintable(written.error().message));
        QCOMPARE(f.text("a.yaml"), text);
    }
};

QTEST_GUILESS_MAIN(TestManifestWriter)
#include "tst_manifest_writer.moc"
