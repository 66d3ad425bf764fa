// SPDX-License-Identifier: GPL-2.0-or-later
// The file of the last good state: a damaged file is refused wherever the damage is, and the file is written rarely.
#include <QCborMap>
#include <QCborValue>
#include <QCryptographicHash>
#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "kube/snapshot.h"

using namespace fos1;
using namespace fos1::crd;

namespace {

Snapshot sample() {
    return {QStringLiteral("https://10.0.0.1:6443"),
            {{QStringLiteral("t.io/v1/Thing"), {uncompacted("first"), uncompacted(QByteArray("\0\xff\n", 3))}},
             {QStringLiteral("t.io/v1/Other"), {}}}};
}

bool isSame(const Snapshot& a, const Snapshot& b) { return a.server == b.server && a.objects == b.objects; }

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace

class TestSnapshot : public QObject {
    Q_OBJECT

    QTemporaryDir m_directory;
    int m_taken = 0;
    [[nodiscard]] QString path(const QString& name = QStringLiteral("snapshot")) const {
        return m_directory.filePath(name);
    }
    SnapshotFile::Take take() {
        return [this] {
            ++m_taken;
            return sample();
        };
    }

   private Q_SLOTS:
    void init() {
        m_taken = 0;
        QFile::remove(path());
    }

    void thereAndBack() {
        for (const Snapshot& snapshot : {sample(), Snapshot(), Snapshot{QStringLiteral("ü"), {}}}) {
            const auto back = decodeSnapshot(encodeSnapshot(snapshot));
            QVERIFY(back);
            QVERIFY(isSame(*back, snapshot));
        }
    }

    void everyTruncationIsFound() {
        const QByteArray whole = encodeSnapshot(sample());
        for (qsizetype length = 0; length < whole.size(); ++length)
            QVERIFY2(!decodeSnapshot(whole.left(length)), qPrintable(QString::number(length)));
        QVERIFY(!decodeSnapshot(whole + '\0'));
        QVERIFY(!decodeSnapshot(whole + whole));
    }

    void halfAMapIsNotRead() {
        const QByteArray payload("\xa1\x67objects");
        const QByteArray digest = QCryptographicHash::hash(payload, QCryptographicHash::Sha256).toHex();
        const auto snapshot = decodeSnapshot("fos1-snapshot 1 " + digest + '\n' + payload);
        QVERIFY(!snapshot);
        QVERIFY2(snapshot.error().message.startsWith("is not CBOR: "), qPrintable(snapshot.error().message));
    }

    void everyFlippedBitIsFound() {
        const QByteArray whole = encodeSnapshot(sample());
        for (qsizetype at = 0; at < whole.size(); ++at)
            for (int bit = 0; bit < 8; ++bit) {
                QByteArray damaged = whole;
                damaged[at] = static_cast<char>(damaged.at(at) ^ (1 << bit));
                QVERIFY2(!decodeSnapshot(damaged), qPrintable(QStringLiteral("byte %1 bit %2").arg(at).arg(bit)));
            }
    }

    void aGoodSumOfSomethingElseIsNoObject() {
        for (const QByteArray& payload : {QByteArray(), QByteArray("\xff\xff"), QCborValue(7).toCbor(),
                                          QCborValue(QCborMap{{QStringLiteral("objects"), 3}}).toCbor()}) {
            const QByteArray sum = QCryptographicHash::hash(payload, QCryptographicHash::Sha256).toHex();
            const auto snapshot = decodeSnapshot("fos1-snapshot 1 " + sum + '\n' + payload);
            QVERIFY(!snapshot || snapshot->objects.empty());
        }
        QByteArray future = encodeSnapshot(sample());
        future.replace("fos1-snapshot 1 ", "fos1-snapshot 2 ");
        const auto snapshot = decodeSnapshot(future);
        QVERIFY(!snapshot);
        QVERIFY2(snapshot.error().message.contains("version"), qPrintable(snapshot.error().message));
    }

    void whyItCouldNotBeRead() {
        SnapshotFile file(path(), take());
        QCOMPARE(file.read().error().code, ErrorCode::NotFound);
        QFile damaged(path());
        QVERIFY(damaged.open(QIODevice::WriteOnly));
        damaged.write(encodeSnapshot(sample()).chopped(1));
        damaged.close();
        const auto read = file.read();
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::InvalidInput);
        QVERIFY2(read.error().text().contains(path()), qPrintable(read.error().text()));
    }

    void onlyItsOwnerReadsIt() {
        SnapshotFile file(path(), take());
        file.touch();
        file.flush();
        QCOMPARE(m_taken, 1);
        const auto others = QFileDevice::ReadGroup | QFileDevice::WriteGroup | QFileDevice::ExeGroup |
                            QFileDevice::ReadOther | QFileDevice::WriteOther | QFileDevice::ExeOther |
                            QFileDevice::ExeOwner;
        QCOMPARE(QFileInfo(path()).permissions() & others, QFileDevice::Permissions());
        const auto read = file.read();
        QVERIFY(read);
        QVERIFY(isSame(*read, sample()));
    }

    void nothingIsWrittenWithoutNews() {
        SnapshotFile file(path(), take());
        file.flush();
        QCOMPARE(m_taken, 0);
        QVERIFY(!QFile::exists(path()));
        file.touch();
        file.flush();
        file.flush();
        QCOMPARE(m_taken, 1);
    }

    void itIsWrittenWhenItIsQuietAndNoLaterThanTheLimit() {
        SnapshotFile file(path(), take());
        QElapsedTimer since;
        since.start();
        file.touch();
        QCOMPARE(m_taken, 0);
        QTRY_COMPARE_WITH_TIMEOUT(m_taken, 1, 9000);
        // Qt's timers may be a few percent early.
        QVERIFY(since.elapsed() >= 1800);
        QTRY_VERIFY(!contentOf(path()).isEmpty());
        // Continuous changes delay it only for a limited time: here it is never quiet for 2 s.
        since.start();
        QTimer changes;
        connect(&changes, &QTimer::timeout, &file, &SnapshotFile::touch);
        changes.start(100);
        QTRY_COMPARE_WITH_TIMEOUT(m_taken, 2, 30'000);
        QVERIFY(since.elapsed() >= 9000);
        changes.stop();
    }

    void whatChangesWhileItIsWrittenIsWrittenToo() {
        SnapshotFile file(path(), take());
        connect(&file, &SnapshotFile::written, &file, [&file, once = false]() mutable {
            if (!std::exchange(once, true)) file.touch();
        });
        QSignalSpy written(&file, &SnapshotFile::written);
        file.touch();
        QTRY_COMPARE_WITH_TIMEOUT(m_taken, 2, 15'000);
        QTRY_COMPARE(written.size(), 2);
        file.flush();
        QCOMPARE(m_taken, 2);
    }

    void aDirectoryThatCannotBeWrittenIsReported() {
        // A file in place of a directory stops root too.
        QFile obstacle(path("obstacle"));
        QVERIFY(obstacle.open(QIODevice::WriteOnly));
        SnapshotFile file(path("obstacle/snapshot"), take());
        QSignalSpy failed(&file, &SnapshotFile::failed);
        QSignalSpy written(&file, &SnapshotFile::written);
        file.touch();
        file.flush();
        QCOMPARE(failed.size(), 1);
        QCOMPARE(written.size(), 0);
        QVERIFY(failed[0][0].toString().contains("obstacle/snapshot"));
        // The end of the problem is reported.
        QVERIFY(obstacle.remove());
        QVERIFY(QDir(m_directory.path()).mkdir("obstacle"));
        file.touch();
        file.flush();
        QCOMPARE(failed.size(), 1);
        QCOMPARE(written.size(), 1);
    }

    void whatWasThereStaysWhenWritingFails() {
        SnapshotFile good(path(), take());
        good.touch();
        good.flush();
        const QByteArray before = contentOf(path());
        QVERIFY(decodeSnapshot(before));
        // The directory contains nothing else either.
        QCOMPARE(QDir(m_directory.path()).entryList({"snapshot*"}, QDir::Files).size(), 1);
    }
};

QTEST_GUILESS_MAIN(TestSnapshot)
#include "tst_snapshot.moc"
