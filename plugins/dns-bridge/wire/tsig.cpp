// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/tsig.h"

#include <QMessageAuthenticationCode>
#include <QtEndian>
#include <algorithm>
#include <array>

namespace fos1::dns {

namespace {

constexpr quint16 kFudge = 300;  // seconds; RFC 8945, 10
constexpr quint16 kTypeTsig = 250;
constexpr quint16 kClassAny = 255;
constexpr qsizetype kAdditionalCount = 10;  // its place in the header

struct Algorithm {
    TsigAlgorithm algorithm;
    const char* name;
    QCryptographicHash::Algorithm hash;
    qsizetype bytes;
};
constexpr std::array<Algorithm, 3> kAlgorithms{
    {{TsigAlgorithm::HmacSha256, "hmac-sha256", QCryptographicHash::Sha256, 32},
     {TsigAlgorithm::HmacSha384, "hmac-sha384", QCryptographicHash::Sha384, 48},
     {TsigAlgorithm::HmacSha512, "hmac-sha512", QCryptographicHash::Sha512, 64}}};

const Algorithm& rowOf(TsigAlgorithm algorithm) {
    return *std::find_if(kAlgorithms.begin(), kAlgorithms.end(),
                         [algorithm](const Algorithm& each) { return each.algorithm == algorithm; });
}

DnsName wireNameOf(TsigAlgorithm algorithm) {
    return DnsName::parse(QString::fromLatin1(rowOf(algorithm).name)).value_or(DnsName());
}

template <typename Number>
QByteArray bigEndian(Number value) {
    QByteArray bytes(sizeof(Number), '\0');
    qToBigEndian(value, bytes.data());
    return bytes;
}
QByteArray bigEndian48(quint64 value) { return bigEndian(value).mid(2); }
QByteArray counted(const QByteArray& bytes) { return bigEndian(static_cast<quint16>(bytes.size())) + bytes; }

/// RFC 8945, 4.3: the MAC of the request, if any, the message without TSIG, and the variables of 4.3.3.
QByteArray macOf(const TsigKey& key, const QByteArray& requestMac, const QByteArray& message, const TsigFields& tsig) {
    QMessageAuthenticationCode code(rowOf(key.algorithm).hash, key.secret);
    if (!requestMac.isEmpty()) code.addData(counted(requestMac));
    code.addData(message);
    code.addData(key.name.wire() + bigEndian(kClassAny) + bigEndian(quint32{0}) + wireNameOf(key.algorithm).wire() +
                 bigEndian48(tsig.timeSigned) + bigEndian(tsig.fudge) + bigEndian(tsig.error) +
                 counted(tsig.otherData));
    return code.result();
}

/// The end of the name at `at`; nothing when it is not complete.
std::optional<qsizetype> afterName(const QByteArray& message, qsizetype at) {
    constexpr unsigned char kPointer = 0xc0;
    while (at < message.size()) {
        const auto length = static_cast<unsigned char>(message[at]);
        if (length == 0) return at + 1;
        if ((length & kPointer) == kPointer) return at + 2;
        at += 1 + length;
    }
    return std::nullopt;
}

/// Where the last record begins, which is the TSIG record of a message that has one (5.1).
std::optional<qsizetype> lastRecordOf(const QByteArray& message) {
    constexpr qsizetype kFixed = 10;
    if (message.size() < kHeaderBytes) return std::nullopt;
    const auto count = [&message](qsizetype at) { return qFromBigEndian<quint16>(message.constData() + at); };
    const int questions = count(4);
    const int records = count(6) + count(8) + count(kAdditionalCount);
    qsizetype at = kHeaderBytes;
    for (int i = 0; i < questions; ++i) {
        const auto next = afterName(message, at);
        if (!next) return std::nullopt;
        at = *next + 4;
    }
    qsizetype last = at;
    for (int i = 0; i < records; ++i) {
        last = at;
        const auto next = afterName(message, at);
        if (!next || *next + kFixed > message.size()) return std::nullopt;
        at = *next + kFixed + count(*next + kFixed - 2);
    }
    if (records == 0 || at != message.size()) return std::nullopt;
    return last;
}

/// Takes the same time wherever the two differ.
bool isSame(const QByteArray& a, const QByteArray& b) {
    if (a.size() != b.size()) return false;
    unsigned char difference = 0;
    for (qsizetype i = 0; i < a.size(); ++i) difference |= static_cast<unsigned char>(a[i] ^ b[i]);
    return difference == 0;
}

/// As it was when it was signed: without the TSIG record and with the id of then (5.3).
QByteArray unsignedForm(const QByteArray& message, qsizetype tsigAt, quint16 originalId) {
    QByteArray form = message.left(tsigAt);
    const auto additional = qFromBigEndian<quint16>(form.constData() + kAdditionalCount);
    qToBigEndian(originalId, form.data());
    qToBigEndian(static_cast<quint16>(additional - 1), form.data() + kAdditionalCount);
    return form;
}

}  // namespace

Result<TsigAlgorithm> tsigAlgorithmFrom(const QString& text) {
    QString name = text.trimmed().toLower();
    if (name.endsWith(u'.')) name.chop(1);
    for (const Algorithm& each : kAlgorithms)
        if (name == QLatin1String(each.name)) return each.algorithm;
    return failure(ErrorCode::InvalidInput,
                   QStringLiteral("\"%1\" is not one of hmac-sha256, hmac-sha384 and hmac-sha512").arg(text));
}

QString toText(TsigAlgorithm algorithm) { return QString::fromLatin1(rowOf(algorithm).name); }

SignedMessage signMessage(const QByteArray& message, const TsigKey& key, quint64 now) {
    TsigFields tsig;
    tsig.timeSigned = now;
    tsig.fudge = kFudge;
    tsig.originalId = qFromBigEndian<quint16>(message.constData());
    const QByteArray mac = macOf(key, {}, message, tsig);
    const QByteArray data = wireNameOf(key.algorithm).wire() + bigEndian48(now) + bigEndian(kFudge) + counted(mac) +
                            bigEndian(tsig.originalId) + bigEndian(quint16{0}) + bigEndian(quint16{0});
    QByteArray all = message;
    all += key.name.wire() + bigEndian(kTypeTsig) + bigEndian(kClassAny) + bigEndian(quint32{0}) + counted(data);
    const auto additional = qFromBigEndian<quint16>(all.constData() + kAdditionalCount);
    qToBigEndian(static_cast<quint16>(additional + 1), all.data() + kAdditionalCount);
    return {all, mac};
}

qsizetype signatureBytes(const TsigKey& key) {
    constexpr qsizetype kFixed = 10 + 16;  // of the record, and of its data
    return key.name.wire().size() + wireNameOf(key.algorithm).wire().size() + rowOf(key.algorithm).bytes + kFixed;
}

Signature verifyAnswer(const QByteArray& message, const Answer& answer, const TsigKey& key,
                       const QByteArray& requestMac, quint64 now) {
    if (!answer.tsig || answer.tsig->mac.isEmpty()) return Signature::Missing;
    const TsigFields& tsig = *answer.tsig;
    if (tsig.key != key.name || tsig.algorithm != wireNameOf(key.algorithm)) return Signature::Wrong;
    const auto at = lastRecordOf(message);
    if (!at) return Signature::Wrong;
    const QByteArray signedForm = unsignedForm(message, *at, tsig.originalId);
    if (!isSame(macOf(key, requestMac, signedForm, tsig), tsig.mac)) return Signature::Wrong;
    const quint64 difference = tsig.timeSigned > now ? tsig.timeSigned - now : now - tsig.timeSigned;
    if (tsig.error != kBadTime && difference > tsig.fudge) return Signature::Stale;
    return Signature::Valid;
}

std::optional<quint64> serverTimeOf(const TsigFields& tsig) {
    if (tsig.error != kBadTime || tsig.otherData.size() != 6) return std::nullopt;
    return qFromBigEndian<quint64>((QByteArray(2, '\0') + tsig.otherData).constData());
}

}  // namespace fos1::dns
