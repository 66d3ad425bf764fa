// SPDX-License-Identifier: GPL-2.0-or-later
// Signs messages and verifies signatures (TSIG, RFC 8945). Pure: time is an argument, because a removal is signed with
// the server's time when our clock is wrong, which ldns cannot do. Must not know files or servers.
#pragma once

#include <QByteArray>

#include "fos1/result.h"
#include "wire/message.h"

namespace fos1::dns {

enum class TsigAlgorithm { Unknown = 0, HmacSha256, HmacSha384, HmacSha512 };

/// "hmac-sha256" and so on, in any case, with or without a final dot.
[[nodiscard]] Result<TsigAlgorithm> tsigAlgorithmFrom(const QString& text);
[[nodiscard]] QString toText(TsigAlgorithm algorithm);

struct TsigKey {
    DnsName name;
    TsigAlgorithm algorithm = TsigAlgorithm::Unknown;
    QByteArray secret;  ///< decoded; never printed
};

/// The errors of RFC 8945, 3 and 5.
constexpr quint16 kBadSig = 16;
constexpr quint16 kBadKey = 17;
constexpr quint16 kBadTime = 18;
constexpr quint16 kBadTruncation = 22;

struct SignedMessage {
    QByteArray message;
    QByteArray mac;  ///< to verify the answer with
};

/// `now`: Unix time in seconds.
[[nodiscard]] SignedMessage signMessage(const QByteArray& message, const TsigKey& key, quint64 now);
/// What signMessage() adds to a message, in bytes.
[[nodiscard]] qsizetype signatureBytes(const TsigKey& key);

/// What is known of an answer's signature.
enum class Signature {
    Unknown = 0,
    Valid,
    Missing,  ///< the answer is not signed, or says that it cannot be (5.2.1, 5.2.2)
    Wrong,    ///< not by this key, or not to this request
    Stale,    ///< by this key, but at a time that differs from `now` by more than the fudge
};

/// `message`: the bytes of `answer`. `requestMac`: of the request that it answers. An answer whose error is BADTIME is
/// Valid at any time (5.2.3).
[[nodiscard]] Signature verifyAnswer(const QByteArray& message, const Answer& answer, const TsigKey& key,
                                     const QByteArray& requestMac, quint64 now);

/// The server's time in an answer with the error BADTIME (5.2.3); nothing without it.
[[nodiscard]] std::optional<quint64> serverTimeOf(const TsigFields& tsig);

}  // namespace fos1::dns
