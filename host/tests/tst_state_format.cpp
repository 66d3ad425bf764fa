// SPDX-License-Identifier: GPL-2.0-or-later
// The format of the state directory: new, current, earlier (migrated after a backup), later (refused), damaged.
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>
#include <memory>

#include "state_format.h"

using namespace fos1;
using namespace fos1::host;

namespace {

void writeIn(const QString& path, const QByteArray& text) {
    QVERIFY(QDir().mkpath(QFileInfo(path).path()));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
}

QByteArray readOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("(missing)");
}

/// Appends its letter to the plugin's file, so that a test sees which ran, and in which order.
Migration appends(char letter) {
    return [letter](const QString& directory) -> Result<void> {
        const QString path = directory + QStringLiteral("/ntp/drift");
        writeIn(path, readOf(path) + letter);
        return {};
    };
}

Migration fails() {
    return [](const QString& directory) -> Result<void> {
        return failure(ErrorCode::Io, QStringLiteral("disk full"), directory);
    };
}

}  // namespace

class TestStateFormat : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_root;

    [[nodiscard]] QString dir() const { return m_root->path() + QStringLiteral("/state"); }
    [[nodiscard]] QString at(const char* name) const { return dir() + u'/' + QLatin1String(name); }

   private Q_SLOTS:
    void init() {
        m_root = std::make_unique<QTemporaryDir>();
        writeIn(at("ntp/drift"), "1.5");
        QVERIFY(QFile::setPermissions(at("ntp/drift"), QFile::ReadOwner | QFile::WriteOwner));
        writeIn(at("run/control"), "x");
    }

    void withoutANumberItIsTheFirst() {
        QVERIFY(bringUpToDate(dir(), {}).has_value());
        QCOMPARE(readOf(at("format")), QByteArray("1\n"));
        QVERIFY(!QFileInfo::exists(at("backup")));
        QVERIFY(bringUpToDate(dir(), {}).has_value());
        QCOMPARE(readOf(at("format")), QByteArray("1\n"));
    }

    void theStateOfThisVersionIsCurrent() {
        QVERIFY(bringUpToDate(dir(), stateMigrations()).has_value());
        QCOMPARE(readOf(at("ntp/drift")), QByteArray("1.5"));
    }

    void earlierStateIsMigratedStepByStepAfterABackup() {
        QVERIFY(bringUpToDate(dir(), {appends('a'), appends('b')}).has_value());
        QCOMPARE(readOf(at("ntp/drift")), QByteArray("1.5ab"));
        QCOMPARE(readOf(at("format")), QByteArray("3\n"));
        QCOMPARE(readOf(at("backup/format-1/ntp/drift")), QByteArray("1.5"));
        QCOMPARE(QFileInfo(at("backup/format-1/ntp/drift")).permissions() & 0x0fff,
                 (QFile::ReadOwner | QFile::WriteOwner | QFile::ReadUser | QFile::WriteUser) & 0x0fff);
        QVERIFY(!QFileInfo::exists(at("backup/format-1/run")));
        // Only what is missing.
        QVERIFY(bringUpToDate(dir(), {appends('a'), appends('b'), appends('c')}).has_value());
        QCOMPARE(readOf(at("ntp/drift")), QByteArray("1.5abc"));
        QCOMPARE(readOf(at("backup/format-3/ntp/drift")), QByteArray("1.5ab"));
        QVERIFY(!QFileInfo::exists(at("backup/format-3/backup")));
    }

    void laterStateIsRefusedInWords() {
        writeIn(at("format"), "7\n");
        const auto refused = bringUpToDate(dir(), {appends('a')});
        QVERIFY(!refused.has_value());
        QVERIFY2(refused.error().text().contains("later fos1-host (format 7; this one knows formats up to 2)"),
                 qPrintable(refused.error().text()));
        QCOMPARE(readOf(at("ntp/drift")), QByteArray("1.5"));
        QCOMPARE(readOf(at("format")), QByteArray("7\n"));
    }

    void damaged_data() {
        QTest::addColumn<QByteArray>("text");
        for (const char* text : {"", "x", "0", "-1", "1 2"}) QTest::newRow(text) << QByteArray(text);
    }
    void damaged() {
        QFETCH(QByteArray, text);
        writeIn(at("format"), text);
        QVERIFY(!bringUpToDate(dir(), {appends('a')}).has_value());
        QCOMPARE(readOf(at("ntp/drift")), QByteArray("1.5"));
    }

    void aFailedMigrationIsRepeatedAndKeepsTheFirstBackup() {
        const auto failed = bringUpToDate(dir(), {appends('a'), fails()});
        QVERIFY(!failed.has_value());
        QVERIFY2(failed.error().text().contains("cannot be migrated to format 3") &&
                     failed.error().text().contains("backup/format-1"),
                 qPrintable(failed.error().text()));
        QCOMPARE(readOf(at("format")), QByteArray("2\n"));
        QVERIFY(bringUpToDate(dir(), {appends('a'), appends('b')}).has_value());
        QCOMPARE(readOf(at("ntp/drift")), QByteArray("1.5ab"));
        QCOMPARE(readOf(at("backup/format-1/ntp/drift")), QByteArray("1.5"));
    }

    void withoutABackupNothingIsMigrated() {
        writeIn(at("backup"), "a file is in the way");
        const auto refused = bringUpToDate(dir(), {appends('a')});
        QVERIFY(!refused.has_value());
        QVERIFY2(refused.error().text().contains("cannot be backed up"), qPrintable(refused.error().text()));
        QCOMPARE(readOf(at("ntp/drift")), QByteArray("1.5"));
        QVERIFY(!QFileInfo::exists(at("format")));
    }
};

QTEST_GUILESS_MAIN(TestStateFormat)
#include "tst_state_format.moc"
