// SPDX-License-Identifier: GPL-2.0-or-later
#include "page_text.h"

#include <QJsonArray>
#include <cmath>
#include <utility>

#include "fos1/page.h"
#include "human_text.h"
#include "text_table.h"
#include "yaml_document.h"

namespace fos1::ctl {
namespace {

constexpr qsizetype kLeastLabelWidth = 13;
const QString kTrouble = QStringLiteral("! ");
const QString kNoTrouble = QStringLiteral("  ");

QString bytesText(qint64 bytes) {
    constexpr double kStep = 1024;
    auto size = static_cast<double>(bytes);
    if (std::fabs(size) < kStep) return QString::number(bytes) + QStringLiteral(" B");
    for (const char* unit : {"KiB", "MiB", "GiB"}) {
        size /= kStep;
        if (std::fabs(size) < kStep) return QString::number(size, 'g', 3) + u' ' + QLatin1String(unit);
    }
    return QString::number(size / kStep, 'f', 1) + QStringLiteral(" TiB");
}

QString text(page::Kind kind, const QJsonValue& value, const QDateTime& now) {
    if (value.isNull() || value.isUndefined()) return QStringLiteral("-");
    switch (kind) {
        case page::Kind::YesNo: return value.toBool() ? QStringLiteral("yes") : QStringLiteral("no");
        case page::Kind::Duration: return durationText(value.toDouble());
        case page::Kind::Offset: return signedDurationText(value.toDouble());
        case page::Kind::Age: return ageText(value.toInteger());
        case page::Kind::Frequency: return QString::number(value.toDouble() / 1000, 'f', 3) + QStringLiteral(" ppm");
        case page::Kind::Bytes: return bytesText(value.toInteger());
        case page::Kind::Octal: return QString::number(value.toInteger(), 8);
        case page::Kind::Time: return ageSince(value.toString(), now) + QStringLiteral(" ago");
        case page::Kind::Text:
        case page::Kind::Condition:
        case page::Kind::Count:
        case page::Kind::Packets:
        case page::Kind::Unknown: break;
    }
    return cellText(value);
}

QString fieldsText(const QJsonArray& fields, const QDateTime& now) {
    qsizetype width = kLeastLabelWidth;
    for (const QJsonValue field : fields) width = std::max(width, field[u"label"].toString().size() + 2);
    QString all;
    for (const QJsonValue field : fields) {
        const QString note = field[u"note"].toString();
        all += field[u"trouble"].toBool() ? kTrouble : kNoTrouble;
        all += harmless(field[u"label"].toString()).leftJustified(width);
        all += harmless(text(page::kindFromText(field[u"kind"].toString()), field[u"value"], now));
        // A note that is a sentence follows a colon; any other note is in parentheses.
        if (!note.isEmpty())
            all +=
                QString(note.front().isUpper() ? QStringLiteral(": %1") : QStringLiteral(" (%1)")).arg(harmless(note));
        all += u'\n';
    }
    return all;
}

QString tableText(const QJsonObject& table, const QDateTime& now, qsizetype width) {
    const QJsonArray rows = table.value(u"rows").toArray();
    const QString empty = table.value(u"empty").toString();
    if (rows.isEmpty() && !empty.isEmpty()) return harmless(empty) + u'\n';
    QStringList header;
    std::vector<page::Kind> kinds;
    for (const QJsonValue column : table.value(u"columns").toArray()) {
        header.append(column[u"title"].toString().toUpper());
        kinds.push_back(page::kindFromText(column[u"kind"].toString()));
    }
    const bool hasTrouble =
        std::any_of(rows.begin(), rows.end(), [](const QJsonValue& row) { return row[u"trouble"].toBool(); });
    TextTable shown(header);
    for (const QJsonValue row : rows) {
        const QJsonArray cells = row[u"cells"].toArray();
        QStringList texts;
        for (std::size_t i = 0; i < kinds.size(); ++i)
            texts.append(text(kinds[i], cells.at(static_cast<qsizetype>(i)), now));
        shown.add(texts);
    }
    if (!hasTrouble) return shown.text(width);
    QString all;
    qsizetype row = -1;  // the header's
    for (const QStringList& lines : shown.lines(width > 0 ? width - kTrouble.size() : 0)) {
        QString mark = row >= 0 && rows.at(row)[u"trouble"].toBool() ? kTrouble : kNoTrouble;
        for (const QString& line : lines) all += std::exchange(mark, kNoTrouble) + line + u'\n';
        ++row;
    }
    return all;
}

QString proposalText(const QJsonObject& proposal) {
    QString all =
        QStringLiteral("Proposed for %1 (--apply writes it into the manifest):\n").arg(proposedObject(proposal));
    const QByteArray fields = yaml::emit(QCborMap::fromJsonObject(proposal.value(u"merge").toObject()));
    for (const QString& line : QString::fromUtf8(fields).split(u'\n', Qt::SkipEmptyParts))
        all += kNoTrouble + harmless(line, Trim::End) + u'\n';
    for (const QJsonValue note : proposal.value(u"notes").toArray())
        all += kNoTrouble + harmless(note.toString()) + u'\n';
    return all;
}

}  // namespace

QString sectionText(const QJsonObject& section, const QDateTime& now, qsizetype width) {
    const QString title = harmless(section.value(u"title").toString());
    QString all = title.isEmpty() ? QString() : title + QStringLiteral(":\n");
    if (section.contains(u"fields")) return all + fieldsText(section.value(u"fields").toArray(), now);
    if (section.contains(u"table")) return all + tableText(section.value(u"table").toObject(), now, width);
    for (const QJsonValue line : section.value(u"lines").toArray())
        all += kNoTrouble + harmless(line.toString(), Trim::End) + u'\n';
    return all;
}

QString progressText(const QJsonObject& progress) {
    return QStringLiteral("%1 of %2 %3 so far")
        .arg(progress.value(u"done").toInteger())
        .arg(progress.value(u"wanted").toInteger())
        .arg(harmless(progress.value(u"things").toString()));
}

bool isComplete(const QJsonObject& document) {
    const QJsonObject progress = document.value(u"progress").toObject();
    return progress.value(u"done").toDouble() >= progress.value(u"wanted").toDouble();
}

QString proposedObject(const QJsonObject& proposal) {
    const QString group = proposal.value(u"apiVersion").toString().section(u'/', 0, 0);
    return harmless(proposal.value(u"kind").toString().toLower() + u'.' + group + u'/' +
                    proposal.value(u"name").toString());
}

QString pageText(const QJsonObject& document, const QDateTime& now, qsizetype width) {
    QStringList parts;
    for (const QJsonValue section : document.value(u"sections").toArray())
        parts.append(sectionText(section.toObject(), now, width));
    if (const QJsonObject proposal = document.value(u"proposal").toObject(); !proposal.isEmpty())
        parts.append(proposalText(proposal));
    if (!isComplete(document))
        parts.append(kTrouble + progressText(document.value(u"progress").toObject()) +
                     QStringLiteral("; --wait SECONDS waits for the rest.\n"));
    return parts.join(u'\n');
}

}  // namespace fos1::ctl
