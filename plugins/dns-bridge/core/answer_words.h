// SPDX-License-Identifier: GPL-2.0-or-later
// What a server's refusal means, in words: which cause, and what to do about it. Pure. Must not know sockets.
#pragma once

#include "model/trouble.h"
#include "wire/tsig.h"

namespace fos1::dns {

/// RFC 1035, 4.1.1, and RFC 2136, 2.2.
enum class Rcode {
    NoError = 0,
    FormErr = 1,
    ServFail = 2,
    NxDomain = 3,
    NotImp = 4,
    Refused = 5,
    YxDomain = 6,
    YxRrset = 7,
    NxRrset = 8,
    NotAuth = 9,
    NotZone = 10
};

/// A prerequisite does not hold: the names are read again, and decided anew.
[[nodiscard]] inline bool isPrerequisiteFailure(int rcode) {
    const auto code = static_cast<Rcode>(rcode);
    return code == Rcode::NxDomain || code == Rcode::YxDomain || code == Rcode::YxRrset || code == Rcode::NxRrset;
}

struct UpdateContext {
    DnsName zone;
    QString server;
    QString names;  ///< the names and types that were to be changed, shortened
    DnsName key;
    TsigAlgorithm algorithm = TsigAlgorithm::Unknown;
    quint64 now = 0;  ///< the time that the update was signed with
};

/// Of an answer to an update that is not NOERROR, or is not signed as it must be.
[[nodiscard]] Trouble updateTrouble(const Answer& answer, Signature signature, const UpdateContext& context);

/// Of an answer to a query that is neither NOERROR nor NXDOMAIN, or is not authoritative.
[[nodiscard]] Trouble queryTrouble(const Answer& answer, const DnsName& zone, const QString& server);

/// When no answer came.
[[nodiscard]] Trouble unansweredTrouble(const Error& error);

/// "NOTAUTH", or "RCODE 23".
[[nodiscard]] QString rcodeText(int rcode);

}  // namespace fos1::dns
