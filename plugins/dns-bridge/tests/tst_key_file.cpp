// SPDX-License-Identifier: GPL-2.0-or-later
// Key files in all spellings, files that others may read and addresses of servers.
#include <QTemporaryDir>
#include <QTest>

#include "update/key_file.h"
#include "update/server_address.h"
#include "update/server_locator.h"

using namespace fos1;
using namespace fos1::dns;

namespace {

const QByteArray kSecret("c2VjcmV0LW9mLXRoZS1sYWItc2VjcmV0LW9mLXRoZQ==");

}  // namespace

class TestKeyFile : public QObject {
    Q_OBJECT

    QTemporaryDir m_dir;

   private Q_SLOTS:
    void forms_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("algorithm");
        QTest::addColumn<QString>("expected");  // of a key; otherwise a part of the message
        const auto row = [](const char* what, const QByteArray& text, const char* name, const char* algorithm,
                            const char* expected) { QTest::newRow(what) << text << name << algorithm << expected; };
        row("BIND's", "key \"fos1\" {\n\talgorithm hmac-sha256;\n\tsecret \"" + kSecret + "\";\n};\n", "", "",
            "fos1. hmac-sha256");
        row("BIND's, without quotes",
            "# of the router\nkey fos1.lan. { algorithm HMAC-SHA512.; secret " + kSecret + "; };", "", "",
            "fos1.lan. hmac-sha512");
        row("dig's", "hmac-sha384:fos1:" + kSecret + "\n", "", "", "fos1. hmac-sha384");
        row("the secret alone", kSecret, "fos1", "hmac-sha256", "fos1. hmac-sha256");
        row("a secret with line breaks", kSecret.left(10) + "\n " + kSecret.mid(10) + "\n", "fos1", "hmac-sha256",
            "fos1. hmac-sha256");
        row("the same name", "hmac-sha256:fos1:" + kSecret, "FOS1.", "HMAC-SHA256", "fos1. hmac-sha256");
        row("another name", "hmac-sha256:fos1:" + kSecret, "fos2", "", "has the key fos1, but host.yaml names fos2");
        row("another algorithm", "hmac-sha256:fos1:" + kSecret, "", "hmac-sha512", "but host.yaml names hmac-sha512");
        row("no name", kSecret, "", "hmac-sha256", "has no name of the key");
        row("no algorithm", kSecret, "fos1", "", "has no algorithm of the key");
        row("an unknown algorithm", "hmac-md5:fos1:" + kSecret, "", "", "\"hmac-md5\" is not one of");
        row("no base64", "hmac-sha256:fos1:***", "", "", "its secret is not in base64");
        row("nothing", "", "fos1", "hmac-sha256", "its secret is not in base64");
        row("a short secret", "hmac-sha256:fos1:c2hvcnQ=", "", "", "shorter than 16 bytes");
    }
    void forms() {
        QFETCH(const QByteArray, text);
        QFETCH(const QString, name);
        QFETCH(const QString, algorithm);
        QFETCH(const QString, expected);
        const auto key = keyFrom(text, {"/key", name, algorithm});
        const QString found = key ? key->name.text() + u' ' + toText(key->algorithm) : key.error().text();
        QVERIFY2(found.contains(expected), qPrintable(found));
        QVERIFY(!found.contains(QString::fromLatin1(kSecret)));
        if (key) QCOMPARE(key->secret, QByteArray("secret-of-the-lab-secret-of-the"));
    }

    void aFileThatOthersMayReadIsRefused() {
        const QString path = m_dir.filePath("key");
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("hmac-sha256:fos1:" + kSecret) > 0);
        file.close();
        QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner));
        QVERIFY(readKeyFile({path, {}, {}}));
        for (const auto right : {QFile::ReadGroup, QFile::ReadOther, QFile::WriteGroup}) {
            QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | right));
            const auto key = readKeyFile({path, {}, {}});
            QVERIFY(!key && key.error().code == ErrorCode::Refused && key.error().path == path);
            QVERIFY2(key.error().message.contains("run chmod 600"), qPrintable(key.error().message));
        }
        QVERIFY(readKeyFile({m_dir.filePath("none"), {}, {}}).error().code == ErrorCode::NotFound);
        QVERIFY(!readKeyFile({m_dir.path(), {}, {}}));
    }

    void servers_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* text, const char* expected) { QTest::newRow(text) << text << expected; };
        row("192.0.2.53", "192.0.2.53 53");
        row("192.0.2.53:5353", "192.0.2.53 5353");
        row("2001:db8::53", "2001:db8::53 53");
        row("[2001:db8::53]", "2001:db8::53 53");
        row("[2001:db8::53]:5353", "2001:db8::53 5353");
        row("ns.example.org", "ns.example.org 53");
        row("NS.example.org.:5353", "ns.example.org 5353");
        for (const char* wrong :
             {"", "192.0.2.300", "192.0.2.53:0", "192.0.2.53:", "192.0.2.53:65536", "[192.0.2.53]:53", "[2001:db8::53",
              "[2001:db8::53]:", "[2001:db8::53]x", "2001:db8::g", "a b"})
            row(wrong, "");
    }
    void servers() {
        QFETCH(const QString, text);
        const auto server = serverFrom(text);
        QTEST(server ? (server->address ? server->address->text() : server->host) + u' ' + QString::number(server->port)
                     : QString(),
              "expected");
    }

    void theFirstResolver() {
        QCOMPARE(
            firstResolver("# nameserver 10.0.0.1\nsearch lan\n\tnameserver  fd00::53 \nnameserver 10.0.0.2\n")->text(),
            QStringLiteral("fd00::53"));
        QVERIFY(!firstResolver("nameserver\nnameserver x\n"));
    }

    /// The kubelet changes a Secret in a volume by a link to another directory.
    void aMountedSecretIsFollowed() {
        const auto version = [this](const char* directory, const char* name) {
            QDir(m_dir.path()).mkpath(QLatin1String(directory));
            QFile file(m_dir.filePath(QStringLiteral("%1/tsig").arg(QLatin1String(directory))));
            return file.open(QIODevice::WriteOnly) &&
                   file.write(QByteArray("hmac-sha256:") + name + ':' + kSecret) > 0 &&
                   file.setPermissions(QFile::ReadOwner);
        };
        QVERIFY(version("..1", "first") && version("..2", "second"));
        QVERIFY(QFile::link("..1", m_dir.filePath("..data")) && QFile::link("..data/tsig", m_dir.filePath("tsig")));
        const KeySource source{m_dir.filePath("tsig"), {}, {}};
        QCOMPARE(readKeyFile(source)->name.text(), QStringLiteral("first."));
        QVERIFY(QFile::remove(m_dir.filePath("..data")) && QFile::link("..2", m_dir.filePath("..data")));
        QCOMPARE(readKeyFile(source)->name.text(), QStringLiteral("second."));
    }
};

QTEST_APPLESS_MAIN(TestKeyFile)
#include "tst_key_file.moc"
