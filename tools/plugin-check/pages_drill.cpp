// SPDX-License-Identifier: GPL-2.0-or-later
// Checks that each page of the metadata is answered in time, with a valid document, for any argument.
#include <QJsonArray>

#include "drills.h"

namespace fos1::check {

namespace {

/// What is wrong with the page; empty when it is valid.
QString problemOf(Drill& drill, const QString& name, const QString& argument) {
    const qsizetype mistakes = drill.harness().host().pages.mistakes().size();
    const auto document =
        drill.during(QStringLiteral("page ") + name, [&] { return drill.harness().page(name, argument); });
    if (!document) return QStringLiteral("page %1: no answer").arg(name);
    const QStringList& all = drill.harness().host().pages.mistakes();
    if (all.size() > mistakes) return QStringLiteral("page %1: %2").arg(name, all.last());
    return {};
}

}  // namespace

void drillPages(Drill& drill) {
    const QString check = QStringLiteral("pages");
    if (!drill.begin(check)) return;
    const QJsonArray pages = drill.harness().metadata().value(QStringLiteral("pages")).toArray();
    drill.reconcile(drill.setup().objects, QStringLiteral("reconcile"));
    drill.feedPlainState();
    QStringList problems;
    for (const QJsonValue page : pages)
        for (const QString& argument : {QString(), QStringLiteral("no-such-thing")})
            if (const QString problem = problemOf(drill, page[u"name"].toString(), argument); !problem.isEmpty())
                problems.append(problem);
    problems.removeDuplicates();
    if (!pages.isEmpty())
        drill.report().add(
            problems.isEmpty()
                ? passed(check, QStringLiteral("%1 answered, with and without an argument").arg(pages.size()))
                : failed(check, problems.mid(0, 5).join(QStringLiteral("; ")),
                         QStringLiteral("reply to each ticket with a document (fos1/page.h) or page::error()")));
    reportMisuse(drill);
}

}  // namespace fos1::check
