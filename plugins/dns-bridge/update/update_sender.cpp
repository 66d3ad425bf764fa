// SPDX-License-Identifier: GPL-2.0-or-later
#include "update/update_sender.h"

#include <QDateTime>
#include <algorithm>

namespace fos1::dns {

namespace {

/// RFC 1035, 4.2.1.
constexpr qsizetype kMostBytesOverUdp = 512;

QString namesOf(const std::vector<UpdateLine>& lines) {
    constexpr qsizetype kMostNamed = 4;
    QStringList names;
    for (const UpdateLine& each : lines) {
        if (each.isPrerequisite()) continue;
        const QString name = each.name.shortText() + u' ' + toText(each.record.type);
        if (!names.contains(name)) names.append(name);
        if (names.size() > kMostNamed) break;
    }
    if (names.size() <= kMostNamed) return names.join(QStringLiteral(", "));
    return names.mid(0, kMostNamed).join(QStringLiteral(", ")) + QStringLiteral(" and others");
}

}  // namespace

void UpdateSender::send(const std::vector<UpdateLine>& lines, qint64 clockAhead, const Sent& sent) {
    const auto now = static_cast<quint64>(QDateTime::currentSecsSinceEpoch() + clockAhead);
    const QByteArray message = updateMessage(m_client.freeId(), m_zone, lines, m_ttl);
    const SignedMessage signedMessage = signMessage(message, m_key, now);
    const auto judge = [key = m_key, mac = signedMessage.mac, now](const QByteArray& bytes, const Answer& answer) {
        return verifyAnswer(bytes, answer, key, mac, now);
    };
    const auto isBig = signedMessage.message.size() > kMostBytesOverUdp;
    m_client.ask(
        signedMessage.message, isBig ? Transport::Tcp : Transport::Udp,
        [this, judge, now, names = namesOf(lines), sent](const Result<Reply>& reply) {
            m_serverAhead.reset();
            if (!reply) {
                sent(tl::unexpected(unansweredTrouble(reply.error())));
                return;
            }
            const Answer& answer = reply->answer;
            const Signature signature = judge(reply->message, answer);
            if (signature == Signature::Valid && answer.rcode == static_cast<int>(Rcode::NoError)) {
                sent(UpdateResult::Done);
                return;
            }
            if (signature == Signature::Valid && isPrerequisiteFailure(answer.rcode)) {
                sent(UpdateResult::PrerequisiteFailed);
                return;
            }
            if (signature == Signature::Valid && answer.tsig)
                if (const auto server = serverTimeOf(*answer.tsig))
                    m_serverAhead = static_cast<qint64>(*server) - QDateTime::currentSecsSinceEpoch();
            UpdateContext context;
            context.zone = m_zone;
            context.server = m_server;
            context.names = names;
            context.key = m_key.name;
            context.algorithm = m_key.algorithm;
            context.now = now;
            sent(tl::unexpected(updateTrouble(answer, signature, context)));
        },
        [judge](const QByteArray& bytes, const Answer& answer) { return judge(bytes, answer) != Signature::Valid; });
}

}  // namespace fos1::dns
