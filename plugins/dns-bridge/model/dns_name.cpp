// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/dns_name.h"

#include <QUrl>
#include <algorithm>

namespace fos1::dns {

namespace {

bool isLabelCharacter(QChar c) {
    return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z') || (c >= u'0' && c <= u'9') || c == u'-' || c == u'_' ||
           c == u'/';
}

Result<QByteArray> labelFrom(const QString& text) {
    if (text.isEmpty()) return failure(ErrorCode::InvalidInput, QStringLiteral("has an empty label"));
    QByteArray label = text.toLatin1();
    if (!std::all_of(text.begin(), text.end(), [](QChar c) { return c < QChar(0x80); })) {
        label = QUrl::toAce(text);
        if (label.isEmpty())
            return failure(ErrorCode::InvalidInput,
                           QStringLiteral("\"%1\" is not a valid label of an internationalized name").arg(text));
    } else if (!std::all_of(text.begin(), text.end(), isLabelCharacter)) {
        return failure(
            ErrorCode::InvalidInput,
            QStringLiteral("\"%1\" has a character that is not a letter, a digit, \"-\" or \"_\"").arg(text));
    }
    if (label.size() > DnsName::kMostInLabel)
        return failure(
            ErrorCode::InvalidInput,
            QStringLiteral("\"%1\" is longer than the %2 bytes of a label").arg(text).arg(DnsName::kMostInLabel));
    return label.toLower();
}

Result<QByteArray> labelsFrom(const QString& text) {
    QByteArray wire;
    for (const QString& each : text.split(u'.')) {
        const auto label = labelFrom(each);
        if (!label) return tl::unexpected(label.error());
        wire += static_cast<char>(label->size());
        wire += *label;
    }
    return wire;
}

Result<DnsName> checked(const QByteArray& wire, const QString& text) {
    if (wire.size() > DnsName::kMostBytes)
        return failure(
            ErrorCode::InvalidInput,
            QStringLiteral("\"%1\" is longer than the %2 bytes of a name").arg(text).arg(DnsName::kMostBytes));
    return DnsName::fromWire(wire);
}

/// Of one label, for people.
QString escaped(const QByteArray& label) {
    static const QByteArray kSpecial("\"$().;@\\");
    QString text;
    for (const char c : label) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || byte >= 0x7f)
            text += QStringLiteral("\\%1").arg(byte, 3, 10, QLatin1Char('0'));
        else if (kSpecial.contains(c))
            text += QStringLiteral("\\") + QLatin1Char(c);
        else
            text += QLatin1Char(c);
    }
    return text;
}

QString textOf(const QByteArray& wire, qsizetype end) {
    QString text;
    for (qsizetype at = 0; at < end;) {
        const auto length = static_cast<unsigned char>(wire[at]);
        if (length == 0) break;
        if (!text.isEmpty()) text += u'.';
        text += escaped(wire.mid(at + 1, length));
        at += 1 + length;
    }
    return text;
}

}  // namespace

Result<DnsName> DnsName::parse(const QString& text) {
    if (text == u".") return DnsName();
    QString given = text;
    if (given.endsWith(u'.')) given.chop(1);
    if (given.isEmpty()) return failure(ErrorCode::InvalidInput, QStringLiteral("is empty"));
    auto labels = labelsFrom(given);
    if (!labels) return tl::unexpected(labels.error());
    return checked(*labels + '\0', text);
}

DnsName DnsName::fromWire(const QByteArray& wire) {
    DnsName name;
    // Lengths are below 'A', so that this changes letters only.
    name.m_wire = wire.toLower();
    return name;
}

QString DnsName::text() const {
    return m_wire.size() == 1 ? QStringLiteral(".") : textOf(m_wire, m_wire.size()) + u'.';
}

QString DnsName::shortText() const { return m_wire.size() == 1 ? QStringLiteral(".") : textOf(m_wire, m_wire.size()); }

int DnsName::labelCount() const {
    int count = 0;
    for (qsizetype at = 0; m_wire[at] != '\0'; at += 1 + static_cast<unsigned char>(m_wire[at])) ++count;
    return count;
}

DnsName DnsName::parent() const {
    DnsName name;
    if (m_wire.size() > 1) name.m_wire = m_wire.mid(1 + static_cast<unsigned char>(m_wire[0]));
    return name;
}

bool DnsName::isWithin(const DnsName& ancestor) const {
    if (m_wire.size() < ancestor.m_wire.size() || !m_wire.endsWith(ancestor.m_wire)) return false;
    // The same bytes may stand inside a label.
    const qsizetype start = m_wire.size() - ancestor.m_wire.size();
    qsizetype at = 0;
    while (at < start) at += 1 + static_cast<unsigned char>(m_wire[at]);
    return at == start;
}

Result<DnsName> DnsName::child(const QString& relative) const {
    if (relative.isEmpty()) return *this;
    auto labels = labelsFrom(relative);
    if (!labels) return tl::unexpected(labels.error());
    return checked(*labels + m_wire, relative + u'.' + text());
}

QString DnsName::relativeTo(const DnsName& ancestor) const {
    Q_ASSERT(isWithin(ancestor));
    return textOf(m_wire, m_wire.size() - ancestor.m_wire.size());
}

}  // namespace fos1::dns
