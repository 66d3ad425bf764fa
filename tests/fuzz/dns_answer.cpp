// SPDX-License-Identifier: GPL-2.0-or-later
// Answers of DNS servers, and what unbound and our own files say: a message is read or refused with a reason; nothing
// that is shown of it contains what a terminal could misread; no signature is valid by chance; marks map back.
#include <algorithm>

#include "core/answer_words.h"
#include "core/ownership_mark.h"
#include "core/zone_text.h"
#include "fuzz.h"
#include "unbound/unbound_text.h"
#include "update/key_file.h"
#include "update/server_locator.h"

namespace fos1::fuzz {

namespace {

using namespace dns;

bool isPrintable(const QString& text) {
    return std::all_of(text.begin(), text.end(), [](QChar c) { return c >= QChar(0x20) && c < QChar(0x7f); });
}

void record(const AnswerRecord& each) {
    FUZZ_CLAIM(isPrintable(each.name.text()));
    FUZZ_CLAIM(isPrintable(each.record.text()));
    (void)zoneStartFrom(each.record);
    if (each.record.type == RecordType::Txt)
        if (const auto mark = markFrom(each.record)) {
            const bool fits = std::all_of(mark->records.begin(), mark->records.end(), fitsMark);
            FUZZ_CLAIM(fits && (mark->owner.size() > 200 || markFrom(markRecord(*mark)) == mark));
        }
    if (const auto again = recordFromText(toText(each.record.type), each.record.text()))
        FUZZ_CLAIM(again->type == each.record.type);
}

void message(const QByteArray& input) {
    const auto answer = parseAnswer(input);
    if (!answer) {
        FUZZ_CLAIM(saysWhy(answer.error()));
        return;
    }
    for (const auto* section : {&answer->answers, &answer->authority})
        for (const AnswerRecord& each : *section) record(each);
    const TsigKey key{DnsName::parse("fos1").value(), TsigAlgorithm::HmacSha256, QByteArray(32, 'k')};
    const Signature signature = verifyAnswer(input, *answer, key, QByteArray(32, 'm'), 1'700'000'000);
    FUZZ_CLAIM(signature == Signature::Missing || signature == Signature::Wrong);
    UpdateContext context;
    context.key = key.name;
    context.algorithm = key.algorithm;
    const Trouble trouble = updateTrouble(*answer, signature, context);
    FUZZ_CLAIM(!trouble.reason.isEmpty() && saysWhy(trouble.error) && isPrintable(trouble.text()));
    FUZZ_CLAIM(saysWhy(queryTrouble(*answer, {}, {}).error));
}

void text(const QByteArray& input) {
    const DnsName zone = DnsName::parse("lan.test").value();
    for (const auto& [name, known] : parseLocalData(input, zone)) FUZZ_CLAIM(name.isWithin(zone) && known.isRead);
    if (const auto done = parseDone(input); !done) FUZZ_CLAIM(saysWhy(done.error()));
    for (const FileForm form : {FileForm::Hosts, FileForm::Fragment, FileForm::Zone}) {
        const auto parsed = parseZoneText(form, input);
        if (!parsed) {
            FUZZ_CLAIM(saysWhy(parsed.error()));
            continue;
        }
        const auto again = parseZoneText(form, zoneText(form, parsed->records, "a", 60, {}, 1));
        FUZZ_CLAIM(again && (form == FileForm::Zone || again->records == parsed->records));
    }
    const auto key = keyFrom(input, {});
    if (!key) FUZZ_CLAIM(saysWhy(key.error()));
    (void)firstResolver(input);
}

}  // namespace

void runOne(const QByteArray& input) {
    message(input);
    text(input);
}

}  // namespace fos1::fuzz
