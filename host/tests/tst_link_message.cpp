// SPDX-License-Identifier: GPL-2.0-or-later
// Frames between host and runner: one side decodes what the other encodes. Anything else is refused with a reason.
#include <QCborMap>
#include <QRandomGenerator>
#include <QTest>
#include <QtEndian>

#include "link/load_request.h"
#include "link/message.h"

using namespace fos1;
using namespace fos1::link;

namespace {

QByteArray payload(const QByteArray& frame) { return frame.mid(kLengthBytes); }

QByteArray cbor(std::initializer_list<QCborValue> values) {
    QCborArray array;
    for (const QCborValue& value : values) array.append(value);
    return QCborValue(array).toCbor();
}

}  // namespace

class TestLinkMessage : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void roundTrip() {
        const QCborMap value{{QStringLiteral("offset_ns"), qint64{-5}}};
        const QByteArray frame = encodeFrame(MessageType::Publish, {"time.sync/v1", "main", value, 5000});
        QCOMPARE(qFromBigEndian<quint32>(frame.constData()), static_cast<quint32>(frame.size() - kLengthBytes));
        const auto message = decodeFrame(payload(frame));
        QVERIFY(message.has_value());
        QCOMPARE(message->type, MessageType::Publish);
        QCOMPARE(message->text(0), QStringLiteral("time.sync/v1"));
        QCOMPARE(message->map(2), value);
        QCOMPARE(message->integer(3), qint64{5000});
    }

    void tooLargeIsNotSent() {
        QVERIFY(encodeFrame(MessageType::Event, {QCborMap{{QStringLiteral("x"), QByteArray(1 << 20, 'x')}}}).isEmpty());
    }

    void garbage_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("expected");
        QTest::newRow("empty") << QByteArray() << "not CBOR";
        QTest::newRow("text") << QByteArray("hello") << "not CBOR";
        QTest::newRow("no array") << QCborValue(QCborMap()).toCbor() << "not an array that begins with a message type";
        QTest::newRow("no type") << cbor({"x"}) << "not an array that begins with a message type";
        QTest::newRow("unknown type") << cbor({200}) << "unknown message type 200";
        QTest::newRow("negative type") << cbor({-1}) << "unknown message type -1";
        QTest::newRow("huge type") << cbor({qint64{1} << 40}) << "unknown message type";
        QTest::newRow("too few") << cbor({7, "t", "k"}) << "message type 7 with 2 arguments instead of 4";
        QTest::newRow("wrong kind") << cbor({7, "t", "k", "v", 0}) << "message type 7 with an invalid argument 3";
        QTest::newRow("two values") << cbor({65, 1}) + cbor({65, 2}) << "more than one CBOR value";
        QTest::newRow("a list that is longer than the message")
            << QByteArray("\x9b\x7f\xff\xff\xff\xff\xff\xff\xff") << "not CBOR";
        QTest::newRow("deep") << QByteArray(100'000, '\x81') << "not CBOR";
    }
    void garbage() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, expected);
        const auto message = decodeFrame(bytes);
        QVERIFY(!message.has_value());
        QVERIFY2(message.error().message.contains(expected), qPrintable(message.error().message));
    }

    void corruptedFramesAreRefusedOrRead() {
        const QByteArray good = payload(encodeFrame(
            MessageType::State, {1, "time.sync/v1", "main", 1, QCborMap{{QStringLiteral("a"), 1}}, QCborMap()}));
        QRandomGenerator random(7);
        for (int i = 0; i < 20'000; ++i) {
            QByteArray bad = good;
            for (int flips = 0; flips < 3; ++flips)
                bad[static_cast<qsizetype>(random.bounded(static_cast<quint32>(bad.size())))] =
                    static_cast<char>(random.bounded(256));
            bad.truncate(static_cast<qsizetype>(random.bounded(static_cast<quint32>(bad.size() + 1))));
            if (const auto message = decodeFrame(bad)) QVERIFY(message->type != MessageType::Unknown);
        }
    }

    void loadRequest() {
        LoadRequest request;
        request.id = "com.example.hello";
        request.file = "/opt/hello.so";
        request.publishes = QStringList{"hello.state/v1"};
        request.features = QStringList{"io.fos1.Bus/1"};
        request.configuration = {{QStringLiteral("greeting"), QStringLiteral("Hi")}};
        request.stateDirectory = "/s";
        request.runtimeDirectory = "/r";
        request.confinement = {61200U, 61201U, {20U, 44U}, {"CAP_NET_ADMIN"}, {"/a"}, {"/b"}, {"/c"}, 64};
        const LoadRequest read = LoadRequest::decode(request.encode());
        QCOMPARE(read.encode(), request.encode());
        QCOMPARE(*read.confinement.uid, 61200U);
        QCOMPARE(read.confinement.groups, (std::vector<unsigned>{20U, 44U}));
        QCOMPARE(read.confinement.memoryMiB, 64);
        request.confinement.uid.reset();
        QVERIFY(!LoadRequest::decode(request.encode()).confinement.uid);
    }
};

QTEST_GUILESS_MAIN(TestLinkMessage)
#include "tst_link_message.moc"
