// SPDX-License-Identifier: GPL-2.0-or-later
// A directory changes its owner with what is in it, and nothing outside does, whatever links are in it.
#include <sys/stat.h>
#include <unistd.h>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "plugins/hand_over.h"

using namespace fos1::host;

namespace {

constexpr uid_t kBefore = 12'345;
constexpr uid_t kAfter = 12'346;

uid_t ownerOf(const QString& path) {
    struct stat info {};
    return ::lstat(path.toUtf8().constData(), &info) == 0 ? info.st_uid : static_cast<uid_t>(-1);
}

void put(const QString& path, uid_t owner) {
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(::chown(path.toUtf8().constData(), owner, owner), 0);
}

}  // namespace

class TestHandOver : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    static void everythingBelowAndNothingElse() {
        if (::geteuid() != 0) return;  // only root can give anything away
        const QTemporaryDir root;
        const QString state = root.filePath("state");
        QVERIFY(QDir().mkpath(state + "/a/b"));
        for (const QString& path : {state, state + "/a", state + "/a/b"})
            QCOMPARE(::chown(path.toUtf8().constData(), kBefore, kBefore), 0);
        put(state + "/a/b/file", kBefore);
        put(root.filePath("outside"), 0);
        put(root.filePath("theirs"), kBefore);
        put(state + "/roots", 0);
        QVERIFY(QDir().mkpath(root.filePath("elsewhere")));
        put(root.filePath("elsewhere/file"), kBefore);
        QVERIFY(QFile::link(root.filePath("outside"), state + "/link"));
        QVERIFY(QFile::link(root.filePath("elsewhere"), state + "/a/directory-link"));
        QCOMPARE(::link(root.filePath("theirs").toUtf8().constData(), (state + "/second-name").toUtf8().constData()),
                 0);

        QVERIFY(handOver(state, kAfter, kAfter));
        for (const char* path : {"state", "state/a", "state/a/b", "state/a/b/file"})
            QCOMPARE(ownerOf(root.filePath(path)), kAfter);
        QCOMPARE(ownerOf(root.filePath("outside")), 0U);
        QCOMPARE(ownerOf(root.filePath("theirs")), kBefore);
        QCOMPARE(ownerOf(root.filePath("elsewhere/file")), kBefore);
        QCOMPARE(ownerOf(root.filePath("state/roots")), 0U);
        struct stat info {};
        QCOMPARE(::stat(state.toUtf8().constData(), &info), 0);
        QCOMPARE(info.st_mode & 07777, 0700U);
        QVERIFY(handOver(state, kAfter, kAfter));
    }

    static void aLinkIsNoDirectory() {
        const QTemporaryDir root;
        QVERIFY(QDir().mkpath(root.filePath("real")));
        QVERIFY(QFile::link(root.filePath("real"), root.filePath("link")));
        QVERIFY(!handOver(root.filePath("link"), ::geteuid(), ::getegid()));
        QVERIFY(handOver(root.filePath("real"), ::geteuid(), ::getegid()));
        QVERIFY(!handOver(root.filePath("absent"), ::geteuid(), ::getegid()));
    }
};

QTEST_APPLESS_MAIN(TestHandOver)
#include "tst_hand_over.moc"
