// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/ownership_mark.h"

namespace fos1::dns {

namespace {

const QByteArray kHeritage("heritage=fos1-host");
const QByteArray kService("service=ntp");
const QByteArray kOwner("owner=");
constexpr qsizetype kMostInString = 255;

QByteArray stringFor(const Record& record) { return (toText(record.type) + u'=' + record.text()).toLatin1(); }

std::optional<Record> recordFrom(const QByteArray& string) {
    const qsizetype equals = string.indexOf('=');
    if (equals < 0) return std::nullopt;
    const QByteArray type = string.left(equals);
    const QString value = QString::fromLatin1(string.mid(equals + 1));
    if (type == "A" || type == "AAAA") {
        const auto address = net::IpAddress::parse(value);
        if (!address) return std::nullopt;
        const Record record = addressRecord(*address);
        return toText(record.type).toLatin1() == type ? std::optional(record) : std::nullopt;
    }
    if (type == "PTR") {
        const auto target = DnsName::parse(value);
        return target ? std::optional(pointerRecord(*target)) : std::nullopt;
    }
    if (type != "SRV") return std::nullopt;
    const QStringList parts = value.split(u' ');
    if (parts.size() != 4) return std::nullopt;
    ServiceTarget service;
    bool areNumbers[3] = {};
    service.priority = parts[0].toUShort(&areNumbers[0]);
    service.weight = parts[1].toUShort(&areNumbers[1]);
    service.port = parts[2].toUShort(&areNumbers[2]);
    const auto target = DnsName::parse(parts[3]);
    if (!target || !areNumbers[0] || !areNumbers[1] || !areNumbers[2]) return std::nullopt;
    service.target = *target;
    return serviceRecord(service);
}

}  // namespace

bool fitsMark(const Record& record) { return stringFor(record).size() <= kMostInString; }

Record markRecord(const Mark& mark) {
    QByteArrayList strings{kHeritage, kOwner + mark.owner, kService};
    for (const Record& each : mark.records) strings.append(stringFor(each));
    return textRecord(strings);
}

std::optional<Mark> markFrom(const Record& text) {
    const QByteArrayList strings = stringsOf(text);
    if (strings.size() < 2 || strings[0] != kHeritage || !strings[1].startsWith(kOwner)) return std::nullopt;
    Mark mark;
    mark.owner = strings[1].mid(kOwner.size());
    for (qsizetype i = 2; i < strings.size(); ++i)
        if (const auto record = recordFrom(strings[i])) mark.records.insert(*record);
    return mark;
}

}  // namespace fos1::dns
