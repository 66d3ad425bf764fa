// SPDX-License-Identifier: GPL-2.0-or-later
#include "dnsmasq/dnsmasq_config.h"

#include <algorithm>
#include <array>
#include <bit>
#include <functional>

namespace fos1::dhcp {

namespace {

using std::chrono::seconds;

constexpr seconds kDefaultLease4{3600};
constexpr seconds kDefaultLease6{24 * 3600};
constexpr seconds kShortestLease{120};
constexpr seconds kInfinite{0xffffffffLL};

/// Without comments and quotes, as dnsmasq reads it: "#" begins a comment at the start of a word.
QString meaningOf(const QString& line) {
    QString text;
    bool isQuoted = false;
    bool isBetweenWords = true;
    for (qsizetype i = 0; i < line.size(); ++i) {
        const QChar each = line.at(i);
        if (each == u'"') {
            isQuoted = !isQuoted;
            isBetweenWords = false;
            continue;
        }
        if (isQuoted && each == u'\\' && i + 1 < line.size()) {
            text += line.at(++i);
            continue;
        }
        if (!isQuoted && each == u'#' && isBetweenWords) break;
        isBetweenWords = each.isSpace();
        text += each;
    }
    return text.trimmed();
}

QStringList fieldsOf(const QString& value) {
    QStringList fields = value.split(u',');
    for (QString& each : fields) each = each.trimmed();
    return fields;
}

bool takePrefix(QString& field, const QString& prefix) {
    if (!field.startsWith(prefix)) return false;
    field.remove(0, prefix.size());
    return true;
}

bool takeTag(QString& field) {
    return takePrefix(field, QStringLiteral("tag:")) || takePrefix(field, QStringLiteral("net:"));
}

std::optional<seconds> leaseOf(QString text) {
    if (text == QStringLiteral("infinite")) return kInfinite;
    qint64 factor = 1;
    if (!text.isEmpty()) {
        static constexpr std::array<std::pair<char16_t, qint64>, 5> kUnits = {
            {{u'w', 7 * 86400}, {u'd', 86400}, {u'h', 3600}, {u'm', 60}, {u's', 1}}};
        const QChar last = text.back().toLower();
        for (const auto& [letter, length] : kUnits)
            if (last == letter) {
                factor = length;
                text.chop(1);
                break;
            }
    }
    bool isNumber = false;
    const quint32 count = text.toUInt(&isNumber);
    if (!isNumber) return std::nullopt;
    return std::max(kShortestLease, seconds(static_cast<qint64>(count) * factor));
}

/// The length of a netmask; nothing if its bits are not in one piece.
std::optional<int> lengthOf(const net::IpAddress& mask) {
    quint32 bits = 0;
    for (std::size_t i = 0; i < 4; ++i) bits = bits << 8 | mask.bytes[i];
    const int length = std::popcount(bits);
    const quint32 expected = length == 0 ? 0 : ~quint32{0} << (32 - length);
    return bits == expected ? std::optional(length) : std::nullopt;
}

void readRange4(const QStringList& fields, DnsmasqRange& range, std::vector<DnsmasqRange>& ranges) {
    if (fields.value(1) == QStringLiteral("proxy")) return;  // answers for another server, which sends the options
    qsizetype at = 2;
    range.lease = kDefaultLease4;
    if (const auto mask = net::IpAddress::parse(fields.value(2)); mask && mask->family == net::AddressFamily::Inet4) {
        range.prefixLength = lengthOf(*mask);
        at = net::IpAddress::parse(fields.value(3)) ? 4 : 3;
    }
    if (at < fields.size()) range.lease = leaseOf(fields.at(at)).value_or(range.lease);
    ranges.push_back(range);
}

void readRange6(const QStringList& fields, DnsmasqRange& range, std::vector<DnsmasqRange>& ranges) {
    static const QStringList kModes = {QStringLiteral("ra-only"),      QStringLiteral("slaac"),
                                       QStringLiteral("ra-names"),     QStringLiteral("ra-advrouter"),
                                       QStringLiteral("ra-stateless"), QStringLiteral("off-link")};
    bool hasDhcp = false;
    range.prefixLength = 64;
    range.lease = kDefaultLease6;
    qsizetype at = 1;
    for (; at < fields.size(); ++at) {
        QString field = fields.at(at);
        if (takePrefix(field, QStringLiteral("constructor:")))
            range.interfaces = field;
        else if (field == QStringLiteral("static") || (at == 1 && net::IpAddress::parse(field)))
            hasDhcp = true;
        else if (!kModes.contains(field))
            break;
        if (field == QStringLiteral("ra-stateless")) hasDhcp = true;
    }
    bool isNumber = false;
    const int length = fields.value(at).toInt(&isNumber);
    if (isNumber && length >= 0 && length <= 128) {
        range.prefixLength = length;
        ++at;
    }
    if (at < fields.size()) range.lease = leaseOf(fields.at(at)).value_or(range.lease);
    // "::" without an interface: stateless DHCP wherever dnsmasq listens.
    if (range.interfaces.isEmpty() && range.first.bytes == std::array<quint8, 16>{})
        range.interfaces = QStringLiteral("*");
    if (hasDhcp) ranges.push_back(range);
}

void readRange(const QString& value, const QString& where, DnsmasqConfig& config) {
    DnsmasqRange range;
    range.where = where;
    QStringList fields = fieldsOf(value);
    std::optional<net::IpAddress> first;
    while (!fields.isEmpty() && !(first = net::IpAddress::parse(fields.front()))) {
        QString field = fields.takeFirst();
        if (takeTag(field)) continue;  // which clients the range is for
        takePrefix(field, QStringLiteral("set:"));
        range.tag = field;
    }
    if (!first) return;
    range.family = first->family;
    range.first = *first;
    if (range.family == net::AddressFamily::Inet4)
        readRange4(fields, range, config.ranges);
    else
        readRange6(fields, range, config.ranges);
}

/// The code of an NTP option, by number or by dnsmasq's name; 0: another option.
int ntpCode(const QString& name, bool isV6) {
    if (isV6) {
        if (name == QStringLiteral("56") || name == QStringLiteral("ntp-server")) return 56;
        if (name == QStringLiteral("31") || name == QStringLiteral("sntp-server")) return 31;
        return 0;
    }
    return name == QStringLiteral("42") || name == QStringLiteral("ntp-server") ? 42 : 0;
}

void readOption(const QString& value, const QString& where, DnsmasqConfig& config) {
    DnsmasqOption option;
    option.where = where;
    QStringList fields = fieldsOf(value);
    while (!fields.isEmpty()) {
        QString field = fields.takeFirst();
        if (takeTag(field)) {
            option.tags.append(field);
            continue;
        }
        bool isNumber = false;
        (void)field.toUInt(&isNumber);
        const bool isV6 = takePrefix(field, QStringLiteral("option6:"));
        if (isNumber || isV6 || takePrefix(field, QStringLiteral("option:"))) {
            option.code = ntpCode(field, isV6);
            option.family = isV6 ? net::AddressFamily::Inet6 : net::AddressFamily::Inet4;
            break;
        }
        // Options inside others ("encap:", "vendor:", "vi-encap:") are something else; a bare word is an old tag.
        if (field.contains(u':')) return;
        option.tags.append(field);
    }
    option.value = fields.join(QStringLiteral(", "));
    // Without a value, dnsmasq does not send the option.
    if (option.code != 0) config.options.push_back(option);
}

void include(DnsmasqFiles kind, const QString& value, DnsmasqConfig& config) {
    QStringList fields = fieldsOf(value);
    const QString path = fields.takeFirst();
    if (!path.isEmpty()) config.includes.push_back({kind, path, fields});
}

void readSetting(const QString& name, const QString& value, const QString& where, DnsmasqConfig& config) {
    if (name == QStringLiteral("dhcp-range"))
        readRange(value, where, config);
    else if (name == QStringLiteral("dhcp-option") || name == QStringLiteral("dhcp-option-force"))
        readOption(value, where, config);
    else if (name == QStringLiteral("conf-file"))
        include(DnsmasqFiles::Configuration, value, config);
    else if (name == QStringLiteral("conf-dir"))
        include(DnsmasqFiles::ConfigurationDirectory, value, config);
    else if (name == QStringLiteral("dhcp-optsfile"))
        include(DnsmasqFiles::Options, value, config);
    else if (name == QStringLiteral("dhcp-optsdir"))
        include(DnsmasqFiles::OptionsDirectory, value, config);
}

void forEachLine(const QString& text, const QString& path,
                 const std::function<void(const QString& meaning, const QString& where)>& take) {
    int number = 0;
    for (const QStringView line : QStringView(text).split(u'\n')) {
        ++number;
        const QString meaning = meaningOf(line.toString());
        if (!meaning.isEmpty()) take(meaning, QStringLiteral("%1:%2").arg(path).arg(number));
    }
}

/// The long name of a short option that matters here; empty: another one.
QString longName(QChar letter) {
    switch (letter.unicode()) {
        case u'F': return QStringLiteral("dhcp-range");
        case u'O': return QStringLiteral("dhcp-option");
        case u'C': return QStringLiteral("conf-file");
        case u'7': return QStringLiteral("conf-dir");
        default: return {};
    }
}

}  // namespace

void readArguments(const QStringList& arguments, DnsmasqConfig& config) {
    // The short options of dnsmasq(8) that have a value.
    static const QString kWithValue = QStringLiteral("rmpclsitugaxSCATHQIBFGOMXVUjPJWY2467803");
    static const QStringList kLong = {QStringLiteral("dhcp-range"),        QStringLiteral("dhcp-option"),
                                      QStringLiteral("dhcp-option-force"), QStringLiteral("conf-file"),
                                      QStringLiteral("conf-dir"),          QStringLiteral("dhcp-optsfile"),
                                      QStringLiteral("dhcp-optsdir")};
    const QString where = QStringLiteral("the command line");
    bool hasFile = false;
    for (qsizetype i = 1; i < arguments.size(); ++i) {
        QString argument = arguments.at(i);
        QString name;
        std::optional<QString> value;
        if (takePrefix(argument, QStringLiteral("--"))) {
            const qsizetype equals = argument.indexOf(u'=');
            name = argument.left(equals);
            if (equals >= 0) value = argument.mid(equals + 1);
            if (!kLong.contains(name)) continue;
        } else if (argument.size() > 1 && argument.startsWith(u'-')) {
            const auto letter = std::find_if(argument.cbegin() + 1, argument.cend(),
                                             [](QChar each) { return kWithValue.contains(each); });
            if (letter == argument.cend()) continue;
            name = longName(*letter);
            const QString rest = argument.mid(std::distance(argument.cbegin(), letter) + 1);
            if (!rest.isEmpty()) value = rest;
        } else {
            continue;
        }
        if (!value) value = ++i < arguments.size() ? arguments.at(i) : QString();
        hasFile = hasFile || name == QStringLiteral("conf-file");
        readSetting(name, *value, where, config);
    }
    if (!hasFile) config.includes.push_back({DnsmasqFiles::Configuration, QStringLiteral("/etc/dnsmasq.conf"), {}});
}

void readConfiguration(const QString& text, const QString& path, DnsmasqConfig& config) {
    forEachLine(text, path, [&](const QString& meaning, const QString& where) {
        const qsizetype equals = meaning.indexOf(u'=');
        if (equals < 0) return;
        readSetting(meaning.left(equals).trimmed(), meaning.mid(equals + 1).trimmed(), where, config);
    });
}

void readOptions(const QString& text, const QString& path, DnsmasqConfig& config) {
    forEachLine(text, path, [&](const QString& meaning, const QString& where) { readOption(meaning, where, config); });
}

bool isSkipped(const QString& name) {
    return name.isEmpty() || name.startsWith(u'.') || name.endsWith(u'~') ||
           (name.startsWith(u'#') && name.endsWith(u'#'));
}

bool isIncluded(const QString& name, const QStringList& filters) {
    if (isSkipped(name)) return false;
    bool hasWanted = false;
    bool isWanted = false;
    for (QString filter : filters) {
        if (filter.isEmpty()) continue;
        if (takePrefix(filter, QStringLiteral("*"))) {
            hasWanted = true;
            isWanted = isWanted || name.endsWith(filter);
        } else if (name.endsWith(filter)) {
            return false;
        }
    }
    return isWanted || !hasWanted;
}

}  // namespace fos1::dhcp
