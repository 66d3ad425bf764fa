// SPDX-License-Identifier: GPL-2.0-or-later
// The directory source on real files: changes are found, broken files keep their last good objects and recover, every
// message has a position, single documents are written and erased.
#include <sys/resource.h>

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QSaveFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "core/manifest_text.h"
#include "directory/directory_source.h"
#include "directory/directory_watch.h"
#include "directory/manifest_writer.h"
#include "fos1/cbor_size.h"

using namespace fos1;
using namespace fos1::crd;

namespace {

QByteArray thing(const QString& name, int value) {
    return QStringLiteral("apiVersion: t.io/v1\nkind: Thing\nmetadata:\n  name: %1\nspec:\n  value: %2\n")
        .arg(name)
        .arg(value)
        .toUtf8();
}

void put(const QString& path, const QByteArray& text) {
    QSaveFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
    QVERIFY(file.commit());
}

/// Stands in for the host: records transactions and refuses negative values.
struct Sink {
    std::vector<QCborMap> transactions;
    QCborMap operator()(const QCborMap& transaction) {
        transactions.push_back(transaction);
        QCborArray errors;
        const QCborMap replace = transaction.value(QStringLiteral("replace")).toMap();
        for (const auto& origin : replace) {
            const QCborArray objects = QCborValue(origin.second).toArray();
            for (qsizetype i = 0; i < objects.size(); ++i)
                if (unpackedMap(objects.at(i).toByteArray())
                        .value(QStringLiteral("spec"))
                        .toMap()
                        .value(QStringLiteral("value"))
                        .toInteger() < 0)
                    errors.append(QCborMap{{QStringLiteral("origin"), origin.first},
                                           {QStringLiteral("index"), i},
                                           {QStringLiteral("path"), QStringLiteral("spec.value")},
                                           {QStringLiteral("message"), QStringLiteral("must not be negative")}});
        }
        return {{QStringLiteral("errors"), errors}};
    }
    [[nodiscard]] qsizetype lastReplaced() const {
        return transactions.back().value(QStringLiteral("replace")).toMap().size();
    }
    [[nodiscard]] QCborArray lastRemoved() const {
        return transactions.back().value(QStringLiteral("remove")).toArray();
    }
};

}  // namespace

class TestDirectorySource : public QObject {
    Q_OBJECT

    struct Fixture {
        QTemporaryDir dir;
        std::shared_ptr<Sink> sink = std::make_shared<Sink>();
        DirectorySource source{dir.path(), [s = sink](const QCborMap& t) { return (*s)(t); }};
        [[nodiscard]] QString path(const QString& name) const { return dir.filePath(name); }
    };

   private Q_SLOTS:
    void notReadIsNotGone() {
        Fixture f;
        put(f.path("a.yaml"), thing("a", 1));
        put(f.path("b.yaml"), thing("b", 1));
        f.source.scan();
        QCOMPARE(f.sink->transactions.size(), 1U);
        QVERIFY(f.sink->transactions[0].value(QStringLiteral("whole")).toBool());

        // No descriptor is left.
        rlimit before{};
        ::getrlimit(RLIMIT_NOFILE, &before);
        rlimit none = before;
        none.rlim_cur = 3;
        ::setrlimit(RLIMIT_NOFILE, &none);
        f.source.scan();
        ::setrlimit(RLIMIT_NOFILE, &before);
        QCOMPARE(f.sink->transactions.size(), 1U);
        QVERIFY(f.source.isIncomplete());
        QVERIFY2(f.source.problems().join(u' ').contains("Too many open files"),
                 qPrintable(f.source.problems().join(u' ')));
        QCOMPARE(f.source.files().size(), 2U);
        f.source.scan();
        QVERIFY(!f.source.isIncomplete() && f.source.problems().isEmpty());
        QVERIFY(f.sink->lastRemoved().isEmpty());

        // A link to nothing, and a directory.
        QVERIFY(QFile::remove(f.path("a.yaml")) && QFile::link(f.path("later"), f.path("a.yaml")));
        QVERIFY(QDir().mkpath(f.path("c.yaml")));
        f.source.scan();
        QVERIFY(f.sink->lastRemoved().isEmpty());
        QVERIFY(f.source.isIncomplete() && f.source.hasLinks());
        const QString problems = f.source.problems().join(u' ');
        QVERIFY2(problems.contains("a.yaml: is a link to a file that does not exist") &&
                     problems.contains("c.yaml: is a directory"),
                 qPrintable(problems));
        QCOMPARE(f.source.fileOf({"t.io/v1", "Thing", "default", "a"}), f.path("a.yaml"));
        put(f.path("later"), thing("a", 2));
        QVERIFY(QDir().rmdir(f.path("c.yaml")));
        f.source.scan();
        QCOMPARE(f.sink->lastReplaced(), 1);
        QVERIFY(!f.source.isIncomplete() && f.source.problems().isEmpty());
        // The directory that never was a manifest.
        QCOMPARE(f.sink->lastRemoved().size(), 1);
    }

    void anEmptyDirectoryInItsPlace() {
        const QTemporaryDir above;
        const QString path = above.filePath("manifests");
        QVERIFY(QDir().mkpath(path));
        const auto sink = std::make_shared<Sink>();
        DirectorySource source(path, [sink](const QCborMap& t) { return (*sink)(t); });
        put(path + "/a.yaml", thing("a", 1));
        source.scan();
        QVERIFY(QDir().rename(path, above.filePath("away")) && QDir().mkpath(path));
        source.scan();
        QCOMPARE(sink->transactions.size(), 1U);
        QVERIFY(source.isIncomplete() && source.problems().join(u' ').contains("another directory"));
        // One with manifests is what somebody wants.
        put(path + "/b.yaml", thing("b", 1));
        source.scan();
        QCOMPARE(sink->lastReplaced(), 1);
        QCOMPARE(sink->lastRemoved().size(), 1);
        // And in the same directory, the last one may go.
        QVERIFY(QFile::remove(path + "/b.yaml"));
        source.scan();
        QCOMPARE(sink->lastRemoved().size(), 1);
        QVERIFY(source.problems().isEmpty());
    }

    void whatIsBeingWrittenWaits() {
        Fixture f;
        put(f.path("a.yaml"), thing("a", 1));
        f.source.scan();
        QFile file(f.path("a.yaml"));
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Unbuffered));
        file.write(thing("a", 2) + "---\n");
        f.source.scan();
        QCOMPARE(f.sink->transactions.size(), 2U);
        QCOMPARE(f.sink->lastReplaced(), 0);
        QVERIFY(f.source.isIncomplete() && f.source.problems().join(u' ').contains("is open for writing"));
        file.write(thing("b", 1));
        file.close();
        f.source.scan();
        QCOMPARE(f.sink->lastReplaced(), 1);
        QCOMPARE(f.source.files().at(f.path("a.yaml")).accepted.size(), 2U);
        QVERIFY(!f.source.isIncomplete() && f.source.problems().isEmpty());
    }

    /// Objects of an earlier run, which the host still has, are not gone because a file cannot be read.
    void theFirstLookIsWholeOnlyIfItIs() {
        Fixture f;
        put(f.path("a.yaml"), thing("a", 1));
        QVERIFY(QFile::link(f.path("later"), f.path("b.yaml")));
        f.source.scan();
        QVERIFY(!f.sink->transactions.back().value(QStringLiteral("whole")).toBool());
        // Nothing is stopped because its file is not there yet; not for ever, for the link may lead nowhere.
        const auto isSynced = [&] { return f.sink->transactions.back().value(QStringLiteral("synced")).toBool(); };
        QVERIFY(!isSynced());
        put(f.path("later"), thing("b", 1));
        f.source.scan();
        QVERIFY(f.sink->transactions.back().value(QStringLiteral("whole")).toBool() && isSynced());
        QVERIFY(QFile::remove(f.path("later")));
        f.source.scan();
        QVERIFY(isSynced());
    }

    /// A Secret in a file that others may read is refused.
    void aSecretIsForItsOwnerAlone() {
        const QTemporaryDir dir;
        Sink sink;
        DirectorySource source(dir.path(), [&sink](const QCborMap& transaction) { return sink(transaction); });
        const QString path = dir.filePath(QStringLiteral("s.yaml"));
        put(path, thing(QStringLiteral("t"), 1) + "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\n");
        QVERIFY(QFile::setPermissions(path, QFile::ReadOwner | QFile::ReadGroup));
        source.scan();
        QCOMPARE(
            source.problems(),
            QStringList(
                QStringLiteral("%1:8:1: contains a Secret, so only its owner may read it: chmod 600 %1").arg(path)));
        QVERIFY(QFile::setPermissions(path, QFile::ReadOwner));
        source.scan();
        QCOMPARE(source.problems(), QStringList());
        QCOMPARE(sink.lastReplaced(), 1);

        const QCborMap secret{{QStringLiteral("apiVersion"), QStringLiteral("v1")},
                              {QStringLiteral("kind"), QStringLiteral("Secret")},
                              {QStringLiteral("metadata"), QCborMap{{QStringLiteral("name"), QStringLiteral("new")}}}};
        const auto written = writeManifest(source, secret);
        QVERIFY(written);
        QCOMPARE(QFile::permissions(*written) & 0x0ff, QFile::Permissions());
    }

    void onlyChangesAreSubmitted() {
        Fixture f;
        put(f.path("a.yaml"), thing("a", 1) + "---\n" + thing("b", 2));
        put(f.path("b.yml"), thing("c", 3));
        put(f.path("note.txt"), "not a manifest");
        f.source.scan();
        QCOMPARE(f.sink->lastReplaced(), 2);
        QVERIFY(f.sink->transactions.back().value(QStringLiteral("synced")).toBool());
        f.source.scan();
        QCOMPARE(f.sink->lastReplaced(), 0);
        put(f.path("b.yml"), thing("c", 4));
        f.source.scan();
        QCOMPARE(f.sink->lastReplaced(), 1);
        QFile::remove(f.path("a.yaml"));
        f.source.scan();
        QCOMPARE(f.sink->lastRemoved(), QCborArray{f.path("a.yaml")});
    }

    void aBrokenFileIsLocatedAndRecovers() {
        Fixture f;
        put(f.path("a.yaml"), thing("a", 1));
        f.source.scan();
        put(f.path("a.yaml"), "apiVersion: [\n");
        f.source.scan();
        QCOMPARE(f.sink->lastReplaced(), 0);
        QVERIFY(f.sink->lastRemoved().isEmpty());
        QCOMPARE(f.source.problems().size(), 1);
        QVERIFY2(f.source.problems()[0].startsWith(f.path("a.yaml") + ":"), qPrintable(f.source.problems()[0]));
        QCOMPARE(f.source.files().at(f.path("a.yaml")).accepted.size(), 1U);
        put(f.path("a.yaml"), thing("a", 2));
        f.source.scan();
        QVERIFY(f.source.problems().isEmpty());
    }

    void aRefusedObjectIsLocatedByLineAndColumn() {
        Fixture f;
        put(f.path("a.yaml"), thing("a", 1) + "---\n" + thing("b", -2));
        f.source.scan();
        QCOMPARE(f.source.problems(), QStringList{f.path("a.yaml") + ":13:3: spec.value: must not be negative"});
        // It is submitted again whenever something else changes.
        put(f.path("b.yaml"), thing("c", 1));
        f.source.scan();
        QCOMPARE(f.sink->lastReplaced(), 2);
    }

    void aMissingDirectoryIsNotAnEmptyOne() {
        Fixture f;
        put(f.path("a.yaml"), thing("a", 1));
        f.source.scan();
        const std::size_t before = f.sink->transactions.size();
        QVERIFY(f.dir.remove());
        f.source.scan();
        QCOMPARE(f.sink->transactions.size(), before);
        QCOMPARE(f.source.problems().size(), 1);
    }

    void theWatchSeesAnotherDirectoryInItsPlace() {
        const QTemporaryDir root;
        QVERIFY(QDir().mkpath(root.filePath("up/manifests")) && QDir().mkpath(root.filePath("other/manifests")));
        DirectoryWatch watch(root.filePath("up/manifests"));
        QSignalSpy changed(&watch, &DirectoryWatch::changed);
        watch.start();
        QTRY_COMPARE(changed.size(), 1);
        // Nothing happens in the directory itself.
        QVERIFY(QDir().rename(root.filePath("up"), root.filePath("away")) &&
                QDir().rename(root.filePath("other"), root.filePath("up")));
        QTRY_VERIFY_WITH_TIMEOUT(changed.size() >= 2, 5000);
        QTest::qWait(1500);
        changed.clear();
        put(root.filePath("up/manifests/a.yaml"), "a: 1\n");
        QTRY_VERIFY(!changed.isEmpty());
    }

    void theWatchSeesEveryKindOfChange() {
        QTemporaryDir dir;
        DirectoryWatch watch(dir.path());
        QSignalSpy changed(&watch, &DirectoryWatch::changed);
        watch.start();
        QTRY_COMPARE(changed.size(), 1);
        const auto expectWithin100Ms = [&](const char* what) {
            QElapsedTimer timer;
            timer.start();
            while (changed.isEmpty() && timer.elapsed() < 100) QTest::qWait(1);
            QVERIFY2(!changed.isEmpty(), what);
            QTest::qWait(5);
            changed.clear();
        };
        changed.clear();
        put(dir.filePath("a.yaml"), "a: 1\n");
        expectWithin100Ms("atomic rename");
        QFile file(dir.filePath("a.yaml"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("a: 2\n");
        file.close();
        expectWithin100Ms("edit in place");
        file.remove();
        expectWithin100Ms("deletion");
        QVERIFY(QDir().rename(dir.path(), dir.path() + ".away"));
        expectWithin100Ms("the directory moved away");
        QVERIFY(QDir().rename(dir.path() + ".away", dir.path()));
        QTRY_VERIFY_WITH_TIMEOUT(!changed.isEmpty(), 3000);
    }

    void documentsAreReplacedInPlace_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("line");
        QTest::addColumn<QByteArray>("replacement");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("only") << QByteArray("a: 1\n") << 1 << QByteArray("b: 2\n") << QByteArray("b: 2\n");
        QTest::newRow("first") << QByteArray("a: 1\n---\nc: 1\n") << 1 << QByteArray("b: 2\n")
                               << QByteArray("b: 2\n---\nc: 1\n");
        QTest::newRow("second") << QByteArray("---\na: 1\n---\nc: 1\n") << 4 << QByteArray("b: 2\n")
                                << QByteArray("---\na: 1\n---\nb: 2\n");
        QTest::newRow("remove first") << QByteArray("a: 1\n---\nc: 1\n") << 1 << QByteArray() << QByteArray("c: 1\n");
        QTest::newRow("remove middle") << QByteArray("a: 1\n---\nb: 1\n---\nc: 1\n") << 3 << QByteArray()
                                       << QByteArray("a: 1\n---\nc: 1\n");
        QTest::newRow("dashes in text") << QByteArray("a: |\n  ---\n  x\n---\nc: 1\n") << 1 << QByteArray("b: 2\n")
                                        << QByteArray("b: 2\n---\nc: 1\n");
    }
    void documentsAreReplacedInPlace() {
        QFETCH(QByteArray, text);
        QFETCH(int, line);
        QFETCH(QByteArray, replacement);
        QFETCH(QByteArray, expected);
        QCOMPARE(replaceDocument(text, line, replacement), expected);
    }

    void writesAndErases() {
        Fixture f;
        put(f.path("many.yaml"), "# a comment that stays\n" + thing("a", 1) + "---\n" + thing("b", 2));
        f.source.scan();
        const auto object = [](const QString& name, int value) {
            return yaml::parse(thing(name, value), "x").value().front().value;
        };
        const auto text = [&](const QString& name) {
            QFile file(f.path(name));
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        };
        QCOMPARE(writeManifest(f.source, object("b", 9)).value(), f.path("many.yaml"));
        QVERIFY(text("many.yaml").startsWith("# a comment that stays\n"));
        QVERIFY(text("many.yaml").contains("value: 9"));
        f.source.scan();

        QCOMPARE(writeManifest(f.source, object("new", 1)).value(), f.path("thing.default.new.yaml"));
        f.source.scan();
        QVERIFY(eraseManifest(f.source, keyOf(object("b", 9)), HandWritten::Keep).has_value());
        QVERIFY(!text("many.yaml").contains("name: b"));
        QVERIFY(text("many.yaml").contains("name: a"));
        QVERIFY(eraseManifest(f.source, keyOf(object("new", 1)), HandWritten::Keep).has_value());
        QVERIFY(!QFile::exists(f.path("thing.default.new.yaml")));
        QVERIFY(!eraseManifest(f.source, keyOf(object("never", 1)), HandWritten::Keep).has_value());
    }

    void aBrokenFileIsNotOverwritten() {
        Fixture f;
        put(f.path("a.yaml"), thing("a", 1));
        f.source.scan();
        put(f.path("a.yaml"), "broken: [\n");
        f.source.scan();
        const auto result = writeManifest(f.source, yaml::parse(thing("a", 2), "x").value().front().value);
        QVERIFY(!result.has_value());
        QVERIFY2(result.error().message.startsWith("fix this file first"), qPrintable(result.error().message));
    }
};

QTEST_GUILESS_MAIN(TestDirectorySource)
#include "tst_directory_source.moc"
