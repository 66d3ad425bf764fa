// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/security_parser.h"

#include <algorithm>
#include <map>

#include "model/key_parser.h"

namespace fos1::ntp {

namespace {

using std::chrono::seconds;

constexpr double kShortestLimitSeconds = 2e-6;  // 2^-19 s, rounded up
constexpr double kLongestLimitSeconds = 4096;   // 2^12 s
constexpr int kLongestRotation = 31536000;
constexpr int kMostUpdates = 1'000'000;
constexpr int kLargestKodRate = 4;
// https://www.iana.org/assignments/aead-parameters
constexpr int kAesSivCmac256 = 15;
constexpr int kAes128GcmSiv = 30;

Permission parsePermission(const FieldChecks& at) {
    const QString key = QStringLiteral("permission");
    if (!at.reader().has(key)) {
        at.report(key, QStringLiteral("is required: allow or deny"));
        return Permission::Unknown;
    }
    const std::size_t before = at.errors().size();
    const QString text = at.reader().text(key);
    if (text == QStringLiteral("allow")) return Permission::Allow;
    if (text == QStringLiteral("deny")) return Permission::Deny;
    if (at.errors().size() == before) at.report(key, QStringLiteral("must be allow or deny, is \"%1\"").arg(text));
    return Permission::Unknown;
}

std::optional<IpPrefix> parseNetwork(const FieldChecks& at) {
    const QString key = QStringLiteral("network");
    if (!at.reader().has(key)) {
        at.report(key, QStringLiteral("is required"));
        return std::nullopt;
    }
    const std::size_t before = at.errors().size();
    const QString text = at.reader().text(key);
    if (at.errors().size() != before) return std::nullopt;
    return networkFrom(at, key, text);
}

std::vector<AccessRule> parseAccess(const FieldChecks& security) {
    struct First {
        Permission permission;
        QString path;
    };
    std::vector<AccessRule> rules;
    std::map<IpPrefix, First> seen;
    for (const FieldChecks& at : security.children(QStringLiteral("access"))) {
        const Permission permission = parsePermission(at);
        const std::optional<IpPrefix> network = parseNetwork(at);
        if (!network || permission == Permission::Unknown) continue;
        const auto [first, isNew] = seen.try_emplace(*network, First{permission, at.reader().path()});
        if (isNew)
            rules.push_back({*network, permission});
        else if (first->second.permission != permission)
            at.report(QStringLiteral("network"),
                      QStringLiteral("%1 is both allowed and denied: see %2").arg(network->text(), first->second.path));
    }
    return rules;
}

std::vector<QString> parseTrustedCerts(const FieldChecks& nts) {
    const QString key = QStringLiteral("trustedCerts");
    std::vector<QString> paths;
    const QCborArray list = nts.reader().array(key);
    for (qsizetype i = 0; i < list.size(); ++i) {
        const QString at = key + u'[' + QString::number(i) + u']';
        const QString path = list.at(i).toString();
        QString why = unsafeInConfig(path);
        if (why.isEmpty() && !path.startsWith(u'/')) why = QStringLiteral("\"%1\" is not an absolute path").arg(path);
        if (!why.isEmpty()) nts.report(at, why);
        paths.push_back(path);
    }
    return paths;
}

bool parseOnFailure(const FieldChecks& at) {
    const QString key = QStringLiteral("onFailure");
    const QString text = at.reader().text(key, QStringLiteral("closed"));
    const bool isOpen = text == QStringLiteral("open");
    if (!isOpen && text != QStringLiteral("closed"))
        at.report(key, QStringLiteral("must be closed or open, is \"%1\"").arg(text));
    return isOpen;
}

AuthSelect parseAuthSelect(const FieldChecks& at) {
    static const std::map<QString, AuthSelect> kModes{{QStringLiteral("require"), AuthSelect::Require},
                                                      {QStringLiteral("prefer"), AuthSelect::Prefer},
                                                      {QStringLiteral("mix"), AuthSelect::Mix},
                                                      {QStringLiteral("ignore"), AuthSelect::Ignore}};
    const QString key = QStringLiteral("authselect");
    if (!at.reader().has(key)) return AuthSelect::Default;
    const QString text = at.reader().text(key);
    if (const auto mode = kModes.find(text); mode != kModes.end()) return mode->second;
    at.report(key, QStringLiteral("must be require, prefer, mix or ignore, is \"%1\"").arg(text));
    return AuthSelect::Default;
}

/// chrony.conf(5), ntsratelimit: 64 s where nothing is given.
RateLimitSpec parseKeyExchangeLimit(const FieldChecks& at) {
    RateLimitSpec limit = parseRateLimit(at, false);
    if (!at.reader().has(QStringLiteral("interval"))) limit.interval = seconds(64);
    return limit;
}

std::vector<int> parseAeads(const FieldChecks& nts) {
    const QString key = QStringLiteral("aeads");
    std::vector<int> numbers;
    const QCborArray list = nts.reader().array(key);
    for (qsizetype i = 0; i < list.size(); ++i) {
        const QString at = key + u'[' + QString::number(i) + u']';
        const qint64 number = list.at(i).toInteger();
        if (number != kAesSivCmac256 && number != kAes128GcmSiv)
            nts.report(at, QStringLiteral("must be 15 (AES-SIV-CMAC-256) or 30 (AES-128-GCM-SIV)"));
        else if (std::find(numbers.begin(), numbers.end(), static_cast<int>(number)) != numbers.end())
            nts.report(at, QStringLiteral("%1 is in the list already").arg(number));
        else
            numbers.push_back(static_cast<int>(number));
    }
    return numbers;
}

NtsSpec parseNts(const FieldChecks& at) {
    NtsSpec nts;
    nts.enabled = at.reader().boolean(QStringLiteral("enabled"));
    nts.trustedCerts = parseTrustedCerts(at);
    const FieldChecks server = at.child(QStringLiteral("server"));
    const FieldChecks certificate = server.child(QStringLiteral("certificate"));
    nts.certificateFile = certificate.absolutePath(QStringLiteral("file")).value_or(QString());
    nts.certificateSecret = certificate.child(QStringLiteral("secretRef")).reader().text(QStringLiteral("name"));
    nts.keyFile = server.absolutePath(QStringLiteral("key")).value_or(QString());
    nts.port = static_cast<quint16>(server.integer(QStringLiteral("port"), 1, 65535).value_or(kNtsPort));
    nts.rotate = seconds(
        server.integer(QStringLiteral("rotate"), 0, kLongestRotation).value_or(static_cast<int>(nts.rotate.count())));
    nts.rateLimit = parseKeyExchangeLimit(server.child(QStringLiteral("ratelimit")));
    nts.aeads = parseAeads(at);
    nts.nocerttimecheck = at.integer(QStringLiteral("nocerttimecheck"), 0, kMostUpdates);
    if (!nts.certificateFile.isEmpty() && !nts.certificateSecret.isEmpty())
        certificate.report(QStringLiteral("file"), QStringLiteral("contradicts secretRef: there is one certificate"));
    if (!nts.certificateSecret.isEmpty() && !nts.keyFile.isEmpty())
        server.report(QStringLiteral("key"), QStringLiteral("contradicts certificate.secretRef, which holds the key"));
    if (!nts.certificateFile.isEmpty() && nts.keyFile.isEmpty())
        server.report(QStringLiteral("key"), QStringLiteral("is required with certificate.file"));
    if (nts.certificateFile.isEmpty() && nts.certificateSecret.isEmpty() && !nts.keyFile.isEmpty())
        server.report(QStringLiteral("key"), QStringLiteral("has no effect without certificate.file"));
    return nts;
}

}  // namespace

/// The bounds are chrony's, which clamps silently (chrony.conf(5), ratelimit).
RateLimitSpec parseRateLimit(const FieldChecks& at, bool enabledByDefault) {
    RateLimitSpec limit;
    limit.enabled = at.reader().boolean(QStringLiteral("enabled"), enabledByDefault);
    limit.interval = at.duration(QStringLiteral("interval"), seconds(1), kShortestLimitSeconds, kLongestLimitSeconds)
                         .value_or(limit.interval);
    limit.burst = at.integer(QStringLiteral("burst"), 1, 255).value_or(limit.burst);
    limit.leak = at.integer(QStringLiteral("leak"), 1, 4).value_or(limit.leak);
    return limit;
}

std::optional<IpPrefix> networkFrom(const FieldChecks& at, const QString& key, const QString& text) {
    const std::optional<IpPrefix> prefix = IpPrefix::parse(text);
    if (!prefix) {
        QString message = QStringLiteral("\"%1\" is not a network such as 192.168.0.0/16 or fd00::/8").arg(text);
        if (const auto host = IpAddress::parse(text))
            message += QStringLiteral("; for this one address write %1/%2").arg(host->text()).arg(host->bits());
        at.report(key, message);
        return std::nullopt;
    }
    if (prefix->network() != *prefix) {
        at.report(key,
                  QStringLiteral("\"%1\" has host bits set; the network is %2").arg(text, prefix->network().text()));
        return std::nullopt;
    }
    return prefix;
}

void parseSecurity(const FieldChecks& security, NtpServiceSpec& spec) {
    spec.nts = parseNts(security.child(QStringLiteral("nts")));
    spec.authentication = parseKeys(security.child(QStringLiteral("authentication")));
    spec.access = parseAccess(security);
    const FieldChecks limit = security.child(QStringLiteral("ratelimit"));
    spec.rateLimit = parseRateLimit(limit, false);
    spec.rateLimit.kod = limit.integer(QStringLiteral("kod"), 0, kLargestKodRate).value_or(spec.rateLimit.kod);
    spec.authSelect = parseAuthSelect(security);
    spec.opensOnFailure = parseOnFailure(security);
}

}  // namespace fos1::ntp
