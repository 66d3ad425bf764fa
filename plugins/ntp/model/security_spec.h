// SPDX-License-Identifier: GPL-2.0-or-later
// Which sources are trusted and which clients are answered: keys, certificates, access, limits. Values as the operator
// gave them; for a secret that is stored elsewhere, its location.
#pragma once

#include <QByteArray>
#include <QString>
#include <chrono>
#include <optional>
#include <vector>

#include "model/addresses.h"

namespace fos1::ntp {

inline constexpr quint16 kNtsPort = 4460;  // RFC 8915, section 7.1

/// A field of a Secret in the service's namespace.
struct SecretReference {
    QString name;
    QString key;
    bool operator==(const SecretReference&) const = default;
};

/// A symmetric key (chrony.conf(5), keyfile). Exactly one of `value`, `secret` and `file` is set.
struct KeySpec {
    qint64 id = 0;
    QString type;      ///< in chrony's spelling: MD5, SHA1, SHA256, SHA384, SHA512, AES128, AES256
    QByteArray value;  ///< the key's bytes; secret
    std::optional<SecretReference> secret;
    QString file;  ///< absolute path of a file that contains only the key
    QString path;  ///< spec.security.authentication.keys[n]
    bool operator==(const KeySpec&) const = default;
};

struct AuthenticationSpec {
    bool enabled = true;
    std::vector<KeySpec> keys;
    bool operator==(const AuthenticationSpec&) const = default;
};

/// How often one client is answered. chrony supports only intervals that are powers of two seconds.
struct RateLimitSpec {
    bool enabled = false;
    std::chrono::nanoseconds interval{std::chrono::seconds(8)};  ///< minimum average time between two answers
    int burst = 8;                                               ///< number of answers that may come closer together
    int leak = 2;                                                ///< one of 2^leak excess requests is still answered
    int kod = 0;  ///< one of 2^kod excess requests is answered with a request to ask less; 0: none
    bool operator==(const RateLimitSpec&) const = default;
};

struct NtsSpec {
    bool enabled = false;     ///< serve NTS; each source decides for itself whether it uses NTS
    QString certificateFile;  ///< requires `keyFile`; empty: from the secret, or self-signed
    QString keyFile;
    QString certificateSecret;  ///< name of a Secret with tls.crt and tls.key
    quint16 port = kNtsPort;
    std::chrono::seconds rotate{604800};
    std::vector<QString> trustedCerts;   ///< files or directories
    RateLimitSpec rateLimit;             ///< of key exchanges; `kod` does not count
    std::vector<int> aeads;              ///< IANA numbers, the first is preferred; empty: chrony's own
    std::optional<int> nocerttimecheck;  ///< updates of the clock before which a certificate's dates do not count
    bool operator==(const NtsSpec&) const = default;
};

/// How sources with and without authentication are weighed (chrony.conf(5), authselectmode). Default: where there are
/// both kinds, authenticated sources outvote plain ones, which are followed when no authenticated one is usable. None
/// of chrony's modes does that: `prefer` and `require` never follow a plain source, and `mix` none without the others.
enum class AuthSelect { Default = 0, Require, Prefer, Mix, Ignore };

enum class Permission { Unknown = 0, Allow, Deny };

struct AccessRule {
    IpPrefix network;  ///< without host bits
    Permission permission = Permission::Unknown;
    bool operator==(const AccessRule&) const = default;
};

}  // namespace fos1::ntp
