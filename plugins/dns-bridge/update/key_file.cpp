// SPDX-License-Identifier: GPL-2.0-or-later
#include "update/key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QFile>
#include <QRegularExpression>
#include <cerrno>
#include <cstring>

namespace fos1::dns {

namespace {

constexpr qsizetype kMostKeyBytes = 64 * 1024;
constexpr int kModeOfOthers = 077;
constexpr int kModeBits = 07777;
/// RFC 8945, 8: a shorter one is easier to guess than the digest.
constexpr qsizetype kFewestSecretBytes = 16;

struct Parts {
    QString name;
    QString algorithm;
    QString secret;
};

QString withoutComments(const QByteArray& text) {
    QStringList kept;
    for (const QString& line : QString::fromUtf8(text).split(u'\n')) {
        const QString trimmed = line.trimmed();
        if (!trimmed.startsWith(u'#') && !trimmed.startsWith(QStringLiteral("//"))) kept.append(line);
    }
    return kept.join(u'\n').trimmed();
}

/// Nothing when it is not in that form.
std::optional<Parts> inBindsForm(const QString& text) {
    static const QRegularExpression kKey(QStringLiteral("\\bkey\\s+\"?([^\\s\"{]+)\"?\\s*\\{([^}]*)\\}"));
    static const QRegularExpression kAlgorithm(QStringLiteral("\\balgorithm\\s+\"?([^\\s\";]+)\"?\\s*;"));
    static const QRegularExpression kSecret(QStringLiteral("\\bsecret\\s+\"?([^\";]+)\"?\\s*;"));
    const auto key = kKey.match(text);
    if (!key.hasMatch()) return std::nullopt;
    return Parts{key.captured(1), kAlgorithm.match(key.captured(2)).captured(1),
                 kSecret.match(key.captured(2)).captured(1)};
}

Parts partsOf(const QString& text, const KeySource& source) {
    if (const auto bind = inBindsForm(text)) return *bind;
    const QStringList fields = text.split(u':');
    if (fields.size() == 3) return {fields[1].trimmed(), fields[0].trimmed(), fields[2]};
    return {source.name, source.algorithm, text};
}

tl::unexpected<Error> wrongKey(const QString& message, const KeySource& source) {
    return failure(ErrorCode::InvalidInput, message, source.file);
}

}  // namespace

Result<TsigKey> keyFrom(const QByteArray& text, const KeySource& source) {
    const Parts parts = partsOf(withoutComments(text), source);
    if (parts.name.isEmpty())
        return wrongKey(QStringLiteral("has no name of the key; add it to the file or to host.yaml"), source);
    if (parts.algorithm.isEmpty())
        return wrongKey(QStringLiteral("has no algorithm of the key; add it to the file or to host.yaml"), source);
    TsigKey key;
    const auto name = DnsName::parse(parts.name);
    if (!name) return wrongKey(QStringLiteral("the name of the key: %1").arg(name.error().message), source);
    key.name = *name;
    const auto algorithm = tsigAlgorithmFrom(parts.algorithm);
    if (!algorithm)
        return wrongKey(QStringLiteral("the algorithm of the key: %1").arg(algorithm.error().message), source);
    key.algorithm = *algorithm;
    if (!source.name.isEmpty() && DnsName::parse(source.name) != key.name)
        return wrongKey(QStringLiteral("has the key %1, but host.yaml names %2").arg(key.name.shortText(), source.name),
                        source);
    if (!source.algorithm.isEmpty() && tsigAlgorithmFrom(source.algorithm) != key.algorithm)
        return wrongKey(
            QStringLiteral("has the algorithm %1, but host.yaml names %2").arg(toText(key.algorithm), source.algorithm),
            source);
    const QString secret = parts.secret.simplified().remove(u' ');
    const auto decoded = QByteArray::fromBase64Encoding(secret.toLatin1(), QByteArray::AbortOnBase64DecodingErrors);
    if (!decoded || decoded.decoded.isEmpty()) return wrongKey(QStringLiteral("its secret is not in base64"), source);
    if (decoded.decoded.size() < kFewestSecretBytes)
        return wrongKey(QStringLiteral("its secret is shorter than %1 bytes").arg(kFewestSecretBytes), source);
    key.secret = decoded.decoded;
    return key;
}

Result<TsigKey> readKeyFile(const KeySource& source) {
    const auto problem = [&source](ErrorCode code, const QString& message) {
        return failure(code, message, source.file);
    };
    const int descriptor = ::open(QFile::encodeName(source.file).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return problem(errno == ENOENT ? ErrorCode::NotFound : ErrorCode::Refused,
                       QStringLiteral("the key file cannot be read: %1").arg(QString::fromLocal8Bit(strerror(errno))));
    QFile file;
    file.open(descriptor, QIODevice::ReadOnly, QFileDevice::AutoCloseHandle);
    struct stat status {};
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode))
        return problem(ErrorCode::Refused, QStringLiteral("the key file is not a plain file"));
    if ((status.st_mode & kModeOfOthers) != 0)
        return problem(
            ErrorCode::Refused,
            QStringLiteral("the key file has mode %1, so that others than its owner may use it; run chmod 600")
                .arg(status.st_mode & kModeBits, 4, 8, QLatin1Char('0')));
    if (status.st_size > kMostKeyBytes)
        return problem(ErrorCode::InvalidInput, QStringLiteral("is longer than %1 bytes").arg(kMostKeyBytes));
    return keyFrom(file.read(kMostKeyBytes), source);
}

}  // namespace fos1::dns
