// SPDX-License-Identifier: GPL-2.0-or-later
// Every value is restored unchanged, similar values take a fraction of the memory, and no sample contains a secret.
#include <QCborArray>
#include <QRandomGenerator>
#include <QTest>
#include <thread>

#include "compact.h"

using namespace fos1;

namespace {

QCborMap client(int i) {
    return {{QStringLiteral("apiVersion"), QStringLiteral("ntp.fos1.io/v1alpha1")},
            {QStringLiteral("kind"), QStringLiteral("NTPClient")},
            {QStringLiteral("metadata"),
             QCborMap{{QStringLiteral("name"), QStringLiteral("client-%1").arg(i)},
                      {QStringLiteral("namespace"), QStringLiteral("network")},
                      {QStringLiteral("uid"), QStringLiteral("%1-aaaa-4bbb-8ccc-dddddddddddd").arg(i * 7919, 8, 16)},
                      {QStringLiteral("annotations"),
                       QCborMap{{QStringLiteral("copy"), QStringLiteral("in a copy: correct horse battery staple")}}},
                      {QStringLiteral("creationTimestamp"), QStringLiteral("2026-11-27T09:19:08Z")}}},
            {QStringLiteral("spec"),
             QCborMap{{QStringLiteral("selector"),
                       QCborMap{{QStringLiteral("networks"), QCborArray{QStringLiteral("10.0.%1.0/24").arg(i)}}}},
                      {QStringLiteral("secret"), QStringLiteral("correct horse battery staple %1").arg(i)}}}};
}

QByteArray cbor(const QCborMap& map) { return QCborValue(map).toCbor(); }

}  // namespace

class TestCompact : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void comesBack_data() {
        QTest::addColumn<QByteArray>("value");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("empty") << QByteArray("");
        QTest::newRow("a byte") << QByteArray("a");
        QTest::newRow("three") << QByteArray("abc");
        QTest::newRow("four") << QByteArray("abcd");
        QTest::newRow("zeros") << QByteArray(300, '\0');
        QTest::newRow("as long as is compacted") << QByteArray(16 * 1024, 'x');
        QTest::newRow("longer") << QByteArray(16 * 1024 + 1, 'x');
        QByteArray noise(5000, '\0');
        for (char& byte : noise) byte = static_cast<char>(QRandomGenerator::global()->bounded(256));
        QTest::newRow("noise") << noise;
    }
    void comesBack() {
        QFETCH(const QByteArray, value);
        const QString family = QString::fromLatin1(QTest::currentDataTag());
        for (int i = 0; i < 2; ++i) {
            const QByteArray compact = compacted(value, family);
            QVERIFY(compact.size() <= value.size() + 1);
            QCOMPARE(expanded(compact), value);
            QCOMPARE(expanded(compact).isNull(), value.isNull());
        }
    }

    void withoutAFamilyItIsKept() {
        const QByteArray value = cbor(client(0));
        QVERIFY(compacted(value, {}).contains(value));
        QCOMPARE(expanded(compacted(value, {})), value);
    }

    void alikeOnesTakeAFraction() {
        const QByteArray first = cbor(client(0));
        static_cast<void>(compacted(first, QStringLiteral("alike")));
        for (int i = 1; i < 1000; ++i) {
            const QByteArray value = cbor(client(i));
            const QByteArray compact = compacted(value, QStringLiteral("alike"));
            QVERIFY2(compact.size() * 4 < value.size(), qPrintable(QString::number(compact.size())));
            QCOMPARE(expanded(compact), value);
        }
    }

    void noSecretIsInASample() {
        const QByteArray secret = "correct horse battery staple";
        const QByteArray one = compactedObject(client(1));
        const QByteArray other = compactedObject(client(2));
        QCOMPARE(QCborValue::fromCbor(expanded(other)).toMap(), client(2));
        // A secret in the sample would be missing from the compacted bytes.
        for (const QByteArray& compact : {one, other}) {
            QVERIFY2(compact.size() > secret.size(), qPrintable(QString::number(compact.size())));
            QVERIFY2(compact.size() * 2 < cbor(client(1)).size(), qPrintable(QString::number(compact.size())));
        }
        const QByteArray again = compacted(secret, QStringLiteral("ntp.fos1.io/v1alpha1/NTPClient"));
        QVERIFY2(again.size() > 24, again.constData());
    }

    void thereMayBeMoreFamiliesThanSamples() {
        for (int i = 0; i < 400; ++i) {
            const QByteArray value(100 + i, static_cast<char>('a' + i % 26));
            QCOMPARE(expanded(compacted(value, QStringLiteral("family %1").arg(i))), value);
        }
    }

    void fromSeveralThreads() {
        std::atomic<int> wrong = 0;
        std::vector<std::thread> threads;
        threads.reserve(4);
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&wrong, t] {
                for (int i = 0; i < 500; ++i) {
                    const QByteArray value = cbor(client(t * 1000 + i));
                    if (expanded(compacted(value, QStringLiteral("threads"))) != value) ++wrong;
                }
            });
        for (std::thread& thread : threads) thread.join();
        QCOMPARE(wrong, 0);
    }
};

QTEST_APPLESS_MAIN(TestCompact)
#include "tst_compact.moc"
