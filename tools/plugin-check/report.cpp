// SPDX-License-Identifier: GPL-2.0-or-later
#include "report.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace fos1::check {

namespace {

QStringList texts(const QJsonValue& list) {
    QStringList result;
    const QJsonArray array = list.toArray();
    for (const QJsonValue& item : array) result.append(item.toString());
    return result;
}

}  // namespace

ReportWriter::ReportWriter(const QString& file) : m_file(file) {
    m_file.open(QIODevice::WriteOnly | QIODevice::Append | QIODevice::Unbuffered);
}

void ReportWriter::write(const QJsonObject& line) {
    m_file.write(QJsonDocument(line).toJson(QJsonDocument::Compact) + '\n');
}

void ReportWriter::enter(const QString& phase) {
    m_phase = phase;
    write({{"phase", phase}});
}

void ReportWriter::add(const Finding& finding) {
    write({{"check", finding.check},
           {"verdict", static_cast<int>(finding.verdict)},
           {"text", finding.text},
           {"hint", finding.hint}});
}

void ReportWriter::addStrayCalls(const QStringList& calls) { write({{"stray", QJsonArray::fromStringList(calls)}}); }

void ReportWriter::addWrongCompletions(const QStringList& completions) {
    write({{"completions", QJsonArray::fromStringList(completions)}});
}

void ReportWriter::end() { write({{"end", true}}); }

Report readReport(const QString& path) {
    Report report;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) return report;
    while (!file.atEnd()) {
        const QJsonObject line = QJsonDocument::fromJson(file.readLine()).object();
        if (line.contains(u"phase")) report.phase = line.value(u"phase").toString();
        if (line.contains(u"check"))
            report.findings.push_back({line.value(u"check").toString(),
                                       static_cast<Verdict>(line.value(u"verdict").toInt()),
                                       line.value(u"text").toString(), line.value(u"hint").toString()});
        report.strayCalls += texts(line.value(u"stray"));
        report.wrongCompletions += texts(line.value(u"completions"));
        report.hasEnded = report.hasEnded || line.value(u"end").toBool();
    }
    return report;
}

}  // namespace fos1::check
