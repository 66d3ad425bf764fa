// SPDX-License-Identifier: GPL-2.0-or-later
#include "unbound/unbound_text.h"

#include <QStringList>
#include <algorithm>

namespace fos1::dns {

namespace {

QByteArray dataLine(const DnsName& name, const Record& record, quint32 ttl) {
    return (name.text() + u' ' + QString::number(ttl) + QStringLiteral(" IN ") + toText(record.type) + u' ' +
            record.text())
               .toLatin1() +
           '\n';
}

bool removesAny(const NameStep& step) {
    return std::any_of(step.lines.begin(), step.lines.end(),
                       [](const UpdateLine& each) { return each.kind == UpdateLine::Kind::DeleteRecord; });
}

}  // namespace

Knowledge parseLocalData(const QByteArray& answer, const DnsName& zone) {
    Knowledge known;
    for (const QByteArray& line : answer.split('\n')) {
        // NAME, TTL, class, type and data, with tabs between the first ones.
        const QString text = QString::fromLatin1(line).replace(u'\t', u' ');
        const QString type = text.section(u' ', 3, 3);
        const auto name = DnsName::parse(text.section(u' ', 0, 0));
        bool hasTtl = false;
        const quint32 ttl = text.section(u' ', 1, 1).toUInt(&hasTtl);
        if (!name || !hasTtl || text.section(u' ', 2, 2) != u"IN" || !name->isWithin(zone)) continue;
        NameKnowledge& at = known[*name];
        at.isRead = true;
        const auto record = recordFromText(type, text.section(u' ', 4));
        if (record && record->type == RecordType::Txt) {
            at.texts.insert(*record);
        } else if (record) {
            at.records.insert(*record);
            at.ttl = at.ttl ? std::min(*at.ttl, ttl) : ttl;
        }
        if (type == u"CNAME") at.isAlias = true;
        // Whatever it is, it is somebody's unless a mark says that it is ours.
        at.isInUse = true;
    }
    return known;
}

Result<void> parseDone(const QByteArray& answer) {
    const QByteArray words = answer.trimmed();
    if (words == "ok" || words.startsWith("added ") || words.startsWith("removed ")) return {};
    constexpr qsizetype kMostShownBytes = 300;
    if (words.isEmpty())
        return failure(ErrorCode::Protocol, QStringLiteral("unbound closed the connection without an answer"));
    return failure(ErrorCode::Refused,
                   QStringLiteral("unbound: %1").arg(QString::fromUtf8(words.left(kMostShownBytes)).simplified()));
}

LocalChange localChange(const std::map<DnsName, NameStep>& steps, const Knowledge& known, quint32 ttl) {
    LocalChange change;
    for (const auto& [name, step] : steps) {
        const auto before = known.find(name);
        std::set<Record> present;
        if (before != known.end()) {
            present = before->second.texts;
            present.insert(before->second.records.begin(), before->second.records.end());
        }
        const bool startsAnew = removesAny(step) || (before != known.end() && before->second.ttl != step.after.ttl);
        if (startsAnew) {
            change.removals += name.text().toLatin1() + '\n';
            present.clear();
        }
        for (const auto* records : {&step.after.records, &step.after.texts})
            for (const Record& each : *records)
                if (!present.contains(each)) change.additions += dataLine(name, each, ttl);
    }
    return change;
}

}  // namespace fos1::dns
