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

constexpr const char* kSpace6 = "dhcp6";
constexpr const char* kSuboptionSpace = "v6-ntp-server-suboptions";
constexpr int kSuboptionAddress = 1;
constexpr int kOption31 = 31;
constexpr int kOption42 = 42;
constexpr int kOption56 = 56;

/// RFC 5908, 4.1: suboption 1, a server's address of 16 bytes.
constexpr QByteArrayView kServerAddress = "00010010";

/// What an entry is, regardless of its author.
enum class Kind { Other, Option42, Option56, Suboption, Option31 };

Kind kindOf(const JsonSpan& entry, const KeaFamily& family) {
    const QString space = entry.member("space").string();
    const qint64 code = entry.member("code").value().toInteger();
    const QString name = entry.member("name").string();
    const auto is = [&](int wantedCode, const char* wantedName) {
        return code == wantedCode || name == QLatin1String(wantedName);
    };
    const bool isV6 = family.family == net::AddressFamily::Inet6;
    if (isV6 && space == QLatin1String(kSuboptionSpace)) return Kind::Suboption;
    if (!space.isEmpty() && space != QLatin1String(family.space)) return Kind::Other;
    if (!isV6) return is(kOption42, "ntp-servers") ? Kind::Option42 : Kind::Other;
    if (is(kOption56, "ntp-server")) return Kind::Option56;
    return is(kOption31, "sntp-servers") ? Kind::Option31 : Kind::Other;
}

QString dataOf(const JsonSpan& entry) { return entry.member("data").string().trimmed(); }

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

}  // namespace

const KeaFamily kKea4{net::AddressFamily::Inet4, "dhcp4", "Dhcp4", "subnet4", "dhcp4"};
const KeaFamily kKea6{net::AddressFamily::Inet6, "dhcp6", "Dhcp6", "subnet6", kSpace6};

OptionOwner ownerOf(const JsonSpan& entry, const KeaFamily& family) {
    if (kindOf(entry, family) == Kind::Other) return OptionOwner::Other;
    const QString mark = entry.member("user-context").member(kMarkName.toLatin1()).string();
    return mark == kMark ? OptionOwner::Ours : OptionOwner::Foreign;
}

bool isSntp(const JsonSpan& entry, const KeaFamily& family) { return kindOf(entry, family) == Kind::Option31; }

QString valueOf(const JsonSpan& entry) {
    const QString data = dataOf(entry);
    return data.isEmpty() ? QStringLiteral("an empty value") : data;
}

std::vector<net::IpAddress> addressesOf(const JsonSpan& entry, const KeaFamily& family) {
    return kindOf(entry, family) == Kind::Option56 ? addressesInBytes(dataOf(entry)) : addressesInList(dataOf(entry));
}

Option56Form formShownBy(const JsonSpan& entry, const KeaFamily& family) {
    if (ownerOf(entry, family) != OptionOwner::Ours) return Option56Form::Unknown;
    switch (kindOf(entry, family)) {
        case Kind::Option56: return dataOf(entry).isEmpty() ? Option56Form::Suboptions : Option56Form::Bytes;
        case Kind::Suboption: return Option56Form::Suboptions;
        default: return Option56Form::Unknown;
    }
}

QByteArray OptionEntry::text() const {
    QJsonObject entry{{QStringLiteral("code"), code},
                      {QStringLiteral("space"), QLatin1String(space)},
                      {QStringLiteral("user-context"), QJsonObject{{kMarkName, kMark}}}};
    if (*name) entry.insert(QStringLiteral("name"), QLatin1String(name));
    if (value == Value::Bytes) {
        const auto& bytes = addresses.front().bytes;
        const QByteArray hex = QByteArray(reinterpret_cast<const char*>(bytes.data()), 16).toHex().toUpper();
        entry.insert(QStringLiteral("csv-format"), false);
        entry.insert(QStringLiteral("data"), QString::fromLatin1(kServerAddress.toByteArray() + hex));
    } else if (value == Value::Addresses) {
        QStringList texts;
        for (const net::IpAddress& each : addresses) texts.append(each.text());
        entry.insert(QStringLiteral("csv-format"), true);
        entry.insert(QStringLiteral("data"), texts.join(QStringLiteral(", ")));
    }
    return QJsonDocument(entry).toJson(QJsonDocument::Compact);
}

bool OptionEntry::isSame(const JsonSpan& entry, const KeaFamily& family) const {
    // Kea adds members with their defaults. Of those, these change what is sent.
    if (entry.member("always-send").value().toBool() || entry.member("never-send").value().toBool() ||
        !entry.member("client-classes").items().empty())
        return false;
    const QString itsSpace = entry.member("space").string();
    if (QLatin1String(space) != (itsSpace.isEmpty() ? QString::fromLatin1(family.space) : itsSpace)) return false;
    const QJsonValue itsCode = entry.member("code").value();
    if (itsCode.isUndefined() ? entry.member("name").string() != QLatin1String(name) : itsCode.toInteger() != code)
        return false;
    if (value == Value::Container) return dataOf(entry).isEmpty();
    return entry.member("csv-format").value().toBool(true) == (value == Value::Addresses) &&
           addressesOf(entry, family) == addresses;
}

std::vector<OptionEntry> entriesFor(const std::vector<net::IpAddress>& addresses, const KeaFamily& family,
                                    Option56Form form, Sntp sntp) {
    using Value = OptionEntry::Value;
    if (addresses.empty()) return {};
    if (family.family != net::AddressFamily::Inet6)
        return {{family.space, kOption42, "ntp-servers", Value::Addresses, addresses}};
    const std::vector first{addresses.front()};
    std::vector<OptionEntry> entries;
    if (form == Option56Form::Bytes) {
        entries.push_back({family.space, kOption56, "", Value::Bytes, first});
    } else {
        entries.push_back({family.space, kOption56, "ntp-server", Value::Container, {}});
        entries.push_back({kSuboptionSpace, kSuboptionAddress, "ntp-server-address", Value::Addresses, first});
    }
    if (sntp == Sntp::Told) entries.push_back({family.space, kOption31, "sntp-servers", Value::Addresses, addresses});
    return entries;
}

}  // namespace fos1::dhcp
