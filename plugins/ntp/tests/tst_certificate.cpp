// SPDX-License-Identifier: GPL-2.0-or-later
// Certificates and keys are judged before chronyd sees them, and the one of our own is made, kept and renewed in time.
#include <QFileInfo>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include "security/own_certificate.h"
#include "security/private_file.h"

using namespace fos1;
using namespace fos1::ntp;

namespace {

constexpr qint64 kNow = 1'800'000'000;
constexpr qint64 kDay = 86400;
const QStringList kNames{QStringLiteral("DNS:ntp.example.org"), QStringLiteral("IP:192.0.2.1"),
                         QStringLiteral("IP:2001:db8::1")};

struct Pairs {
    KeyPair authority = *makePair(QStringLiteral("authority"), {}, kNow, 365, nullptr);
    KeyPair server = *makePair(QStringLiteral("server"), kNames, kNow, 90, &authority);
    KeyPair other = *makePair(QStringLiteral("other"), kNames, kNow, 90, &authority);
};

QString verdict(const QByteArray& chain, const QByteArray& key, qint64 now = kNow) {
    const auto facts = checkPair(chain, key, now);
    return facts ? QString() : facts.error().text();
}

}  // namespace

class TestCertificate : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void aGoodPair() {
        const Pairs pairs;
        const auto facts = checkPair(pairs.server.certificate + pairs.authority.certificate, pairs.server.key, kNow);
        QVERIFY2(facts, facts ? "" : qPrintable(facts.error().text()));
        QCOMPARE(facts->subject, QStringLiteral("CN=server"));
        QCOMPARE(facts->names, kNames);
        QCOMPARE(facts->notBeforeUnix, kNow - kDay);
        QCOMPARE(facts->notAfterUnix, kNow + 90 * kDay);
        QCOMPARE(facts->sha256.size(), 32);
        QVERIFY(!facts->isSelfSigned);
    }

    void badPairs() {
        const Pairs pairs;
        const QByteArray& good = pairs.server.certificate;
        const QByteArray& key = pairs.server.key;
        QCOMPARE(verdict(good, pairs.other.key), QStringLiteral("the key does not belong to the certificate"));
        QCOMPARE(verdict("", key), QStringLiteral("contains no certificate in PEM"));
        QCOMPARE(verdict(good, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
                 QStringLiteral("contains no private key in PEM"));
        QCOMPARE(verdict(good, key, kNow + 91 * kDay),
                 QStringLiteral("the certificate has expired on 2027-04-15 08:00 UTC"));
        QCOMPARE(verdict(good, key, kNow - 2 * kDay),
                 QStringLiteral("the certificate is not valid before 2027-01-14 08:00 UTC"));
        QCOMPARE(verdict(good + pairs.other.certificate, key),
                 QStringLiteral("certificate 1 of the chain is not signed by the one after it"));
        QCOMPARE(verdict(pairs.authority.certificate, pairs.authority.key),
                 QStringLiteral("the certificate names no host (subjectAltName), so no client accepts it"));
        QByteArray broken = good;
        broken.replace(good.size() / 2, 4, "????");
        QVERIFY2(verdict(broken, key).startsWith(QStringLiteral("contains a certificate that cannot be read")),
                 qPrintable(verdict(broken, key)));
    }

    void anEncryptedKeyIsNamed() {
        const Pairs pairs;
        QProcess openssl;
        openssl.start(QStringLiteral("openssl"), {QStringLiteral("pkey"), QStringLiteral("-aes128"),
                                                  QStringLiteral("-passout"), QStringLiteral("pass:secret")});
        openssl.write(pairs.server.key);
        openssl.closeWriteChannel();
        QVERIFY(openssl.waitForFinished());
        const QByteArray encrypted = openssl.readAllStandardOutput();
        QVERIFY(encrypted.contains("ENCRYPTED"));
        QCOMPARE(verdict(pairs.server.certificate, encrypted),
                 QStringLiteral("the key is encrypted; chronyd cannot prompt for its passphrase"));
    }

    void openSslVerifiesWhatWeMake() {
        const Pairs pairs;
        const QTemporaryDir dir;
        const auto put = [&dir](const char* name, const QByteArray& text) {
            QFile file(dir.filePath(QLatin1String(name)));
            if (file.open(QIODevice::WriteOnly)) file.write(text);
            return file.fileName();
        };
        QProcess openssl;
        openssl.start(QStringLiteral("openssl"),
                      {QStringLiteral("verify"), QStringLiteral("-x509_strict"), QStringLiteral("-attime"),
                       QString::number(kNow), QStringLiteral("-purpose"), QStringLiteral("sslserver"),
                       QStringLiteral("-verify_hostname"), QStringLiteral("ntp.example.org"), QStringLiteral("-CAfile"),
                       put("authority", pairs.authority.certificate), put("server", pairs.server.certificate)});
        QVERIFY(openssl.waitForFinished());
        QVERIFY2(openssl.exitCode() == 0, openssl.readAllStandardError().constData());
    }

    void ourOwnIsKeptAndRenewed() {
        const QTemporaryDir dir;
        const OwnCertificate own(dir.filePath(QStringLiteral("nts")));
        const auto first = own.ensure(kNames, kNow);
        QVERIFY2(first, first ? "" : qPrintable(first.error().text()));
        QCOMPARE(verdict(first->certificate, first->key), QString());
        const QByteArray authority = *readSmallFile(own.authorityFile(), Readers::Anyone);
        const auto isKept = [&](const QStringList& names, qint64 now) {
            const auto pair = own.ensure(names, now);
            return pair && pair->certificate == first->certificate;
        };
        QVERIFY(isKept(kNames, kNow));
        QVERIFY(isKept({kNames.front()}, kNow + 59 * kDay));
        QVERIFY(!isKept(kNames, kNow + 61 * kDay));
        QCOMPARE(*readSmallFile(own.authorityFile(), Readers::Anyone), authority);  // what clients trust stays
        const auto more = own.ensure(kNames + QStringList{QStringLiteral("IP:192.0.2.9")}, kNow + 61 * kDay);
        QVERIFY(
            more &&
            checkPair(more->certificate, more->key, kNow + 61 * kDay)->names.contains(QStringLiteral("IP:192.0.2.9")));
        for (const char* name : {"server.key", "authority.key"})
            QCOMPARE(QFileInfo(dir.filePath(QStringLiteral("nts/") + QLatin1String(name))).permissions() & 0x77,
                     QFile::Permissions());
    }

    void aSecretThatEveryoneMayReadIsRefused() {
        const QTemporaryDir dir;
        QFile file(dir.filePath(QStringLiteral("key")));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("x") == 1);
        file.close();
        QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::ReadOther));
        const auto read = readSmallFile(file.fileName(), Readers::OwnerAndGroup);
        QVERIFY(!read && read.error().text().contains(QStringLiteral("chmod o= ")));
        QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::ReadGroup));
        QCOMPARE(readSmallFile(file.fileName(), Readers::OwnerAndGroup).value_or(QByteArray()), QByteArray("x"));
        QVERIFY(!readSmallFile(dir.path(), Readers::Anyone));
    }
};

QTEST_GUILESS_MAIN(TestCertificate)
#include "tst_certificate.moc"
