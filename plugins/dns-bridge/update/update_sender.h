// SPDX-License-Identifier: GPL-2.0-or-later
// Sends one update to a zone's server, signed, and judges the answer (RFC 2136, RFC 8945). Must not know why a name
// changes.
#pragma once

#include "core/answer_words.h"
#include "update/dns_client.h"

namespace fos1::dns {

/// The server has carried out the update, or has left the zone as it was because a prerequisite does not hold.
enum class UpdateResult { Unknown = 0, Done, PrerequisiteFailed };

class UpdateSender final {
   public:
    using Sent = std::function<void(const ZoneResult<UpdateResult>&)>;

    /// `client` outlives the object.
    UpdateSender(DnsClient& client, DnsName zone, quint32 ttl)
        : m_client(client), m_zone(std::move(zone)), m_ttl(ttl) {}

    void setServer(const QString& server) { m_server = server; }
    void setKey(const TsigKey& key) { m_key = key; }
    [[nodiscard]] const TsigKey& key() const { return m_key; }

    /// `clockAhead`: seconds that are added to this node's time, for a signature that the server accepts.
    void send(const std::vector<UpdateLine>& lines, qint64 clockAhead, const Sent& sent);

    /// The seconds by which the server's clock was ahead of ours, of the last answer with BADTIME that its key has
    /// signed; nothing when the last answer was another.
    [[nodiscard]] std::optional<qint64> serverAhead() const { return m_serverAhead; }

   private:
    DnsClient& m_client;
    const DnsName m_zone;
    const quint32 m_ttl;
    QString m_server;
    TsigKey m_key;
    std::optional<qint64> m_serverAhead;
};

}  // namespace fos1::dns
