// SPDX-License-Identifier: GPL-2.0-or-later
#include "zone_backends.h"

#include <QDir>

#include "files/file_backend.h"
#include "unbound/unbound_backend.h"
#include "update/checked_backend.h"
#include "update/update_backend.h"

namespace fos1::dns {

namespace {

constexpr int kTtl = 60;

tl::unexpected<Error> missing(const CborReader& at, const QString& key, const QString& message) {
    return failure(ErrorCode::InvalidInput, message, at.path(key));
}

quint32 ttlOf(const CborReader& at) { return static_cast<quint32>(at.integer(QStringLiteral("ttl"), kTtl)); }

Result<std::unique_ptr<DnsBackend>> updateFrom(const CborReader& at, const ZoneSpec& spec,
                                               const ZoneSurroundings& around) {
    UpdateZone zone;
    zone.zone = spec;
    zone.ttl = ttlOf(at);
    if (const QString server = at.text(QStringLiteral("server")); !server.isEmpty()) {
        const auto address = serverFrom(server);
        if (!address) return missing(at, QStringLiteral("server"), address.error().message);
        zone.server = *address;
    }
    const QString key = at.text(QStringLiteral("key"));
    if (key.isEmpty())
        return missing(at, QStringLiteral("key"), QStringLiteral("is needed: updates are always signed (TSIG)"));
    const auto source = around.keys.find(key);
    if (source == around.keys.end())
        return missing(at, QStringLiteral("key"), QStringLiteral("keys has no key with the name %1").arg(key));
    zone.key = source->second;
    zone.owner = around.owner;
    zone.memoryFile = around.stateDirectory + QStringLiteral("/dns/") + spec.name + QStringLiteral(".names");
    return std::make_unique<UpdateBackend>(zone);
}

/// SOA and NS of a zone file of its own.
Result<ZoneHead> headFrom(const CborReader& at, const ZoneSpec& spec) {
    ZoneHead head;
    head.zone = spec.domain;
    const QStringList servers = at.texts(QStringLiteral("nameservers"));
    if (servers.isEmpty())
        return missing(at, QStringLiteral("nameservers"),
                       QStringLiteral("is needed: a zone file of its own names the zone's servers, such as "
                                      "[ns.%1=192.0.2.53]")
                           .arg(spec.domain.shortText()));
    for (const QString& each : servers) {
        const auto name = DnsName::parse(each.section(u'=', 0, 0));
        if (!name) return missing(at, QStringLiteral("nameservers"), name.error().message);
        if (head.nameservers.empty()) head.primary = *name;
        head.nameservers.insert(*name);
        for (const QString& text : each.section(u'=', 1).split(u'=', Qt::SkipEmptyParts)) {
            const auto address = net::IpAddress::parse(text);
            if (!address || !name->isWithin(spec.domain))
                return missing(at, QStringLiteral("nameservers"),
                               QStringLiteral("\"%1\" is not the address of a server within the zone").arg(text));
            head.glue[*name].insert(addressRecord(*address));
        }
        if (name->isWithin(spec.domain) && !head.glue.contains(*name))
            return missing(
                at, QStringLiteral("nameservers"),
                QStringLiteral("%1 is within the zone and needs an address: \"%1=192.0.2.53\"").arg(name->shortText()));
    }
    const QString contact = at.text(QStringLiteral("contact"));
    const auto name = contact.isEmpty() ? spec.domain.child(QStringLiteral("hostmaster"))
                                        : DnsName::parse(QString(contact).replace(u'@', u'.'));
    if (!name) return missing(at, QStringLiteral("contact"), name.error().message);
    head.contact = *name;
    return head;
}

Result<std::unique_ptr<DnsBackend>> fileFrom(const CborReader& at, const ZoneSpec& spec, const ZoneSurroundings& around,
                                             FileForm form) {
    FileZone zone;
    zone.zone = spec;
    zone.form = form;
    zone.path = at.text(QStringLiteral("file"));
    zone.ttl = ttlOf(at);
    zone.owner = around.owner;
    zone.reload = at.texts(QStringLiteral("reload"));
    if (zone.path.isEmpty())
        return missing(at, QStringLiteral("file"), QStringLiteral("is needed: the file that the server reads"));
    if (!zone.reload.isEmpty() && QDir::isRelativePath(zone.reload.constFirst()))
        return missing(at, QStringLiteral("reload"),
                       QStringLiteral("\"%1\" is not the path of a program").arg(zone.reload.constFirst()));
    if (form == FileForm::Zone) {
        auto head = headFrom(at, spec);
        if (!head) return tl::unexpected(head.error());
        zone.head = std::move(*head);
    }
    return std::make_unique<FileBackend>(std::move(zone));
}

Result<std::unique_ptr<DnsBackend>> unboundFrom(const CborReader& at, const ZoneSpec& spec,
                                                const ZoneSurroundings& around) {
    UnboundZone zone;
    zone.zone = spec;
    zone.ttl = ttlOf(at);
    zone.owner = around.owner;
    zone.access.socket = at.text(QStringLiteral("socket"));
    const QString server = at.text(QStringLiteral("server"));
    if (zone.access.socket.isEmpty() == server.isEmpty())
        return missing(at, QStringLiteral("socket"),
                       QStringLiteral("is needed, or server with the certificates: unbound's control-interface"));
    if (!server.isEmpty()) {
        const auto address = serverFrom(server);
        if (!address) return missing(at, QStringLiteral("server"), address.error().message);
        constexpr quint16 kControlPort = 8953;
        zone.access.host = address->address ? address->address->text() : address->host;
        zone.access.port = address->port == kDnsPort ? kControlPort : address->port;
        const QString directory = at.text(QStringLiteral("certificates"));
        if (directory.isEmpty())
            return missing(at, QStringLiteral("certificates"),
                           QStringLiteral("is needed: the directory where unbound-control-setup(8) has written them"));
        zone.access.serverCertificate = directory + QStringLiteral("/unbound_server.pem");
        zone.access.controlCertificate = directory + QStringLiteral("/unbound_control.pem");
        zone.access.controlKey = directory + QStringLiteral("/unbound_control.key");
    }
    return std::make_unique<UnboundBackend>(zone);
}

/// For servers that are reached by a detour.
Result<std::unique_ptr<DnsBackend>> indirectFrom(const CborReader& at, const ZoneSpec& spec,
                                                 const ZoneSurroundings& around, const QString& kind) {
    if (kind == u"hosts") return fileFrom(at, spec, around, FileForm::Hosts);
    if (kind == u"zonefile") return fileFrom(at, spec, around, FileForm::Zone);
    if (kind == u"unbound") return unboundFrom(at, spec, around);
    return fileFrom(at, spec, around, FileForm::Fragment);
}

}  // namespace

Result<std::unique_ptr<DnsBackend>> backendFrom(const CborReader& at, const ZoneSpec& spec,
                                                const ZoneSurroundings& around) {
    const QString kind = at.text(QStringLiteral("kind"));
    const QString verifyAt = at.text(QStringLiteral("verifyAt"));
    if (kind == u"update")
        return verifyAt.isEmpty() ? updateFrom(at, spec, around)
                                  : missing(at, QStringLiteral("verifyAt"),
                                            QStringLiteral("is not for kind update: that server confirms each update"));
    auto backend = indirectFrom(at, spec, around, kind);
    if (!backend || verifyAt.isEmpty()) return backend;
    const auto server = serverFrom(verifyAt);
    if (!server) return missing(at, QStringLiteral("verifyAt"), server.error().message);
    return std::make_unique<CheckedBackend>(std::move(*backend), ServerCheck{spec, *server});
}

}  // namespace fos1::dns
