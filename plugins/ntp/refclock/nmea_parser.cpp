// SPDX-License-Identifier: GPL-2.0-or-later
#include "refclock/nmea_parser.h"

#include "refclock/nmea_fields.h"

namespace fos1::ntp {

namespace {

constexpr std::size_t kAddressLength = 5;
constexpr std::size_t kChecksumLength = 3;  // *hh

int hexDigit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

bool hasChecksum(std::string_view line) {
    return line.size() >= kChecksumLength && line[line.size() - kChecksumLength] == '*';
}

bool isChecksumRight(std::string_view line) {
    unsigned sum = 0;
    for (const char c : line.substr(0, line.size() - kChecksumLength)) sum ^= static_cast<unsigned char>(c);
    const int high = hexDigit(line[line.size() - 2]);
    const int low = hexDigit(line[line.size() - 1]);
    return high >= 0 && low >= 0 && sum == static_cast<unsigned>(high * 16 + low);
}

bool isOneOf(char c, std::string_view letters) { return c != '\0' && letters.find(c) != std::string_view::npos; }

/// Autonomous, differential, RTK fixed and float, precise.
constexpr std::string_view kRealModes = "ADRFP";

/// Status A or V; the mode, which came with NMEA 2.3, may be absent.
FixState stateOf(char status, std::string_view mode) {
    if (status != 'A' && status != 'V') return FixState::Unknown;
    return status == 'A' && (mode.empty() || isOneOf(mode.front(), kRealModes)) ? FixState::Valid : FixState::None;
}

FixState stateOfModes(std::string_view modes) {
    if (modes.empty()) return FixState::Unknown;
    return modes.find_first_of(kRealModes) != std::string_view::npos ? FixState::Valid : FixState::None;
}

constexpr quint8 kEstimated = 6;  // GGA: 6 estimated, 7 manual, 8 simulated

void decodeRmc(NmeaFields& in, NmeaSentence& out) {
    if (in.count() < 10) return in.fail();
    out.time = in.time(1);
    out.date = in.date(9);
    out.fix = stateOf(in.letter(2), in[12]);
}

void decodeZda(NmeaFields& in, NmeaSentence& out) {
    if (in.count() < 5) return in.fail();
    out.time = in.time(1);
    out.date = in.date(2, 3, 4);
}

void decodeGga(NmeaFields& in, NmeaSentence& out) {
    if (in.count() < 9) return in.fail();
    out.time = in.time(1);
    out.quality = in.number<quint8>(6, 0, 9);
    out.used = in.number<quint16>(7, 0, 999);
    out.hdopHundredths = in.hundredths(8);
    if (out.quality) out.fix = *out.quality > 0 && *out.quality < kEstimated ? FixState::Valid : FixState::None;
}

void decodeGll(NmeaFields& in, NmeaSentence& out) {
    if (in.count() < 7) return in.fail();
    out.time = in.time(5);
    out.fix = stateOf(in.letter(6), in[7]);
}

void decodeGns(NmeaFields& in, NmeaSentence& out) {
    if (in.count() < 9) return in.fail();
    out.time = in.time(1);
    out.fix = stateOfModes(in[6]);
    out.used = in.number<quint16>(7, 0, 999);
    out.hdopHundredths = in.hundredths(8);
}

void decodeGsa(NmeaFields& in, NmeaSentence& out) {
    if (in.count() < 18) return in.fail();
    out.dimensions = in.number<quint8>(2, 1, 3);
    out.hdopHundredths = in.hundredths(16);
    if (out.dimensions) out.fix = *out.dimensions > 1 ? FixState::Valid : FixState::None;
}

void decodeGsv(NmeaFields& in, NmeaSentence& out) {
    if (in.count() < 4) return in.fail();
    out.inView = in.number<quint16>(3, 0, 999);
}

void decodeGbs(NmeaFields& in, NmeaSentence& out) {
    if (in.count() < 6) return in.fail();
    out.time = in.time(1);
    out.failedSatellite = in.number<quint16>(5, 0, 9999);
}

void decodeTxt(NmeaFields& in, NmeaSentence& out) {
    if (in.count() < 5) return in.fail();
    out.text = in[4];
}

/// u-blox: time, date, time of week, week, leap seconds; a D behind these marks a default of the firmware.
void decodePubx04(NmeaFields& in, NmeaSentence& out) {
    if (in.count() < 7) return in.fail();
    out.time = in.time(2);
    out.date = in.date(3);
    std::string_view leap = in[6];
    out.isLeapDefault = !leap.empty() && leap.back() == 'D';
    if (out.isLeapDefault) leap.remove_suffix(1);
    if (leap.empty()) return;
    qint16 value = 0;
    const auto [end, error] = std::from_chars(leap.data(), leap.data() + leap.size(), value);
    if (error != std::errc() || end != leap.data() + leap.size() || value < 0 || value > 99) return in.fail();
    out.leapSeconds = value;
}

struct Decoder {
    std::string_view name;
    SentenceKind kind;
    void (*decode)(NmeaFields&, NmeaSentence&);
};

constexpr std::array kDecoders{
    Decoder{"RMC", SentenceKind::Rmc, decodeRmc}, Decoder{"GGA", SentenceKind::Gga, decodeGga},
    Decoder{"GSV", SentenceKind::Gsv, decodeGsv}, Decoder{"GSA", SentenceKind::Gsa, decodeGsa},
    Decoder{"ZDA", SentenceKind::Zda, decodeZda}, Decoder{"GLL", SentenceKind::Gll, decodeGll},
    Decoder{"GNS", SentenceKind::Gns, decodeGns}, Decoder{"GBS", SentenceKind::Gbs, decodeGbs},
    Decoder{"TXT", SentenceKind::Txt, decodeTxt}, Decoder{"VTG", SentenceKind::Vtg, nullptr}};

const Decoder* decoderOf(std::string_view body) {
    static constexpr Decoder kPubx04{"04", SentenceKind::Pubx04, decodePubx04};
    if (body.starts_with("PUBX,04,")) return &kPubx04;
    if (body.size() <= kAddressLength || body[kAddressLength] != ',' || body.front() == 'P') return nullptr;
    const std::string_view name = body.substr(2, 3);
    const auto* const found =
        std::find_if(kDecoders.begin(), kDecoders.end(), [name](const Decoder& each) { return each.name == name; });
    return found == kDecoders.end() ? nullptr : found;
}

}  // namespace

/// A sentence that ends with its checksum needs no line end.
bool NmeaParser::begin() {
    const bool isCompleted = m_isInside && hasChecksum({m_line.data(), m_length}) && finish();
    if (std::exchange(m_isInside, true)) (void)reject(Rejection::Torn);
    m_isInside = true;
    m_length = 0;
    m_start = m_position;
    return isCompleted;
}

bool NmeaParser::reject(Rejection why) {
    ++m_rejected[static_cast<std::size_t>(why)];
    m_isInside = false;
    return false;
}

bool NmeaParser::finish() {
    m_isInside = false;
    std::string_view line(m_line.data(), m_length);
    if (hasChecksum(line)) {
        if (!isChecksumRight(line)) return reject(Rejection::WrongChecksum);
        line.remove_suffix(kChecksumLength);
    } else if (m_checksum == Checksum::Required) {
        return reject(Rejection::NoChecksum);
    }
    return decode(line);
}

bool NmeaParser::decode(std::string_view body) {
    if (body.size() < 2) return reject(Rejection::WrongField);
    m_sentence = {};
    m_sentence.talker = {body[0], body[1]};
    m_sentence.start = m_start;
    if (const Decoder* const decoder = decoderOf(body)) {
        m_sentence.kind = decoder->kind;
        if (decoder->decode) {
            NmeaFields fields(body);
            decoder->decode(fields, m_sentence);
            if (fields.isWrong()) return reject(Rejection::WrongField);
        }
    }
    ++m_accepted;
    return true;
}

}  // namespace fos1::ntp
