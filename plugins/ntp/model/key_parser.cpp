// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/key_parser.h"

#include <map>

namespace fos1::ntp {

namespace {

const QString kId = QStringLiteral("id");
const QString kType = QStringLiteral("type");
const QString kValue = QStringLiteral("value");
const QString kKeyId = QStringLiteral("keyId");

constexpr qsizetype kLongestKey =
    512;  // in hexadecimal it still fits into a line of chrony's keyfile, 2,048 characters

/// The key length that a cipher requires, or 0 when any length is allowed (chrony.conf(5), keyfile).
qsizetype cipherKeyLength(const QString& type) {
    if (type == QStringLiteral("AES128")) return 16;
    if (type == QStringLiteral("AES256")) return 32;
    return 0;
}

QString parseType(const FieldChecks& key) {
    static const QStringList kTypes{QStringLiteral("MD5"),    QStringLiteral("SHA1"),   QStringLiteral("SHA256"),
                                    QStringLiteral("SHA384"), QStringLiteral("SHA512"), QStringLiteral("AES128"),
                                    QStringLiteral("AES256")};
    const QString type = key.reader().text(kType).toUpper();  // chrony refuses a type in lower case
    if (kTypes.contains(type)) return type;
    key.report(kType, QStringLiteral("must be one of %1").arg(kTypes.join(QStringLiteral(", "))));
    return {};
}

void parseValueFrom(const FieldChecks& key, KeySpec& spec) {
    const FieldChecks from = key.child(QStringLiteral("valueFrom"));
    const FieldChecks reference = from.child(QStringLiteral("secretKeyRef"));
    const bool isSecret = from.reader().has(QStringLiteral("secretKeyRef"));
    if (isSecret)
        spec.secret = SecretReference{reference.reader().text(QStringLiteral("name")),
                                      reference.reader().text(QStringLiteral("key"))};
    spec.file = from.absolutePath(QStringLiteral("file")).value_or(QString());
    if (isSecret == from.reader().has(QStringLiteral("file")))
        key.report(QStringLiteral("valueFrom"), QStringLiteral("needs either secretKeyRef or file"));
}

void parseValue(const FieldChecks& key, KeySpec& spec) {
    const bool inlined = key.reader().has(kValue);
    const bool referred = key.reader().has(QStringLiteral("valueFrom"));
    if (inlined && referred) key.report(kValue, QStringLiteral("contradicts valueFrom: a key has one value"));
    if (!inlined && !referred) key.report(kValue, QStringLiteral("is required, or valueFrom"));
    if (referred) parseValueFrom(key, spec);
    if (!inlined || spec.type.isEmpty()) return;
    const Result<QByteArray> bytes = keyBytes(key.reader().text(kValue).toUtf8(), spec.type);
    if (bytes)
        spec.value = *bytes;
    else
        key.report(kValue, bytes.error().message);
}

}  // namespace

Result<QByteArray> keyBytes(const QByteArray& text, const QString& type) {
    const auto wrong = [](const QString& what) { return failure(ErrorCode::InvalidInput, what); };
    QByteArray bytes = text;
    if (text.startsWith("HEX:")) {
        const QByteArray digits = text.mid(4);
        bytes = QByteArray::fromHex(digits);
        if (bytes.toHex() != digits.toLower())
            return wrong(QStringLiteral("must have only pairs of hexadecimal digits after HEX:"));
    } else if (text.startsWith("ASCII:")) {
        bytes = text.mid(6);
    }
    if (bytes.isEmpty()) return wrong(QStringLiteral("is an empty key"));
    if (bytes.size() > kLongestKey) return wrong(QStringLiteral("is longer than %1 bytes").arg(kLongestKey));
    if (const qsizetype length = cipherKeyLength(type); length != 0 && bytes.size() != length)
        return wrong(QStringLiteral("has %1 bytes; a key of type %2 has %3 (%4 digits after HEX:)")
                         .arg(bytes.size())
                         .arg(type)
                         .arg(length)
                         .arg(2 * length));
    return bytes;
}

AuthenticationSpec parseKeys(const FieldChecks& authentication) {
    AuthenticationSpec spec;
    spec.enabled = authentication.reader().boolean(QStringLiteral("enabled"), true);
    std::map<qint64, QString> seen;
    for (const FieldChecks& at : authentication.children(QStringLiteral("keys"))) {
        KeySpec key;
        key.path = at.reader().path();
        key.id = at.reader().integer(kId);
        if (key.id < 1 || key.id > 0xffffffffLL)
            at.report(kId, QStringLiteral("must be between 1 and 4294967295, is %1").arg(key.id));
        const auto [first, isNew] = seen.try_emplace(key.id, at.reader().path(kId));
        if (!isNew) at.report(kId, QStringLiteral("%1 is already used by %2").arg(key.id).arg(first->second));
        key.type = parseType(at);
        parseValue(at, key);
        spec.keys.push_back(std::move(key));
    }
    return spec;
}

void checkKeyReference(const FieldChecks& source, const AuthenticationSpec& authentication) {
    if (!source.reader().has(kKeyId)) return;
    const qint64 id = source.reader().integer(kKeyId);
    const bool isKnown = std::any_of(authentication.keys.begin(), authentication.keys.end(),
                                     [id](const KeySpec& key) { return key.id == id; });
    if (!authentication.enabled)
        source.report(kKeyId,
                      QStringLiteral("names key %1, but spec.security.authentication.enabled is false").arg(id));
    else if (!isKnown)
        source.report(kKeyId, QStringLiteral("key %1 is not in spec.security.authentication.keys").arg(id));
}

}  // namespace fos1::ntp
