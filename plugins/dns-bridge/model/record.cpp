// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/record.h"

#include <QStringList>
#include <QtEndian>
#include <array>

namespace fos1::dns {

namespace {

struct TypeName {
    RecordType type;
    const char* name;
};
constexpr std::array<TypeName, 8> kTypeNames{{{RecordType::A, "A"},
                                              {RecordType::Ns, "NS"},
                                              {RecordType::Cname, "CNAME"},
                                              {RecordType::Soa, "SOA"},
                                              {RecordType::Ptr, "PTR"},
                                              {RecordType::Txt, "TXT"},
                                              {RecordType::Aaaa, "AAAA"},
                                              {RecordType::Srv, "SRV"}}};

constexpr qsizetype kServiceHead = 6;  ///< priority, weight and port

QByteArray twoBytes(quint16 value) {
    QByteArray bytes(2, '\0');
    qToBigEndian(value, bytes.data());
    return bytes;
}

quint16 numberAt(const QByteArray& data, qsizetype at) { return qFromBigEndian<quint16>(data.constData() + at); }

QString quoted(const QByteArray& bytes) {
    QString text(u'"');
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte >= 0x7f)
            text += QStringLiteral("\\%1").arg(byte, 3, 10, QLatin1Char('0'));
        else if (c == '"' || c == '\\')
            text += QStringLiteral("\\") + QLatin1Char(c);
        else
            text += QLatin1Char(c);
    }
    return text + u'"';
}

/// RFC 3597, 5.
QString inUnknownForm(const QByteArray& data) {
    return QStringLiteral("\\# %1 %2").arg(data.size()).arg(QString::fromLatin1(data.toHex()));
}

std::optional<Record> serviceFromText(const QString& data) {
    const QStringList parts = data.split(u' ');
    if (parts.size() != 4) return std::nullopt;
    ServiceTarget service;
    std::array<bool, 3> areNumbers{};
    service.priority = parts[0].toUShort(&areNumbers[0]);
    service.weight = parts[1].toUShort(&areNumbers[1]);
    service.port = parts[2].toUShort(&areNumbers[2]);
    const auto target = DnsName::parse(parts[3]);
    if (!target || !areNumbers[0] || !areNumbers[1] || !areNumbers[2]) return std::nullopt;
    service.target = *target;
    return serviceRecord(service);
}

/// Strings in quotes, with \DDD and \X (RFC 1035, 5.1).
std::optional<Record> stringsFromText(const QString& data) {
    constexpr qsizetype kDigits = 3;
    constexpr int kMostInByte = 255;
    QByteArrayList strings;
    for (qsizetype at = 0; at < data.size();) {
        if (data[at] == u' ') {
            ++at;
            continue;
        }
        if (data[at] != u'"') return std::nullopt;
        QByteArray string;
        for (++at; at < data.size() && data[at] != u'"'; ++at) {
            if (data[at] == u'\\') {
                bool isNumber = false;
                const int byte = data.mid(at + 1, kDigits).toInt(&isNumber);
                if (isNumber && at + kDigits < data.size() && byte <= kMostInByte) {
                    string += static_cast<char>(byte);
                    at += kDigits;
                    continue;
                }
                if (++at == data.size()) return std::nullopt;
            }
            string += static_cast<char>(data[at].unicode());
        }
        if (at == data.size() || string.size() > kMostInByte) return std::nullopt;
        ++at;
        strings.append(string);
    }
    return strings.isEmpty() ? std::nullopt : std::optional(textRecord(strings));
}

}  // namespace

QString toText(RecordType type) {
    for (const TypeName& each : kTypeNames)
        if (each.type == type) return QString::fromLatin1(each.name);
    return QStringLiteral("TYPE%1").arg(static_cast<int>(type));
}

QString Record::text() const {
    switch (type) {
        case RecordType::A:
        case RecordType::Aaaa:
            if (const auto address = addressOf(*this)) return address->text();
            break;
        case RecordType::Ns:
        case RecordType::Cname:
        case RecordType::Ptr: return DnsName::fromWire(data).text();
        case RecordType::Srv:
            if (data.size() > kServiceHead)
                return QStringLiteral("%1 %2 %3 %4")
                    .arg(numberAt(data, 0))
                    .arg(numberAt(data, 2))
                    .arg(numberAt(data, 4))
                    .arg(DnsName::fromWire(data.mid(kServiceHead)).text());
            break;
        case RecordType::Txt: {
            QStringList all;
            for (const QByteArray& each : stringsOf(*this)) all.append(quoted(each));
            return all.join(u' ');
        }
        case RecordType::Soa:
        case RecordType::Unknown: break;
    }
    return inUnknownForm(data);
}

Record addressRecord(const net::IpAddress& address) {
    const bool isV4 = address.family == net::AddressFamily::Inet4;
    return {isV4 ? RecordType::A : RecordType::Aaaa,
            QByteArray(reinterpret_cast<const char*>(address.bytes.data()), isV4 ? 4 : 16)};
}

Record pointerRecord(const DnsName& target) { return {RecordType::Ptr, target.wire()}; }

Record serviceRecord(const ServiceTarget& service) {
    return {RecordType::Srv,
            twoBytes(service.priority) + twoBytes(service.weight) + twoBytes(service.port) + service.target.wire()};
}

Record textRecord(const QByteArrayList& strings) {
    QByteArray data;
    for (const QByteArray& each : strings) {
        Q_ASSERT(each.size() <= 255);
        data += static_cast<char>(each.size());
        data += each;
    }
    return {RecordType::Txt, data};
}

QByteArrayList stringsOf(const Record& text) {
    QByteArrayList strings;
    for (qsizetype at = 0; at < text.data.size();) {
        const qsizetype length = static_cast<unsigned char>(text.data[at]);
        if (at + 1 + length > text.data.size()) break;
        strings.append(text.data.mid(at + 1, length));
        at += 1 + length;
    }
    return strings;
}

std::optional<Record> recordFromText(const QString& type, const QString& data) {
    if (type == u"A" || type == u"AAAA") {
        const auto address = net::IpAddress::parse(data);
        if (!address) return std::nullopt;
        const Record record = addressRecord(*address);
        return toText(record.type) == type ? std::optional(record) : std::nullopt;
    }
    if (type == u"PTR") {
        const auto target = DnsName::parse(data);
        return target ? std::optional(pointerRecord(*target)) : std::nullopt;
    }
    if (type == u"SRV") return serviceFromText(data);
    return type == u"TXT" ? stringsFromText(data) : std::nullopt;
}

std::optional<DnsName> serviceTargetOf(const Record& record) {
    if (record.type != RecordType::Srv || record.data.size() <= kServiceHead) return std::nullopt;
    return DnsName::fromWire(record.data.mid(kServiceHead));
}

std::optional<net::IpAddress> addressOf(const Record& record) {
    if (record.type != RecordType::A && record.type != RecordType::Aaaa) return std::nullopt;
    if (record.data.size() != (record.type == RecordType::A ? 4 : 16)) return std::nullopt;
    return net::IpAddress::fromBytes(record.data.constData(), static_cast<std::size_t>(record.data.size()));
}

}  // namespace fos1::dns
