// SPDX-License-Identifier: GPL-2.0-or-later
// Finds the server to which updates of a zone go: as configured, or the primary that the zone's SOA names (RFC 2136,
// 4.3), as the resolvers of this node know it. Asynchronous and bounded. Must not know updates.
#pragma once

#include <QHostAddress>
#include <QTimer>
#include <functional>
#include <optional>

#include "model/trouble.h"
#include "update/dns_client.h"
#include "update/server_address.h"

namespace fos1::dns {

struct Endpoint {
    QHostAddress address;
    quint16 port = kDnsPort;
    QString text;  ///< for people
};

class ServerLocator final : public QObject {
    Q_OBJECT

   public:
    using Located = std::function<void(const ZoneResult<Endpoint>&)>;

    /// `server`: nothing, to find it by the SOA of `zone`. `resolvers`: a file like resolv.conf(5).
    ServerLocator(std::optional<ServerAddress> server, DnsName zone, QString resolvers);

    /// Calls `located` once, now or later. Not while another call is under way.
    void locate(Located located);

   private:
    void lookUp(const QString& host, quint16 port, const QString& what);
    void askForPrimary();
    void end(const ZoneResult<Endpoint>& endpoint);

    const std::optional<ServerAddress> m_server;
    const DnsName m_zone;
    const QString m_resolvers;
    Located m_located;
    int m_lookup = -1;
    QTimer m_patience;
    DnsClient m_client;
};

/// The first nameserver in the text of a resolv.conf(5).
[[nodiscard]] std::optional<net::IpAddress> firstResolver(const QByteArray& text);

}  // namespace fos1::dns
