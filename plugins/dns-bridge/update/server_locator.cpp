// SPDX-License-Identifier: GPL-2.0-or-later
#include "update/server_locator.h"

#include <QFile>
#include <QHostInfo>

namespace fos1::dns {

namespace {

constexpr std::chrono::seconds kPatience{10};
constexpr qint64 kMostResolverBytes = qint64{64} * 1024;

}  // namespace

std::optional<net::IpAddress> firstResolver(const QByteArray& text) {
    for (const QByteArray& line : text.split('\n')) {
        const QByteArrayList words = line.simplified().split(' ');
        if (words.size() < 2 || words[0] != "nameserver") continue;
        if (const auto address = net::IpAddress::parse(QString::fromLatin1(words[1]))) return address;
    }
    return std::nullopt;
}

ServerLocator::ServerLocator(std::optional<ServerAddress> server, DnsName zone, QString resolvers)
    : m_server(std::move(server)), m_zone(std::move(zone)), m_resolvers(std::move(resolvers)) {
    m_patience.setSingleShot(true);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        if (m_lookup >= 0) QHostInfo::abortHostLookup(std::exchange(m_lookup, -1));
        end(trouble(
            "NoServer", ErrorCode::Timeout,
            QStringLiteral("the server of the zone %1 was not found within %2 s; an address in host.yaml needs no "
                           "resolver")
                .arg(m_zone.shortText())
                .arg(kPatience.count())));
    });
}

void ServerLocator::locate(Located located) {
    m_located = std::move(located);
    if (m_server && m_server->address) {
        const QHostAddress address(m_server->address->text());
        end(Endpoint{address, m_server->port, address.toString()});
        return;
    }
    m_patience.start(kPatience);
    if (m_server)
        lookUp(m_server->host, m_server->port, QStringLiteral("the server"));
    else
        askForPrimary();
}

void ServerLocator::lookUp(const QString& host, quint16 port, const QString& what) {
    m_lookup = QHostInfo::lookupHost(host, this, [this, host, port, what](const QHostInfo& info) {
        m_lookup = -1;
        if (!info.addresses().isEmpty()) {
            const QHostAddress address = info.addresses().constFirst();
            end(Endpoint{address, port, QStringLiteral("%1 (%2)").arg(host, address.toString())});
            return;
        }
        end(trouble(
            "NoServer", ErrorCode::NotFound,
            QStringLiteral("%1 %2 has no address: %3. A resolver that checks signatures fails while this node's "
                           "clock is wrong; an address in host.yaml always works")
                .arg(what, host, info.errorString())));
    });
}

void ServerLocator::askForPrimary() {
    QFile file(m_resolvers);
    if (!file.open(QIODevice::ReadOnly)) {
        end(trouble("NoServer", ErrorCode::Io, file.errorString(), m_resolvers));
        return;
    }
    const auto resolver = firstResolver(file.read(kMostResolverBytes));
    if (!resolver) {
        end(trouble(
            "NoServer", ErrorCode::NotFound,
            QStringLiteral("names no nameserver, and the zone %1 has no server in host.yaml").arg(m_zone.shortText()),
            m_resolvers));
        return;
    }
    m_client.setServer(QHostAddress(resolver->text()), kDnsPort);
    const QByteArray query = queryMessage(m_client.freeId(), {m_zone, RecordType::Soa}, Recursion::Desired);
    m_client.ask(query, Transport::Udp, [this](const Result<Reply>& reply) {
        if (!reply) {
            end(trouble("NoServer", reply.error().code,
                        QStringLiteral("the resolver was asked for the SOA of %1: %2")
                            .arg(m_zone.shortText(), reply.error().message),
                        reply.error().path));
            return;
        }
        for (const AnswerRecord& each : reply->answer.answers) {
            const auto start = zoneStartFrom(each.record);
            if (!start || each.name != m_zone) continue;
            lookUp(start->primary.shortText(), kDnsPort, QStringLiteral("the primary"));
            return;
        }
        end(trouble(
            "NoServer", ErrorCode::NotFound,
            QStringLiteral("the resolver knows no zone %1; name its server in host.yaml").arg(m_zone.shortText())));
    });
}

void ServerLocator::end(const ZoneResult<Endpoint>& endpoint) {
    m_patience.stop();
    m_client.cancel();
    if (const Located located = std::exchange(m_located, nullptr)) located(endpoint);
}

}  // namespace fos1::dns
