// SPDX-License-Identifier: GPL-2.0-or-later
// Who is believed and who is answered: keys, certificates, access, limits. Values as the operator gave them; where a
// secret is kept elsewhere, the place.
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

/// A symmetric key (chrony.conf(5), keyfile). Exactly one of `value`, `secret` and `file` is given.
struct KeySpec {
    qint64 id = 0;
    QString type;      ///< as chrony writes it: MD5, SHA1, SHA256, SHA384, SHA512, AES128, AES256
    QByteArray value;  ///< the key's bytes; secret
    std::optional<SecretReference> secret;
    QString file;  ///< absolute path of a file that holds the key alone
    QString path;  ///< spec.security.authentication.keys[n]
    bool operator==(const KeySpec&) const = default;
};

struct AuthenticationSpec {
    bool enabled = true;
    std::vector<KeySpec> keys;
    bool operator==(const AuthenticationSpec&) const = default;
};

struct NtsSpec {
    bool enabled = false;     ///< serve it; which sources use it is each source's own
    QString certificateFile;  ///< with `keyFile`; empty: from the secret, or self-signed
    QString keyFile;
    QString certificateSecret;  ///< name of a Secret with tls.crt and tls.key
    quint16 port = kNtsPort;
    std::chrono::seconds rotate{604800};
    std::vector<QString> trustedCerts;  ///< files or directories
    bool operator==(const NtsSpec&) const = default;
};

enum class Permission { Unknown = 0, Allow, Deny };

struct AccessRule {
    IpPrefix network;  ///< without host bits
    Permission permission = Permission::Unknown;
    bool operator==(const AccessRule&) const = default;
};

/// How often one client is answered. chrony knows intervals of whole powers of two only.
struct RateLimitSpec {
    bool enabled = false;
    std::chrono::nanoseconds interval{std::chrono::seconds(8)};  ///< least average time between two answers
    int burst = 8;                                               ///< answers that may come closer together
    int leak = 2;                                                ///< one of 2^leak requests is answered all the same
    bool operator==(const RateLimitSpec&) const = default;
};

}  // namespace fos1::ntp
