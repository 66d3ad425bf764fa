// SPDX-License-Identifier: GPL-2.0-or-later
#include "update/server_address.h"

#include "model/dns_name.h"

namespace fos1::dns {

namespace {

tl::unexpected<Error> wrongServer(const QString& text) {
    return failure(ErrorCode::InvalidInput,
                   QStringLiteral("\"%1\" is not the address or name of a server, such as 192.0.2.53, 192.0.2.53:5353, "
                                  "2001:db8::53, [2001:db8::53]:5353 or ns.example.org")
                       .arg(text));
}

}  // namespace

Result<ServerAddress> serverFrom(const QString& text) {
    ServerAddress server;
    QString host = text;
    QString port;
    if (text.startsWith(u'[')) {
        const qsizetype end = text.indexOf(u']');
        if (end < 0 || (end + 1 < text.size() && text[end + 1] != u':')) return wrongServer(text);
        host = text.mid(1, end - 1);
        if (!host.contains(u':')) return wrongServer(text);
        if (end + 1 < text.size() && text.size() == end + 2) return wrongServer(text);
        port = text.mid(end + 2);
    } else if (text.count(u':') == 1) {
        // More than one colon is an IPv6 address without a port.
        host = text.section(u':', 0, 0);
        port = text.section(u':', 1, 1);
        if (port.isEmpty()) return wrongServer(text);
    }
    if (!port.isEmpty()) {
        bool isNumber = false;
        server.port = port.toUShort(&isNumber);
        if (!isNumber || server.port == 0) return wrongServer(text);
    }
    server.address = net::IpAddress::parse(host);
    if (server.address) return server;
    const auto name = DnsName::parse(host);
    static const QString kDigits = QStringLiteral("0123456789.");
    const bool looksLikeAddress =
        host.contains(u':') || std::all_of(host.begin(), host.end(), [](QChar c) { return kDigits.contains(c); });
    if (!name || looksLikeAddress) return wrongServer(text);
    server.host = name->shortText();
    return server;
}

}  // namespace fos1::dns
