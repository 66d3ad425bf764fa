// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/key_exchange_log.h"

#include <QRegularExpression>

#include "model/addresses.h"

namespace fos1::ntp {

namespace {

/// "192.0.2.1:4460 (ntp.example)", "[2001:db8::1]:4460 (ntp.example)".
QString addressIn(QString label) {
    label = label.section(u' ', 0, 0);
    label = label.startsWith(u'[') ? label.mid(1).section(u']', 0, 0) : label.section(u':', 0, -2);
    const auto address = IpAddress::parse(label);
    return address ? address->text() : QString();
}

}  // namespace

std::optional<KeyExchangeFailure> keyExchangeFailureIn(const QString& logLine) {
    static const QRegularExpression kWithReason(QStringLiteral(
        "^(?:Could not connect to|TLS handshake with|Could not (?:send|receive) NTS-KE message (?:to|from))"
        " (\\S+(?: \\([^)]*\\))?) (?:failed )?: (.+)$"));
    static const QRegularExpression kWithoutReason(
        QStringLiteral("^((?:NTS-KE session with|NTS-KE not supported by|Received invalid NTS-KE (?:message|response) "
                       "from) (\\S+(?: \\([^)]*\\))?).*)$"));
    KeyExchangeFailure failure;
    if (const auto match = kWithReason.match(logLine); match.hasMatch())
        failure = {addressIn(match.captured(1)), match.captured(2).trimmed()};
    else if (const auto other = kWithoutReason.match(logLine); other.hasMatch())
        failure = {addressIn(other.captured(2)), other.captured(1)};
    if (failure.address.isEmpty()) return {};
    while (failure.why.endsWith(u'.')) failure.why.chop(1);
    return failure;
}

void KeyExchangeLog::feed(const QString& logLine) {
    const auto failure = keyExchangeFailureIn(logLine);
    if (!failure) return;
    if (m_failures.size() >= kMostServers && !m_failures.contains(failure->address)) m_failures.clear();
    m_failures.insert_or_assign(failure->address, failure->why);
}

QString KeyExchangeLog::of(const QString& address) const {
    const auto failure = m_failures.find(address);
    return failure == m_failures.end() ? QString() : failure->second;
}

}  // namespace fos1::ntp
