// SPDX-License-Identifier: GPL-2.0-or-later
#include "kea/agent_access.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QFile>
#include <QSslCertificate>
#include <QSslKey>
#include <cerrno>

namespace fos1::dhcp {

namespace {

constexpr qint64 kMostBytes = qint64{1} << 18;
constexpr mode_t kOthers = S_IRWXO;
constexpr mode_t kAllButTheOwner = S_IRWXG | S_IRWXO;

/// `refused`: bits of the mode that a secret must not have.
Result<QByteArray> readFile(const QString& path, mode_t refused = 0) {
    // Opening a FIFO must not wait for a writer.
    const int descriptor = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) return failure(ErrorCode::Refused, qt_error_string(errno), path);
    struct stat info {};
    QFile file;
    const bool isRegular = ::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode);
    if (!isRegular || !file.open(descriptor, QIODevice::ReadOnly, QFileDevice::AutoCloseHandle)) {
        ::close(descriptor);
        return failure(ErrorCode::Refused, QStringLiteral("is not a regular file"), path);
    }
    if ((info.st_mode & refused) != 0)
        return failure(ErrorCode::Refused,
                       QStringLiteral("others may read this secret; chmod %1 %2")
                           .arg(refused == kAllButTheOwner ? QStringLiteral("600") : QStringLiteral("o="), path),
                       path);
    if (info.st_size > kMostBytes)
        return failure(ErrorCode::Refused, QStringLiteral("is larger than %1 bytes").arg(kMostBytes), path);
    return file.read(kMostBytes);
}

QSslKey keyFrom(const QByteArray& pem) {
    for (const QSsl::KeyAlgorithm algorithm : {QSsl::Rsa, QSsl::Ec, QSsl::Dsa})
        if (QSslKey key(pem, algorithm); !key.isNull()) return key;
    return {};
}

/// The first line.
Result<QByteArray> passwordIn(const QString& path) {
    const auto text = readFile(path, kAllButTheOwner);
    if (!text) return text;
    QByteArray password = text->left(text->indexOf('\n'));
    if (password.endsWith('\r')) password.chop(1);
    if (password.isEmpty())
        return failure(ErrorCode::Refused, QStringLiteral("has no password in its first line"), path);
    return password;
}

}  // namespace

Result<void> checkAccess(const AgentAccess& access, const QString& path) {
    const auto wrong = [&path](const char* member, const QString& message) {
        return failure(ErrorCode::InvalidInput, message, path + u'.' + QLatin1String(member));
    };
    const bool isTls = access.url.scheme() == QStringLiteral("https");
    if (!access.url.isValid() || access.url.host().isEmpty() ||
        (!isTls && access.url.scheme() != QStringLiteral("http")))
        return wrong("url", QStringLiteral("is not an http:// or https:// URL with a host"));
    if (!access.url.userInfo().isEmpty())
        return wrong("url", QStringLiteral("must not contain a user or password; use \"user\" and \"passwordFile\""));
    if (access.url.hasQuery() || access.url.hasFragment())
        return wrong("url", QStringLiteral("must not contain a query or fragment"));
    if (access.user.isEmpty() != access.passwordFile.isEmpty())
        return wrong(access.user.isEmpty() ? "passwordFile" : "user",
                     QStringLiteral("\"user\" and \"passwordFile\" need each other"));
    if (access.certificateFile.isEmpty() != access.keyFile.isEmpty())
        return wrong(access.keyFile.isEmpty() ? "certificateFile" : "keyFile",
                     QStringLiteral("\"certificateFile\" and \"keyFile\" need each other"));
    if (!isTls && !(access.caFile + access.certificateFile).isEmpty())
        return wrong(access.caFile.isEmpty() ? "certificateFile" : "caFile",
                     QStringLiteral("has no effect without https:// in \"url\""));
    return {};
}

Result<AgentCredentials> readCredentials(const AgentAccess& access) {
    AgentCredentials credentials;
    const auto take = [](const QString& path, mode_t refused, QByteArray* into) -> Result<void> {
        if (path.isEmpty()) return {};
        auto text = readFile(path, refused);
        if (!text) return tl::unexpected(text.error());
        *into = std::move(*text);
        return {};
    };
    auto good = take(access.caFile, 0, &credentials.authority);
    if (good) good = take(access.certificateFile, 0, &credentials.certificate);
    if (good) good = take(access.keyFile, kOthers, &credentials.key);
    if (!good) return tl::unexpected(good.error());
    if (!access.user.isEmpty()) {
        const auto password = passwordIn(access.passwordFile);
        if (!password) return tl::unexpected(password.error());
        // RFC 7617, 2.
        credentials.authorization = "Basic " + (access.user.toUtf8() + ':' + *password).toBase64();
    }
    return credentials;
}

Result<QSslConfiguration> tlsFrom(const AgentAccess& access, const AgentCredentials& credentials) {
    QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
    if (!access.caFile.isEmpty()) {
        const QList<QSslCertificate> authorities = QSslCertificate::fromData(credentials.authority);
        if (authorities.isEmpty())
            return failure(ErrorCode::Refused, QStringLiteral("contains no certificate in PEM"), access.caFile);
        tls.setCaCertificates(authorities);
    }
    if (!access.certificateFile.isEmpty()) {
        const QList<QSslCertificate> chain = QSslCertificate::fromData(credentials.certificate);
        if (chain.isEmpty())
            return failure(ErrorCode::Refused, QStringLiteral("contains no certificate in PEM"),
                           access.certificateFile);
        const QSslKey key = keyFrom(credentials.key);
        if (key.isNull())
            return failure(ErrorCode::Refused, QStringLiteral("contains no private key in PEM"), access.keyFile);
        tls.setLocalCertificateChain(chain);
        tls.setPrivateKey(key);
    }
    return tls;
}

}  // namespace fos1::dhcp
