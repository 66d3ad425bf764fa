// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/ownership_mark.h"

namespace fos1::dns {

namespace {

const QByteArray kHeritage("heritage=fos1-host");
const QByteArray kService("service=ntp");
const QByteArray kOwner("owner=");
constexpr qsizetype kMostInString = 255;

QByteArray stringFor(const Record& record) { return (toText(record.type) + u'=' + record.text()).toLatin1(); }

std::optional<Record> recordFrom(const QByteArray& string) {
    const qsizetype equals = string.indexOf('=');
    if (equals < 0) return std::nullopt;
    const auto record =
        recordFromText(QString::fromLatin1(string.left(equals)), QString::fromLatin1(string.mid(equals + 1)));
    return record && record->type != RecordType::Txt ? record : std::nullopt;
}

}  // namespace

bool fitsMark(const Record& record) {
    // No text is longer than four times its bytes and the numbers of SRV.
    constexpr qsizetype kSafe = 50;
    return record.data.size() <= kSafe || stringFor(record).size() <= kMostInString;
}

Record markRecord(const Mark& mark) {
    QByteArrayList strings{kHeritage, kOwner + mark.owner, kService};
    for (const Record& each : mark.records) strings.append(stringFor(each));
    return textRecord(strings);
}

std::optional<Mark> markFrom(const Record& text) {
    const QByteArrayList strings = stringsOf(text);
    if (strings.size() < 2 || strings[0] != kHeritage || !strings[1].startsWith(kOwner)) return std::nullopt;
    Mark mark;
    mark.owner = strings[1].mid(kOwner.size());
    for (qsizetype i = 2; i < strings.size(); ++i)
        if (const auto record = recordFrom(strings[i])) mark.records.insert(*record);
    return mark;
}

}  // namespace fos1::dns
