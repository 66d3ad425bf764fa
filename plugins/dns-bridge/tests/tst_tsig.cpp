// SPDX-License-Identifier: GPL-2.0-or-later
// Signatures, which ldns checks and makes too, and messages.
// Before ldns, which defines bool, true and false otherwise.
#include <stdbool.h>

#include <ldns/ldns.h>

#include <QDateTime>
#include <QTest>
#include <QtEndian>

#include "core/answer_words.h"
#include "wire/update_batch.h"

using namespace fos1;
using namespace fos1::dns;

namespace {

DnsName name(const char* text) { return DnsName::parse(QLatin1String(text)).value(); }

TsigKey keyOf(TsigAlgorithm algorithm) { return {name("fos1.key"), algorithm, QByteArray(32, 'k')}; }

Record address(const char* text) { return addressRecord(*net::IpAddress::parse(QLatin1String(text))); }

std::vector<UpdateLine> linesOf(int i) {
    const DnsName owner = name(qPrintable(QStringLiteral("ntp.vlan-%1.lan.test").arg(i)));
    return {{UpdateLine::Kind::NameNotInUse, owner, {}},
            {UpdateLine::Kind::Add, owner, address("10.1.0.1")},
            {UpdateLine::Kind::Add, owner, textRecord({"heritage=fos1-host", "owner=router-a"})}};
}

/// An answer to `request`, as ldns makes it with this key.
QByteArray answerTo(const SignedMessage& request, const TsigKey& key) {
    QByteArray answer = updateMessage(qFromBigEndian<quint16>(request.message.constData()), name("lan.test"), {}, 0);
    answer[2] = static_cast<char>(answer[2] | '\x80');
    ldns_pkt* packet = nullptr;
    ldns_wire2pkt(&packet, reinterpret_cast<const uint8_t*>(answer.constData()), static_cast<size_t>(answer.size()));
    ldns_rdf* mac =
        ldns_rdf_new_frm_data(LDNS_RDF_TYPE_INT16_DATA, static_cast<size_t>(request.mac.size() + 2),
                              (QByteArray(1, '\0') + static_cast<char>(request.mac.size()) + request.mac).constData());
    ldns_pkt_tsig_sign(packet, qPrintable(key.name.text()), key.secret.toBase64().constData(), 300,
                       qPrintable(toText(key.algorithm) + u'.'), mac);
    uint8_t* bytes = nullptr;
    size_t size = 0;
    ldns_pkt2wire(&bytes, packet, &size);
    const QByteArray made(reinterpret_cast<const char*>(bytes), static_cast<qsizetype>(size));
    LDNS_FREE(bytes);
    ldns_rdf_deep_free(mac);
    ldns_pkt_free(packet);
    return made;
}

}  // namespace

class TestTsig : public QObject {
    Q_OBJECT

    const quint64 m_now = static_cast<quint64>(QDateTime::currentSecsSinceEpoch());

   private Q_SLOTS:
    void ldnsAgrees_data() {
        QTest::addColumn<TsigAlgorithm>("algorithm");
        QTest::newRow("sha256") << TsigAlgorithm::HmacSha256;
        QTest::newRow("sha512") << TsigAlgorithm::HmacSha512;
    }
    void ldnsAgrees() const {
        QFETCH(const TsigAlgorithm, algorithm);
        const TsigKey key = keyOf(algorithm);
        const SignedMessage request = signMessage(updateMessage(7, name("lan.test"), linesOf(1), 60), key, m_now);
        QCOMPARE(request.message.size() - updateMessage(7, name("lan.test"), linesOf(1), 60).size(),
                 signatureBytes(key));
        ldns_pkt* packet = nullptr;
        const auto* bytes = reinterpret_cast<const uint8_t*>(request.message.constData());
        QCOMPARE(ldns_wire2pkt(&packet, bytes, static_cast<size_t>(request.message.size())), LDNS_STATUS_OK);
        const QByteArray secret = key.secret.toBase64();
        QVERIFY(ldns_pkt_tsig_verify(packet, bytes, static_cast<size_t>(request.message.size()),
                                     qPrintable(key.name.text()), secret.constData(), nullptr));
        ldns_pkt_free(packet);
        const QByteArray answer = answerTo(request, key);
        QCOMPARE(verifyAnswer(answer, *parseAnswer(answer), key, request.mac, m_now), Signature::Valid);
    }

    /// ldns 1.8 does not know it; real servers check it in system tests.
    void sha384IsVerifiedAsItIsMade() const {
        const TsigKey key = keyOf(TsigAlgorithm::HmacSha384);
        const SignedMessage made = signMessage(updateMessage(7, name("lan.test"), {}, 0), key, m_now);
        QCOMPARE(made.mac.size(), 48);
        QCOMPARE(verifyAnswer(made.message, *parseAnswer(made.message), key, {}, m_now), Signature::Valid);
    }

    void answersThatProveNothing() const {
        const TsigKey key = keyOf(TsigAlgorithm::HmacSha256);
        const SignedMessage request = signMessage(updateMessage(7, name("lan.test"), linesOf(1), 60), key, m_now);
        const QByteArray answer = answerTo(request, key);
        const auto verify = [&](const QByteArray& bytes, const TsigKey& with, const QByteArray& mac, quint64 now) {
            return verifyAnswer(bytes, *parseAnswer(bytes), with, mac, now);
        };
        QCOMPARE(verify(answer, key, QByteArray(32, 'x'), m_now), Signature::Wrong);
        TsigKey other = key;
        other.secret[0] = 'x';
        QCOMPARE(verify(answer, other, request.mac, m_now), Signature::Wrong);
        other = key;
        other.name = name("fos2.key");
        QCOMPARE(verify(answer, other, request.mac, m_now), Signature::Wrong);
        other = key;
        other.algorithm = TsigAlgorithm::HmacSha512;
        QCOMPARE(verify(answer, other, request.mac, m_now), Signature::Wrong);
        QCOMPARE(verify(answer, key, request.mac, m_now + 400), Signature::Stale);
        QByteArray changed = answer;
        changed[3] = static_cast<char>(changed[3] | 5);
        QCOMPARE(verify(changed, key, request.mac, m_now), Signature::Wrong);
        // A forwarder may have changed the id.
        changed = answer;
        changed[0] = '\x55';
        QCOMPARE(verify(changed, key, request.mac, m_now), Signature::Valid);
        const QByteArray plain = updateMessage(7, name("lan.test"), {}, 0);
        QCOMPARE(verify(plain, key, request.mac, m_now), Signature::Missing);
    }

    void algorithmsInAnySpelling() {
        for (const char* text : {"HMAC-SHA256", "hmac-sha256", "hmac-sha256."})
            QCOMPARE(tsigAlgorithmFrom(QLatin1String(text)).value_or(TsigAlgorithm::Unknown),
                     TsigAlgorithm::HmacSha256);
        QVERIFY(!tsigAlgorithmFrom("hmac-md5"));
    }

    void anUpdateIsReadAsItWasWritten() {
        const QByteArray message = updateMessage(0x1234, name("lan.test"), linesOf(1), 60);
        const auto answer = parseAnswer(message);
        QVERIFY(answer);
        QCOMPARE(answer->id, quint16(0x1234));
        QCOMPARE(answer->opcode, 5);
        QCOMPARE(answer->question, std::optional(Question{name("lan.test"), RecordType::Soa}));
        QCOMPARE(answer->authority.size(), std::size_t(2));
        QCOMPARE(answer->authority[0].record, address("10.1.0.1"));
        QCOMPARE(answer->authority[0].ttl, quint32(60));
    }

    void aBatchIsAsLargeAsAMessageMayBe() {
        const TsigKey key = keyOf(TsigAlgorithm::HmacSha256);
        UpdateBatch batch(name("lan.test"), signatureBytes(key));
        int count = 0;
        while (batch.add(linesOf(count))) ++count;
        const QByteArray message = updateMessage(1, name("lan.test"), batch.lines(), 60);
        QVERIFY(message.size() <= batch.size());
        const qsizetype whole = message.size() + signatureBytes(key);
        QVERIFY2(whole <= kMostMessageBytes && whole > kMostMessageBytes - 2000,
                 qPrintable(QStringLiteral("%1 bytes, %2 estimated").arg(whole).arg(batch.size())));
        QVERIFY(!UpdateBatch(name("lan.test"), kMostMessageBytes - 50).add(linesOf(1)));
    }

    void brokenMessagesAreRefused() {
        const QByteArray loop("\0\1\x80\0\0\1\0\0\0\0\0\0\xc0\x0c\0\1\0\1", 18);
        QVERIFY(!parseAnswer(loop));
        const QByteArray message = updateMessage(1, name("lan.test"), linesOf(1), 60);
        for (qsizetype length = 0; length < message.size(); ++length)
            QVERIFY2(!parseAnswer(message.left(length)), qPrintable(QString::number(length)));
    }

    void words_data() {
        QTest::addColumn<int>("rcode");
        QTest::addColumn<int>("error");  // -1: no TSIG
        QTest::addColumn<bool>("isValid");
        QTest::addColumn<QString>("reason");
        QTest::addColumn<QString>("part");
        const auto row = [](const char* what, int rcode, int error, bool isValid, const char* reason,
                            const char* part) { QTest::newRow(what) << rcode << error << isValid << reason << part; };
        row("BADSIG", 9, 16, false, "BadSignature", "another secret for the key fos1.key");
        row("BADKEY", 9, 17, false, "UnknownKey", "does not know the key fos1.key with the algorithm hmac-sha256");
        row("BADTIME", 9, 18, true, "ClockDiffers", "this node's clock is 3600 s behind the server's");
        row("wrong zone", 9, 0, true, "NotAuthoritative", "not the primary of the zone lan.test");
        row("PowerDNS", 9, -1, false, "NotAuthorized",
            "Either the clocks differ by more than 5 minutes, or the key fos1.key or its secret is not the server's, "
            "or "
            "the zone lan.test is not there");
        row("NOTZONE", 10, 0, true, "NotInZone", "ntp.lan.test A");
        row("REFUSED", 5, 0, true, "Refused", "refused to change ntp.lan.test A");
        row("REFUSED, unsigned", 5, -1, false, "Refused",
            "not signed, so the key, its secret or the clocks may be the reason too");
        row("NOTIMP", 4, -1, false, "NoUpdates", "takes no updates");
        row("SERVFAIL", 2, 0, true, "ServerFailure", "it may be loading the zone");
        row("FORMERR", 1, 0, true, "NotUnderstood", "FORMERR");
        row("unsigned", 0, -1, false, "UnsignedAnswer", "is not signed, so that it proves nothing");
        row("unheard of", 15, 0, true, "Refused", "RCODE 15");
    }
    void words() {
        QFETCH(const int, rcode);
        QFETCH(const int, error);
        QFETCH(const bool, isValid);
        QFETCH(const QString, part);
        Answer answer;
        answer.rcode = rcode;
        if (error >= 0) {
            answer.tsig.emplace();
            answer.tsig->error = static_cast<quint16>(error);
            if (error == kBadTime) answer.tsig->otherData = QByteArray("\0\0\0\0\x17\x70", 6);  // 6000
        }
        UpdateContext context;
        context.zone = name("lan.test");
        context.server = QStringLiteral("10.0.0.53");
        context.names = QStringLiteral("ntp.lan.test A");
        context.key = name("fos1.key");
        context.algorithm = TsigAlgorithm::HmacSha256;
        context.now = 2400;
        const Trouble trouble = updateTrouble(answer, isValid ? Signature::Valid : Signature::Missing, context);
        QTEST(trouble.reason, "reason");
        QVERIFY2(trouble.text().contains(part), qPrintable(trouble.text()));
    }
};

QTEST_APPLESS_MAIN(TestTsig)
#include "tst_tsig.moc"
