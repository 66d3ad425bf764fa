// SPDX-License-Identifier: GPL-2.0-or-later
// Why key exchanges of NTS failed, in chronyd's words: it tells its log only. Pure.
#pragma once

#include <QString>
#include <map>
#include <optional>

namespace fos1::ntp {

struct KeyExchangeFailure {
    QString address;  ///< of the server, numeric
    QString why;      ///< in chronyd's words
    bool operator==(const KeyExchangeFailure&) const = default;
};

/// From a line such as "TLS handshake with 192.0.2.1:4460 (ntp.example) failed : The certificate is NOT trusted.";
/// nothing for all other lines (nts_ke_session.c and nts_ke_client.c of chrony 4.0 to 4.8).
[[nodiscard]] std::optional<KeyExchangeFailure> keyExchangeFailureIn(const QString& logLine);

/// The last failure of each server.
class KeyExchangeLog {
   public:
    static constexpr std::size_t kMostServers = 256;

    void feed(const QString& logLine);
    void clear() { m_failures.clear(); }
    /// Empty: none was logged since chronyd was started.
    [[nodiscard]] QString of(const QString& address) const;

   private:
    std::map<QString, QString> m_failures;
};

}  // namespace fos1::ntp
