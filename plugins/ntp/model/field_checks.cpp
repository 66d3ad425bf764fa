// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/field_checks.h"

#include <algorithm>
#include <cmath>

#include "model/addresses.h"

namespace fos1::ntp {

namespace {

constexpr int kLongestHostName = 253;  // RFC 1035, section 2.3.4, without the final dot
constexpr int kLongestLabel = 63;
constexpr int kLongestInterfaceName = 15;  // IFNAMSIZ without its end

bool isAsciiDigit(QChar c) { return c >= u'0' && c <= u'9'; }
bool isAsciiAlnum(QChar c) { return isAsciiDigit(c) || (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z'); }

bool isLabel(const QString& label) {
    if (label.isEmpty() || label.size() > kLongestLabel || label.startsWith(u'-') || label.endsWith(u'-')) return false;
    return std::all_of(label.begin(), label.end(), [](QChar c) { return isAsciiAlnum(c) || c == u'-'; });
}

QString quoted(const QString& text) { return u'"' + text + u'"'; }

QString plain(double value) { return QString::number(value, 'g', 10); }

std::chrono::nanoseconds scaled(double value, std::chrono::nanoseconds unit) {
    return std::chrono::nanoseconds(std::llround(value * static_cast<double>(unit.count())));
}

}  // namespace

QString unsafeInConfig(const QString& text) {
    if (text.isEmpty()) return QStringLiteral("must not be empty");
    for (const QChar c : text) {
        if (c.category() == QChar::Other_Control || c.isNull())
            return QStringLiteral("must not contain control characters");
        if (c.isSpace()) return QStringLiteral("must not contain white space");
        if (c == u'"' || c == u'\'' || c == u'`') return QStringLiteral("must not contain quotes");
        if (c.isSurrogate() || c.category() == QChar::Other_Format)
            return QStringLiteral("must not contain invisible or unpaired characters");
    }
    if (QStringLiteral("!;#%").contains(text.front()))
        return QStringLiteral("must not start with \"%1\", which starts a comment").arg(text.front());
    return {};
}

QString whyNoInterface(const QString& text) {
    if (const QString why = unsafeInConfig(text); !why.isEmpty()) return why;
    if (text.toUtf8().size() > kLongestInterfaceName || text.contains(u'/'))
        return quoted(text) + QStringLiteral(" is not the name of an interface");
    return {};
}

bool isHostName(const QString& text) {
    QString name = text;
    if (name.endsWith(u'.')) name.chop(1);
    if (name.isEmpty() || name.size() > kLongestHostName) return false;
    const QStringList labels = name.split(u'.');
    if (!std::all_of(labels.begin(), labels.end(), isLabel)) return false;
    const QString& last = labels.back();
    return !std::all_of(last.begin(), last.end(), isAsciiDigit);
}

std::vector<FieldChecks> FieldChecks::children(const QString& key) const {
    std::vector<FieldChecks> result;
    for (CborReader& reader : m_reader.children(key)) result.emplace_back(std::move(reader), m_errors);
    return result;
}

void FieldChecks::report(const QString& key, const QString& message) const {
    m_errors.push_back({ErrorCode::InvalidInput, message, m_reader.path(key)});
}

std::optional<int> FieldChecks::integer(const QString& key, int lowest, int highest) const {
    if (!m_reader.has(key)) return std::nullopt;
    const std::size_t before = m_errors.size();
    const qint64 value = m_reader.integer(key);
    if (m_errors.size() != before) return std::nullopt;
    if (value < lowest || value > highest) {
        report(key, QStringLiteral("must be between %1 and %2, is %3").arg(lowest).arg(highest).arg(value));
        return std::nullopt;
    }
    return static_cast<int>(value);
}

std::optional<double> FieldChecks::anyNumber(const QString& key) const {
    if (!m_reader.has(key)) return std::nullopt;
    const std::size_t before = m_errors.size();
    const double value = m_reader.number(key);
    if (m_errors.size() != before) return std::nullopt;
    return value;
}

std::optional<double> FieldChecks::number(const QString& key, const Range& range) const {
    const std::optional<double> value = anyNumber(key);
    if (!value) return std::nullopt;
    if ((range.isOpen ? *value > range.lowest : *value >= range.lowest) && *value <= range.highest) return value;
    report(key, (range.isOpen ? QStringLiteral("must be greater than %1 and at most %2, is %3")
                              : QStringLiteral("must be between %1 and %2, is %3"))
                    .arg(plain(range.lowest), plain(range.highest), plain(*value)));
    return std::nullopt;
}

std::optional<std::chrono::nanoseconds> FieldChecks::duration(const QString& key, std::chrono::nanoseconds unit,
                                                              double lowest, double highest) const {
    const std::optional<double> value = anyNumber(key);
    if (!value) return std::nullopt;
    if (*value >= lowest && *value <= highest) return scaled(*value, unit);
    report(key, QStringLiteral("must be between %1 and %2, is %3").arg(plain(lowest), plain(highest), plain(*value)));
    return std::nullopt;
}

std::optional<std::chrono::nanoseconds> FieldChecks::positiveDuration(const QString& key, std::chrono::nanoseconds unit,
                                                                      double highest) const {
    const std::optional<double> value = anyNumber(key);
    if (!value) return std::nullopt;
    if (*value > 0 && *value <= highest) return std::max(scaled(*value, unit), std::chrono::nanoseconds(1));
    report(key, QStringLiteral("must be greater than 0 and at most %1, is %2").arg(plain(highest), plain(*value)));
    return std::nullopt;
}

std::optional<QString> FieldChecks::hostOrAddress(const QString& key) const {
    const std::size_t before = m_errors.size();
    const QString text = m_reader.text(key);
    if (m_errors.size() != before) return std::nullopt;
    if (!m_reader.has(key)) {
        report(key, QStringLiteral("is required"));
        return std::nullopt;
    }
    if (const QString why = unsafeInConfig(text); !why.isEmpty()) {
        report(key, why);
        return std::nullopt;
    }
    if (const auto address = IpAddress::parse(text)) return address->text();
    if (isHostName(text)) return text;
    if (QString other = text; isHostName(other.replace(u'_', u'-'))) {
        report(key, quoted(text) + QStringLiteral(" has an underscore, which a host name may not have (RFC 952)"));
        return std::nullopt;
    }
    report(key, quoted(text) + QStringLiteral(" is not an IP address or host name"));
    return std::nullopt;
}

std::vector<QString> FieldChecks::texts(const QString& key, const QStringList& known) const {
    std::vector<QString> result;
    const QCborArray list = m_reader.array(key);
    for (qsizetype i = 0; i < list.size(); ++i) {
        const QString at = key + u'[' + QString::number(i) + u']';
        const QString text = list.at(i).toString();
        if (!known.contains(text))
            report(at, QStringLiteral("must be one of %1, is \"%2\"").arg(known.join(QStringLiteral(", ")), text));
        else if (std::find(result.begin(), result.end(), text) != result.end())
            report(at, quoted(text) + QStringLiteral(" is in the list already"));
        else
            result.push_back(text);
    }
    return result;
}

std::optional<QString> FieldChecks::interfaceName(const QString& key) const {
    if (!m_reader.has(key)) return std::nullopt;
    const std::size_t before = m_errors.size();
    const QString text = m_reader.text(key);
    if (m_errors.size() != before) return std::nullopt;
    const QString why = whyNoInterface(text);
    if (why.isEmpty()) return text;
    report(key, why);
    return std::nullopt;
}

std::optional<QString> FieldChecks::absolutePath(const QString& key) const {
    if (!m_reader.has(key)) return std::nullopt;
    const std::size_t before = m_errors.size();
    const QString text = m_reader.text(key);
    if (m_errors.size() != before) return std::nullopt;
    if (const QString why = unsafeInConfig(text); !why.isEmpty()) {
        report(key, why);
        return std::nullopt;
    }
    if (!text.startsWith(u'/') || text.endsWith(u'/') || text.split(u'/').contains(QStringLiteral(".."))) {
        report(key, quoted(text) + QStringLiteral(" is not the absolute path of a file"));
        return std::nullopt;
    }
    return text;
}

}  // namespace fos1::ntp
