// SPDX-License-Identifier: GPL-2.0-or-later
// Every value is restored unchanged, similar values take a fraction of the memory, and no sample contains a secret.
#include <QCborArray>
#include <QRandomGenerator>
#include <QTest>
#include <thread>

#include "compactor.h"

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

class TestCompactor : public QObject {
    Q_OBJECT

    Compactor m_compactor;

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
            const QByteArray compact = m_compactor.compacted(value, family);
            QVERIFY(compact.size() <= value.size() + 1);
            QCOMPARE(m_compactor.expanded(compact), value);
            QCOMPARE(m_compactor.expanded(compact).isNull(), value.isNull());
        }
    }

    void withoutAFamilyItIsKept() {
        const QByteArray value = cbor(client(0));
        QVERIFY(m_compactor.compacted(value, {}).contains(value));
        QCOMPARE(m_compactor.expanded(m_compactor.compacted(value, {})), value);
    }

    void alikeOnesTakeAFraction() {
        const QByteArray first = cbor(client(0));
        static_cast<void>(m_compactor.compacted(first, QStringLiteral("alike")));
        for (int i = 1; i < 1000; ++i) {
            const QByteArray value = cbor(client(i));
            const QByteArray compact = m_compactor.compacted(value, QStringLiteral("alike"));
            QVERIFY2(compact.size() * 4 < value.size(), qPrintable(QString::number(compact.size())));
            QCOMPARE(m_compactor.expanded(compact), value);
        }
    }

    void noSecretIsInASample() {
        const QByteArray secret = "correct horse battery staple";
        const QByteArray one = m_compactor.compactedObject(client(1));
        const QByteArray other = m_compactor.compactedObject(client(2));
        QCOMPARE(QCborValue::fromCbor(m_compactor.expanded(other)).toMap(), client(2));
        // A secret in the sample would be missing from the compacted bytes.
        for (const QByteArray& compact : {one, other}) {
            QVERIFY2(compact.size() > secret.size(), qPrintable(QString::number(compact.size())));
            QVERIFY2(compact.size() * 2 < cbor(client(1)).size(), qPrintable(QString::number(compact.size())));
        }
        const QByteArray again = m_compactor.compacted(secret, QStringLiteral("ntp.fos1.io/v1alpha1/NTPClient"));
        QVERIFY2(again.size() > 24, again.constData());
    }

    void thereMayBeMoreFamiliesThanSamples() {
        for (int i = 0; i < 400; ++i) {
            const QByteArray value(100 + i, static_cast<char>('a' + i % 26));
            QCOMPARE(m_compactor.expanded(m_compactor.compacted(value, QStringLiteral("family %1").arg(i))), value);
        }
    }

    /// A copy of the samples reads on another thread, while the owner goes on.
    void fromSeveralThreads() {
        std::vector<QByteArray> values;
        std::vector<QByteArray> compact;
        for (int i = 0; i < 500; ++i) {
            values.push_back(cbor(client(i)));
            compact.push_back(m_compactor.compacted(values.back(), QStringLiteral("threads %1").arg(i % 7)));
        }
        std::atomic<int> wrong = 0;
        std::vector<std::thread> threads;
        threads.reserve(4);
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&wrong, &values, &compact, samples = m_compactor.samples()] {
                for (std::size_t i = 0; i < values.size(); ++i)
                    if (samples.expanded(compact[i]) != values[i]) ++wrong;
            });
        for (int i = 0; i < 500; ++i)
            static_cast<void>(m_compactor.compacted(cbor(client(i)), QStringLiteral("meanwhile %1").arg(i)));
        for (std::thread& thread : threads) thread.join();
        QCOMPARE(wrong, 0);
    }

    /// Nothing of one owner's values is in another one.
    void ownersShareNothing() {
        Compactor other;
        const QByteArray first = cbor(client(1));
        const QByteArray here = m_compactor.compacted(first, QStringLiteral("mine"));
        static_cast<void>(other.compacted(cbor(client(5)), QStringLiteral("mine")));
        const QByteArray there = other.compacted(first, QStringLiteral("mine"));
        QCOMPARE(m_compactor.expanded(here), first);
        QCOMPARE(other.expanded(there), first);
        QCOMPARE(other.expandedMap(there), client(1));
    }
};

QTEST_APPLESS_MAIN(TestCompactor)
#include "tst_compactor.moc"
