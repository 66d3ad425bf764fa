// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/answer_words.h"

#include <array>

namespace fos1::dns {

namespace {

constexpr std::array<const char*, 11> kRcodes{"NOERROR",  "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED",
                                              "YXDOMAIN", "YXRRSET", "NXRRSET",  "NOTAUTH",  "NOTZONE"};

Trouble of(const char* reason, ErrorCode code, const QString& message) {
    return {QString::fromLatin1(reason), {code, message, {}}};
}

Trouble clockTrouble(const TsigFields& tsig, const UpdateContext& context) {
    const auto server = serverTimeOf(tsig);
    if (!server)
        return of("ClockDiffers", ErrorCode::Refused,
                  QStringLiteral("%1 refused the time of the signature (BADTIME): the clocks of this node and of the "
                                 "server differ by more than 5 minutes")
                      .arg(context.server));
    const bool isBehind = *server > context.now;
    return of(
        "ClockDiffers", ErrorCode::Refused,
        QStringLiteral("%1 refused the time of the signature (BADTIME): this node's clock is %2 s %3 the server's; "
                       "nothing is published until they agree")
            .arg(context.server)
            .arg(isBehind ? *server - context.now : context.now - *server)
            .arg(isBehind ? QStringLiteral("behind") : QStringLiteral("ahead of")));
}

Trouble notAuthTrouble(const Answer& answer, Signature signature, const UpdateContext& context) {
    const QString key = context.key.shortText();
    const quint16 error = answer.tsig ? answer.tsig->error : quint16{0};
    if (error == kBadSig || error == kBadTruncation)
        return of("BadSignature", ErrorCode::Refused,
                  QStringLiteral("%1 refused the signature (BADSIG): it has another secret for the key %2")
                      .arg(context.server, key));
    if (error == kBadKey)
        return of("UnknownKey", ErrorCode::Refused,
                  QStringLiteral("%1 does not know the key %2 with the algorithm %3 (BADKEY)")
                      .arg(context.server, key, toText(context.algorithm)));
    if (error == kBadTime) return clockTrouble(*answer.tsig, context);
    if (signature == Signature::Valid)
        return of(
            "NotAuthoritative", ErrorCode::Refused,
            QStringLiteral("%1 is not the primary of the zone %2 (NOTAUTH): it does not have this zone, or only a "
                           "copy of it")
                .arg(context.server, context.zone.shortText()));
    return of(
        "NotAuthorized", ErrorCode::Refused,
        QStringLiteral("%1 refused the update without a signed reason (NOTAUTH). Either the clocks differ by more "
                       "than 5 minutes, or the key %2 or its secret is not the server's, or the zone %3 is not "
                       "there")
            .arg(context.server, key, context.zone.shortText()));
}

}  // namespace

QString rcodeText(int rcode) {
    const auto index = static_cast<std::size_t>(rcode);
    return rcode >= 0 && index < kRcodes.size() ? QString::fromLatin1(kRcodes.at(index))
                                                : QStringLiteral("RCODE %1").arg(rcode);
}

Trouble updateTrouble(const Answer& answer, Signature signature, const UpdateContext& context) {
    // PowerDNS signs no refusal.
    const QString unproven =
        signature == Signature::Valid
            ? QString()
            : QStringLiteral("; the answer was not signed, so the key, its secret or the clocks may be the reason too");
    switch (static_cast<Rcode>(answer.rcode)) {
        case Rcode::NotAuth: return notAuthTrouble(answer, signature, context);
        case Rcode::NotZone:
            return of("NotInZone", ErrorCode::Refused,
                      QStringLiteral("%1 says that a name is not in the zone %2 (NOTZONE): %3%4")
                          .arg(context.server, context.zone.shortText(), context.names, unproven));
        case Rcode::Refused:
            return of(
                "Refused", ErrorCode::Refused,
                QStringLiteral("%1 refused to change %2 (REFUSED): its policy does not allow the key %3 to change "
                               "all of these names and types, or it has only a copy of the zone%4")
                    .arg(context.server, context.names, context.key.shortText(), unproven));
        case Rcode::NotImp:
            return of("NoUpdates", ErrorCode::Refused,
                      QStringLiteral("%1 takes no updates (NOTIMP): use a kind of zone that is written to a file "
                                     "(hosts, zonefile) or unbound's%2")
                          .arg(context.server, unproven));
        case Rcode::ServFail:
            return of("ServerFailure", ErrorCode::Io,
                      QStringLiteral("%1 could not do it (SERVFAIL): it may be loading the zone, or may not be able to "
                                     "write its journal%2")
                          .arg(context.server, unproven));
        case Rcode::FormErr:
            return of("NotUnderstood", ErrorCode::Protocol,
                      QStringLiteral("%1 did not understand the update (FORMERR)%2").arg(context.server, unproven));
        case Rcode::NoError: break;
        default:
            return of("Refused", ErrorCode::Refused,
                      QStringLiteral("%1 refused to change %2 (%3)%4")
                          .arg(context.server, context.names, rcodeText(answer.rcode), unproven));
    }
    if (signature == Signature::Stale)
        return of("ClockDiffers", ErrorCode::Protocol,
                  QStringLiteral("the answer of %1 was signed at another time than this node's, by more than 5 minutes")
                      .arg(context.server));
    return of("UnsignedAnswer", ErrorCode::Protocol,
              signature == Signature::Missing
                  ? QStringLiteral("the answer of %1 is not signed, so that it proves nothing").arg(context.server)
                  : QStringLiteral("the answer of %1 is not signed with the key %2, so that it proves nothing")
                        .arg(context.server, context.key.shortText()));
}

Trouble queryTrouble(const Answer& answer, const DnsName& zone, const QString& server) {
    switch (static_cast<Rcode>(answer.rcode)) {
        case Rcode::NoError:
        case Rcode::NxDomain:
            return of(
                "NotAuthoritative", ErrorCode::Refused,
                QStringLiteral("%1 has no zone %2: its answer is not authoritative").arg(server, zone.shortText()));
        case Rcode::NotAuth:
        case Rcode::Refused:
            return of(
                "Refused", ErrorCode::Refused,
                QStringLiteral("%1 refuses queries for the zone %2 (%3): it does not have it, or this node may not "
                               "ask for it")
                    .arg(server, zone.shortText(), rcodeText(answer.rcode)));
        case Rcode::ServFail:
            return of(
                "ServerFailure", ErrorCode::Io,
                QStringLiteral("%1 cannot answer for the zone %2 (SERVFAIL): it has not loaded it, or only a copy "
                               "that has expired")
                    .arg(server, zone.shortText()));
        default:
            return of("NotUnderstood", ErrorCode::Protocol,
                      QStringLiteral("%1 answers queries for the zone %2 with %3")
                          .arg(server, zone.shortText(), rcodeText(answer.rcode)));
    }
}

Trouble unansweredTrouble(const Error& error) {
    const char* reason = error.code == ErrorCode::Timeout    ? "NoAnswer"
                         : error.code == ErrorCode::Protocol ? "NotUnderstood"
                                                             : "Unreachable";
    return {QString::fromLatin1(reason), error};
}

}  // namespace fos1::dns
