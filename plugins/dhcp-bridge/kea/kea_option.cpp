// SPDX-License-Identifier: GPL-2.0-or-later
#include "kea/kea_option.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStringList>
#include <algorithm>

namespace fos1::dhcp {

namespace {

// Kea keeps a user context and returns it in config-get, so the mark is found again by any later run of ours.
const QString kMarkName = QStringLiteral("fos1-host");
const QString kMark = QStringLiteral("dhcp-bridge");

/// RFC 5908, 4.1: suboption 1, a server's address of 16 bytes.
constexpr QByteArrayView kServerAddress = "00010010";

std::vector<net::IpAddress> addressesInList(const QString& data) {
    std::vector<net::IpAddress> addresses;
    const QStringList parts = data.split(u',');
    for (const QString& part : parts) {
        const auto address = net::IpAddress::parse(part.trimmed());
        if (!address) return {};
        addresses.push_back(*address);
    }
    return addresses;
}

std::vector<net::IpAddress> addressesInBytes(const QString& data) {
    const QByteArray hex = data.toLatin1().toLower();
    if (!hex.startsWith(kServerAddress)) return {};
    const QByteArray bytes = QByteArray::fromHex(hex.mid(kServerAddress.size()));
    if (bytes.size() != 16 || hex.size() != kServerAddress.size() + 32) return {};
    return {*net::IpAddress::fromBytes(bytes.constData(), 16)};
}

std::vector<net::IpAddress> told(std::vector<net::IpAddress> addresses, const KeaFamily& family) {
    if (family.family == net::AddressFamily::Inet6 && addresses.size() > 1) addresses.resize(1);
    return addresses;
}

}  // namespace

const KeaFamily kKea4{net::AddressFamily::Inet4, "dhcp4", "Dhcp4", "subnet4", "dhcp4", "ntp-servers", 42};
const KeaFamily kKea6{net::AddressFamily::Inet6, "dhcp6", "Dhcp6", "subnet6", "dhcp6", "ntp-server", 56};

OptionOwner ownerOf(const JsonSpan& entry, const KeaFamily& family) {
    const QJsonValue code = entry.member("code").value();
    const QString space = entry.member("space").string();
    const bool isStandard = space.isEmpty() || space == QLatin1String(family.space);
    if (!isStandard ||
        (code.toInteger() != family.code && entry.member("name").string() != QLatin1String(family.option)))
        return OptionOwner::Other;
    const QJsonValue mark = entry.member("user-context").value()[kMarkName];
    return mark.toString() == kMark ? OptionOwner::Ours : OptionOwner::Foreign;
}

QString valueOf(const JsonSpan& entry) {
    const QString data = entry.member("data").string();
    return data.isEmpty() ? QStringLiteral("an empty value") : data;
}

std::vector<net::IpAddress> addressesOf(const JsonSpan& entry, const KeaFamily& family) {
    const QString data = entry.member("data").string();
    return family.family == net::AddressFamily::Inet6 ? addressesInBytes(data) : addressesInList(data);
}

QByteArray entryFor(const std::vector<net::IpAddress>& addresses, const KeaFamily& family) {
    QJsonObject entry{{QStringLiteral("code"), family.code},
                      {QStringLiteral("space"), QLatin1String(family.space)},
                      {QStringLiteral("user-context"), QJsonObject{{kMarkName, kMark}}}};
    if (family.family == net::AddressFamily::Inet6) {
        // As bytes, because older versions have no definition of option 56 and newer ones accept no other definition.
        const auto& bytes = addresses.front().bytes;
        const QByteArray hex = QByteArray(reinterpret_cast<const char*>(bytes.data()), 16).toHex().toUpper();
        entry.insert(QStringLiteral("csv-format"), false);
        entry.insert(QStringLiteral("data"), QString::fromLatin1(kServerAddress.toByteArray() + hex));
    } else {
        QStringList texts;
        for (const net::IpAddress& each : addresses) texts.append(each.text());
        entry.insert(QStringLiteral("name"), QLatin1String(family.option));
        entry.insert(QStringLiteral("csv-format"), true);
        entry.insert(QStringLiteral("data"), texts.join(QStringLiteral(", ")));
    }
    return QJsonDocument(entry).toJson(QJsonDocument::Compact);
}

bool isEntryFor(const JsonSpan& entry, const std::vector<net::IpAddress>& addresses, const KeaFamily& family) {
    const bool isV6 = family.family == net::AddressFamily::Inet6;
    // Kea adds members with their defaults. Of those, these change what is sent.
    return addressesOf(entry, family) == told(addresses, family) &&
           entry.member("csv-format").value().toBool(true) != isV6 && !entry.member("always-send").value().toBool() &&
           !entry.member("never-send").value().toBool();
}

}  // namespace fos1::dhcp
