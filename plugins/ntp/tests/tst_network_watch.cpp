// SPDX-License-Identifier: GPL-2.0-or-later
// Name servers that change are noticed, however the file that names them comes about, and so are addresses of this
// node, which are read once and not each time. (Links and routes: tests/system.) In a network namespace of its own.
#include <QFile>
#include <QSaveFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "isolation.h"
#include "lab.h"
#include "network_watch.h"

using namespace fos1;
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
        OwnAddresses own;
        NetworkWatch watch(own, path);
        QSignalSpy improved(&watch, &NetworkWatch::improved);
        watch.start();
        QVERIFY(write(path, "nameserver 192.0.2.2\n# another\n"));
        QVERIFY(improved.wait(5000));
    }

    void aFileThatComesLater() {
        QTemporaryDir dir;
        const QString path = dir.filePath(QStringLiteral("resolv.conf"));
        OwnAddresses own;
        NetworkWatch watch(own, path);
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
        OwnAddresses own;
        NetworkWatch watch(own, path);
        QSignalSpy improved(&watch, &NetworkWatch::improved);
        watch.start();
        QVERIFY(write(target, "nameserver 192.0.2.1\n"));
        QVERIFY(improved.wait(5000));
    }

    void ownAddressesAreReadOnceAndFollowed() {
        const auto ip = [](const QString& verb) {
            return lab::run("ip", {"addr", verb, "192.0.2.7/24", "dev", "lo", "label", "lo:7"}).exitCode;
        };
        const IpAddress address = *IpAddress::parse(QStringLiteral("192.0.2.7"));
        const QTemporaryDir dir;
        OwnAddresses own;
        const auto has = [&] {
            const std::vector<IpPrefix> all = own.all();
            const std::vector<IpAddress> onLink = own.inet4(QStringLiteral("lo"));
            const bool isThere = std::find(all.begin(), all.end(), IpPrefix{address, 24}) != all.end();
            return isThere && std::find(onLink.begin(), onLink.end(), address) != onLink.end();
        };
        // Nobody follows them.
        QVERIFY(!has());
        QCOMPARE(ip("add"), 0);
        QVERIFY(has());
        QVERIFY(own.inet4(QStringLiteral("eth0")).empty());
        NetworkWatch watch(own, dir.filePath(QStringLiteral("resolv.conf")));
        watch.start();
        QVERIFY(has());
        QTRY_VERIFY(own.isFollowed());
        QVERIFY(has());
        QSignalSpy changed(&watch, &NetworkWatch::addressesChanged);
        QCOMPARE(ip("del"), 0);
        QVERIFY(has());  // the notification has not been read yet
        QTRY_COMPARE(changed.size(), 1);
        QTRY_VERIFY(!has());
        QCOMPARE(ip("add"), 0);
        QTRY_VERIFY(has());
        own.lose();
        QCOMPARE(ip("del"), 0);
        QVERIFY(!has());
    }

    void whatIsFollowedIsWhatIsRead() {
        const QTemporaryDir dir;
        OwnAddresses own;
        NetworkWatch watch(own, dir.filePath(QStringLiteral("resolv.conf")));
        watch.start();
        QTRY_VERIFY(own.isFollowed());
        const auto ip = [](const QStringList& words) { return lab::run("ip", words).exitCode; };
        const OwnAddresses read;
        const auto isSame = [&] {
            for (const char* link : {"", "va", "vb", "vc", "lo"})
                if (own.inet4(QString::fromLatin1(link)) != read.inet4(QString::fromLatin1(link))) return false;
            return own.all() == read.all();
        };
        QCOMPARE(ip({"link", "add", "va", "type", "veth", "peer", "name", "vb"}), 0);
        QCOMPARE(ip({"link", "set", "va", "up"}), 0);
        QCOMPARE(ip({"link", "set", "vb", "up"}), 0);
        QCOMPARE(ip({"addr", "add", "192.0.2.9/24", "dev", "va", "label", "va:1"}), 0);
        QCOMPARE(ip({"addr", "add", "192.0.2.9/32", "dev", "vb"}), 0);
        QCOMPARE(ip({"addr", "add", "198.51.100.1", "peer", "198.51.100.2/32", "dev", "vb"}), 0);
        QCOMPARE(ip({"addr", "add", "2001:db8::7/64", "dev", "va"}), 0);
        QTRY_VERIFY(own.all().size() >= 6 && isSame());
        QCOMPARE(ip({"link", "set", "vb", "down"}), 0);
        QCOMPARE(ip({"link", "set", "vb", "name", "vc"}), 0);
        QTRY_VERIFY(own.inet4(QStringLiteral("vc")).size() == 2 && isSame());
        QCOMPARE(ip({"link", "del", "va"}), 0);
        QTRY_VERIFY(own.inet4().size() == read.inet4().size() && isSame());
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestNetworkWatch test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_network_watch.moc"
