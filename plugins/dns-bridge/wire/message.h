// SPDX-License-Identifier: GPL-2.0-or-later
// DNS messages: queries (RFC 1035) and updates (RFC 2136) as bytes, and answers as values. The only file that knows
// ldns. Pure. Must not know servers, keys, or what an answer means.
#pragma once

#include <QByteArray>
#include <optional>
#include <vector>

#include "fos1/result.h"
#include "model/record.h"

namespace fos1::dns {

constexpr qsizetype kMostMessageBytes = 65535;
constexpr qsizetype kHeaderBytes = 12;

struct Question {
    DnsName name;
    RecordType type = RecordType::Unknown;
    bool operator==(const Question&) const = default;
};

enum class Recursion { Unknown = 0, NotDesired, Desired };

[[nodiscard]] QByteArray queryMessage(quint16 id, const Question& question, Recursion recursion);

/// A line of an update: a prerequisite (2.4) or a change (2.5).
struct UpdateLine {
    enum class Kind {
        Unknown = 0,
        NameNotInUse,       ///< 2.4.5
        NameInUse,          ///< 2.4.4
        RrsetDoesNotExist,  ///< 2.4.3: `record.type`
        RrsetHasRecord,     ///< 2.4.2: `record` is one of exactly those that are named so
        Add,                ///< 2.5.1: `record`
        DeleteRecord,       ///< 2.5.4: `record`
    };
    Kind kind = Kind::Unknown;
    DnsName name;
    Record record;

    bool operator==(const UpdateLine&) const = default;
    [[nodiscard]] bool isPrerequisite() const { return kind < Kind::Add; }
};

/// For one zone. `ttl`: of added records, in seconds.
[[nodiscard]] QByteArray updateMessage(quint16 id, const DnsName& zone, const std::vector<UpdateLine>& lines,
                                       quint32 ttl);

/// The bytes that a line takes in a message, without its name.
[[nodiscard]] qsizetype sizeOf(const UpdateLine& line);

struct AnswerRecord {
    DnsName name;
    quint32 ttl = 0;
    Record record;
};

/// RFC 8945, 4.2.
struct TsigFields {
    DnsName key;
    DnsName algorithm;
    quint64 timeSigned = 0;  ///< Unix time in seconds
    quint16 fudge = 0;
    QByteArray mac;
    quint16 originalId = 0;
    quint16 error = 0;
    QByteArray otherData;
};

enum class Opcode { Query = 0, Update = 5 };

struct Answer {
    quint16 id = 0;
    int opcode = 0;
    int rcode = 0;
    bool isResponse = false;
    bool isAuthoritative = false;
    bool isTruncated = false;
    std::optional<Question> question;  ///< an update's zone section, too
    std::vector<AnswerRecord> answers{};
    std::vector<AnswerRecord> authority{};
    std::optional<TsigFields> tsig;
};

/// Any bytes. An error (Protocol) when they are no complete message.
[[nodiscard]] Result<Answer> parseAnswer(const QByteArray& message);

/// Of SOA data (RFC 1035, 3.3.13); nothing when it is too short.
struct ZoneStart {
    DnsName primary;
    quint32 serial = 0;
};
[[nodiscard]] std::optional<ZoneStart> zoneStartFrom(const Record& soa);

}  // namespace fos1::dns
