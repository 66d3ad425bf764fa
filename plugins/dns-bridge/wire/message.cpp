// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/message.h"

// Before ldns, which defines bool, true and false otherwise.
#include <stdbool.h>

#include <ldns/ldns.h>

#include <QtEndian>
#include <algorithm>
#include <memory>

namespace fos1::dns {

namespace {

struct Free {
    void operator()(ldns_pkt* packet) const { ldns_pkt_free(packet); }
    void operator()(ldns_rr* record) const { ldns_rr_free(record); }
    void operator()(uint8_t* bytes) const { LDNS_FREE(bytes); }
};
using Packet = std::unique_ptr<ldns_pkt, Free>;
using OwnRecord = std::unique_ptr<ldns_rr, Free>;

ldns_rdf* rdataOf(ldns_rdf_type type, const QByteArray& bytes) {
    return ldns_rdf_new_frm_data(type, static_cast<size_t>(bytes.size()), bytes.constData());
}
ldns_rdf* nameOf(const DnsName& name) { return rdataOf(LDNS_RDF_TYPE_DNAME, name.wire()); }

QByteArray bytesOf(const ldns_rdf* field) {
    if (!field) return {};
    return {reinterpret_cast<const char*>(ldns_rdf_data(field)), static_cast<qsizetype>(ldns_rdf_size(field))};
}

void addData(ldns_rr* rr, const Record& record) {
    const QByteArray& data = record.data;
    switch (record.type) {
        case RecordType::A: ldns_rr_push_rdf(rr, rdataOf(LDNS_RDF_TYPE_A, data)); break;
        case RecordType::Aaaa: ldns_rr_push_rdf(rr, rdataOf(LDNS_RDF_TYPE_AAAA, data)); break;
        case RecordType::Txt:
            for (const QByteArray& each : stringsOf(record))
                ldns_rr_push_rdf(rr, rdataOf(LDNS_RDF_TYPE_STR, static_cast<char>(each.size()) + each));
            break;
        case RecordType::Srv:
            for (const qsizetype at : {0, 2, 4}) ldns_rr_push_rdf(rr, rdataOf(LDNS_RDF_TYPE_INT16, data.mid(at, 2)));
            ldns_rr_push_rdf(rr, rdataOf(LDNS_RDF_TYPE_DNAME, data.mid(6)));
            break;
        default: ldns_rr_push_rdf(rr, rdataOf(LDNS_RDF_TYPE_DNAME, data)); break;
    }
}

struct LineForm {
    ldns_rr_class rrClass;
    ldns_rr_type type;
    quint32 ttl;
    bool hasData;
};

LineForm formOf(const UpdateLine& line, quint32 ttl) {
    using Kind = UpdateLine::Kind;
    const auto type = static_cast<ldns_rr_type>(line.record.type);
    switch (line.kind) {
        case Kind::NameNotInUse: return {LDNS_RR_CLASS_NONE, LDNS_RR_TYPE_ANY, 0, false};
        case Kind::NameInUse: return {LDNS_RR_CLASS_ANY, LDNS_RR_TYPE_ANY, 0, false};
        case Kind::RrsetDoesNotExist: return {LDNS_RR_CLASS_NONE, type, 0, false};
        case Kind::RrsetHasRecord: return {LDNS_RR_CLASS_IN, type, 0, true};
        case Kind::DeleteRecord: return {LDNS_RR_CLASS_NONE, type, 0, true};
        case Kind::Add:
        case Kind::Unknown: break;
    }
    return {LDNS_RR_CLASS_IN, type, ttl, true};
}

OwnRecord rrOf(const UpdateLine& line, quint32 ttl) {
    const LineForm form = formOf(line, ttl);
    OwnRecord rr(ldns_rr_new());
    ldns_rr_set_owner(rr.get(), nameOf(line.name));
    ldns_rr_set_class(rr.get(), form.rrClass);
    ldns_rr_set_type(rr.get(), form.type);
    ldns_rr_set_ttl(rr.get(), form.ttl);
    ldns_rr_set_rd_count(rr.get(), 0);
    if (form.hasData) addData(rr.get(), line.record);
    return rr;
}

OwnRecord questionOf(const DnsName& name, RecordType type) {
    OwnRecord rr(ldns_rr_new());
    ldns_rr_set_question(rr.get(), true);
    ldns_rr_set_owner(rr.get(), nameOf(name));
    ldns_rr_set_class(rr.get(), LDNS_RR_CLASS_IN);
    ldns_rr_set_type(rr.get(), static_cast<ldns_rr_type>(type));
    return rr;
}

QByteArray wireOf(const ldns_pkt* packet) {
    uint8_t* bytes = nullptr;
    size_t size = 0;
    if (ldns_pkt2wire(&bytes, packet, &size) != LDNS_STATUS_OK) return {};
    const std::unique_ptr<uint8_t, Free> owned(bytes);
    return {reinterpret_cast<const char*>(bytes), static_cast<qsizetype>(size)};
}

quint64 numberOf(const ldns_rdf* field) {
    quint64 value = 0;
    for (const char byte : bytesOf(field)) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
}

/// Without the two bytes of length that precede the data.
QByteArray countedBytesOf(const ldns_rdf* field) { return bytesOf(field).mid(2); }

Record recordOf(const ldns_rr* rr) {
    Record record;
    record.type = static_cast<RecordType>(ldns_rr_get_type(rr));
    for (size_t i = 0; i < ldns_rr_rd_count(rr); ++i) {
        const ldns_rdf* field = ldns_rr_rdf(rr, i);
        const QByteArray bytes = bytesOf(field);
        record.data += ldns_rdf_get_type(field) == LDNS_RDF_TYPE_DNAME ? DnsName::fromWire(bytes).wire() : bytes;
    }
    return record;
}

std::vector<AnswerRecord> sectionOf(const ldns_rr_list* list) {
    std::vector<AnswerRecord> records;
    for (size_t i = 0; i < ldns_rr_list_rr_count(list); ++i) {
        const ldns_rr* rr = ldns_rr_list_rr(list, i);
        if (ldns_rr_get_class(rr) != LDNS_RR_CLASS_IN) continue;
        records.push_back({DnsName::fromWire(bytesOf(ldns_rr_owner(rr))), ldns_rr_ttl(rr), recordOf(rr)});
    }
    return records;
}

std::optional<TsigFields> tsigOf(const ldns_rr* rr) {
    if (!rr || ldns_rr_rd_count(rr) != 7) return std::nullopt;
    const auto field = [rr](size_t i) { return ldns_rr_rdf(rr, i); };
    TsigFields tsig;
    tsig.key = DnsName::fromWire(bytesOf(ldns_rr_owner(rr)));
    tsig.algorithm = DnsName::fromWire(bytesOf(field(0)));
    tsig.timeSigned = numberOf(field(1));
    tsig.fudge = static_cast<quint16>(numberOf(field(2)));
    tsig.mac = countedBytesOf(field(3));
    tsig.originalId = static_cast<quint16>(numberOf(field(4)));
    tsig.error = static_cast<quint16>(numberOf(field(5)));
    tsig.otherData = countedBytesOf(field(6));
    return tsig;
}

}  // namespace

QByteArray queryMessage(quint16 id, const Question& question, Recursion recursion) {
    const Packet packet(ldns_pkt_new());
    ldns_pkt_set_id(packet.get(), id);
    ldns_pkt_set_opcode(packet.get(), LDNS_PACKET_QUERY);
    ldns_pkt_set_rd(packet.get(), recursion == Recursion::Desired);
    ldns_pkt_push_rr(packet.get(), LDNS_SECTION_QUESTION, questionOf(question.name, question.type).release());
    return wireOf(packet.get());
}

QByteArray updateMessage(quint16 id, const DnsName& zone, const std::vector<UpdateLine>& lines, quint32 ttl) {
    const Packet packet(ldns_pkt_new());
    ldns_pkt_set_id(packet.get(), id);
    ldns_pkt_set_opcode(packet.get(), LDNS_PACKET_UPDATE);
    ldns_pkt_push_rr(packet.get(), LDNS_SECTION_QUESTION, questionOf(zone, RecordType::Soa).release());
    for (const UpdateLine& each : lines)
        ldns_pkt_push_rr(packet.get(), each.isPrerequisite() ? LDNS_SECTION_ANSWER : LDNS_SECTION_AUTHORITY,
                         rrOf(each, ttl).release());
    return wireOf(packet.get());
}

qsizetype sizeOf(const UpdateLine& line) {
    constexpr qsizetype kFixed = 10;  // type, class, TTL and length of the data
    return kFixed + (formOf(line, 0).hasData ? line.record.data.size() : 0);
}

Result<Answer> parseAnswer(const QByteArray& message) {
    ldns_pkt* parsed = nullptr;
    const ldns_status status = ldns_wire2pkt(&parsed, reinterpret_cast<const uint8_t*>(message.constData()),
                                             static_cast<size_t>(message.size()));
    const Packet packet(parsed);
    if (status != LDNS_STATUS_OK || !packet)
        return failure(
            ErrorCode::Protocol,
            QStringLiteral("not a DNS message: %1").arg(QString::fromLatin1(ldns_get_errorstr_by_id(status))));
    Answer answer;
    answer.id = ldns_pkt_id(parsed);
    answer.opcode = ldns_pkt_get_opcode(parsed);
    answer.rcode = ldns_pkt_get_rcode(parsed);
    answer.isResponse = ldns_pkt_qr(parsed);
    answer.isAuthoritative = ldns_pkt_aa(parsed);
    answer.isTruncated = ldns_pkt_tc(parsed);
    if (const ldns_rr* first = ldns_rr_list_rr(ldns_pkt_question(parsed), 0))
        answer.question = Question{DnsName::fromWire(bytesOf(ldns_rr_owner(first))),
                                   static_cast<RecordType>(ldns_rr_get_type(first))};
    answer.answers = sectionOf(ldns_pkt_answer(parsed));
    answer.authority = sectionOf(ldns_pkt_authority(parsed));
    answer.tsig = tsigOf(ldns_pkt_tsig(parsed));
    return answer;
}

std::optional<ZoneStart> zoneStartFrom(const Record& soa) {
    constexpr qsizetype kNumbers = 20;
    if (soa.type != RecordType::Soa || soa.data.size() < kNumbers + 2) return std::nullopt;
    // The name of the primary ends with its first empty label.
    qsizetype end = 0;
    while (end < soa.data.size() && soa.data[end] != '\0') end += 1 + static_cast<unsigned char>(soa.data[end]);
    if (end + 1 + kNumbers > soa.data.size()) return std::nullopt;
    return ZoneStart{DnsName::fromWire(soa.data.left(end + 1)),
                     qFromBigEndian<quint32>(soa.data.constData() + soa.data.size() - kNumbers)};
}

}  // namespace fos1::dns
