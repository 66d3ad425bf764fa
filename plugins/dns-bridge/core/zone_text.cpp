// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/zone_text.h"

#include <QStringList>

namespace fos1::dns {

namespace {

const QByteArray kHeading(" Written by fos1-host (dns-bridge) for ");
const QByteArray kNote("Changes by hand are overwritten.\n");
constexpr int kRefresh = 3600;
constexpr int kRetry = 600;
constexpr int kExpire = 604800;

QByteArray commentOf(FileForm form) { return form == FileForm::Hosts ? "#" : ";"; }

QByteArray lineFor(const DnsName& name, const Record& record, quint32 ttl) {
    return (name.text() + u' ' + QString::number(ttl) + QStringLiteral(" IN ") + toText(record.type) + u' ' +
            record.text())
               .toLatin1() +
           '\n';
}

QByteArray headFor(const ZoneHead& head, quint32 ttl, quint32 serial) {
    // A negative answer is remembered no longer than a record (RFC 2308, 4).
    QByteArray text =
        (head.zone.text() + QStringLiteral(" %1 IN SOA ").arg(ttl) + head.primary.text() + u' ' + head.contact.text() +
         QStringLiteral(" %1 %2 %3 %4 %5").arg(serial).arg(kRefresh).arg(kRetry).arg(kExpire).arg(ttl))
            .toLatin1() +
        '\n';
    for (const DnsName& each : head.nameservers)
        text += (head.zone.text() + QStringLiteral(" %1 IN NS ").arg(ttl) + each.text()).toLatin1() + '\n';
    for (const auto& [name, records] : head.glue)
        for (const Record& each : records) text += lineFor(name, each, ttl);
    return text;
}

void takeHostsLine(const QString& line, ZoneText& text) {
    const QStringList words = line.split(u' ');
    const auto address = net::IpAddress::parse(words.value(0));
    const auto name = DnsName::parse(words.value(1));
    if (words.size() == 2 && address && name) text.records[*name].insert(addressRecord(*address));
}

void takeZoneLine(const QString& line, ZoneText& text) {
    constexpr int kData = 4;  // after name, TTL, class and type
    const QString type = line.section(u' ', 3, 3);
    const QString data = line.section(u' ', kData);
    const auto name = DnsName::parse(line.section(u' ', 0, 0));
    if (type == u"SOA") {
        bool isNumber = false;
        const quint32 serial = data.section(u' ', 2, 2).toUInt(&isNumber);
        if (isNumber) text.serial = serial;
        return;
    }
    if (const auto record = recordFromText(type, data); record && name) text.records[*name].insert(*record);
}

}  // namespace

QByteArray headingOf(const QByteArray& owner) { return kHeading + owner + ". "; }

QByteArray zoneText(FileForm form, const NamedRecords& records, const QByteArray& owner, quint32 ttl,
                    const ZoneHead& head, quint32 serial) {
    QByteArray text = commentOf(form) + headingOf(owner) + kNote;
    if (form == FileForm::Zone) text += headFor(head, ttl, serial);
    for (const auto& [name, all] : records)
        for (const Record& each : all) {
            if (form != FileForm::Hosts)
                text += lineFor(name, each, ttl);
            else if (const auto address = addressOf(each))
                text += (address->text() + u' ' + name.shortText()).toLatin1() + '\n';
        }
    return text;
}

Result<ZoneText> parseZoneText(FileForm form, const QByteArray& bytes) {
    if (!bytes.startsWith(commentOf(form) + kHeading))
        return failure(ErrorCode::Refused, QStringLiteral("was not written by this plugin, and is left alone"));
    ZoneText text;
    for (const QByteArray& each : bytes.split('\n')) {
        if (each.isEmpty() || each.startsWith(commentOf(form))) continue;
        const QString line = QString::fromLatin1(each);
        if (form == FileForm::Hosts)
            takeHostsLine(line, text);
        else
            takeZoneLine(line, text);
    }
    return text;
}

quint32 nextSerial(std::optional<quint32> before, const QDate& today) {
    const auto ofToday = static_cast<quint32>(today.year() * 1'000'000 + today.month() * 10'000 + today.day() * 100);
    if (!before) return ofToday;
    // Serial number arithmetic: a difference below 2^31 is a step forward.
    const bool isLater = ofToday != *before && ofToday - *before < (quint32{1} << 31);
    return isLater ? ofToday : *before + 1;
}

}  // namespace fos1::dns
