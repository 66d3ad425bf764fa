// SPDX-License-Identifier: GPL-2.0-or-later
// Name servers that change are noticed, however the file that names them comes about. (Links, addresses and routes:
// tests/system.)
#include <QFile>
#include <QSaveFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "network_watch.h"

using namespace fos1::ntp;

namespace {

bool write(const QString& path, const QByteArray& text) {
    QSaveFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(text) == text.size() && file.commit();
}

}  // namespace

class TestNetworkWatch : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void aFileThatIsReplaced() {
        QTemporaryDir dir;
        const QString path = dir.filePath(QStringLiteral("resolv.conf"));
        QVERIFY(write(path, "nameserver 192.0.2.1\n"));
        NetworkWatch watch(path);
        QSignalSpy improved(&watch, &NetworkWatch::improved);
        watch.start();
        QVERIFY(write(path, "nameserver 192.0.2.2\n# another\n"));
        QVERIFY(improved.wait(5000));
    }

    void aFileThatComesLater() {
        QTemporaryDir dir;
        const QString path = dir.filePath(QStringLiteral("resolv.conf"));
        NetworkWatch watch(path);
        QSignalSpy improved(&watch, &NetworkWatch::improved);
        watch.start();
        QVERIFY(write(path, "nameserver 192.0.2.1\n"));
        QVERIFY(improved.wait(5000));
    }

    /// As systemd-resolved and resolvconf do it.
    void aLinkToAFileThatComesLater() {
        QTemporaryDir dir;
        QVERIFY(QDir(dir.path()).mkdir(QStringLiteral("run")));
        const QString target = dir.filePath(QStringLiteral("run/stub-resolv.conf"));
        const QString path = dir.filePath(QStringLiteral("resolv.conf"));
        QVERIFY(QFile::link(target, path));
        NetworkWatch watch(path);
        QSignalSpy improved(&watch, &NetworkWatch::improved);
        watch.start();
        QVERIFY(write(target, "nameserver 192.0.2.1\n"));
        QVERIFY(improved.wait(5000));
    }
};

QTEST_GUILESS_MAIN(TestNetworkWatch)
#include "tst_network_watch.moc"
