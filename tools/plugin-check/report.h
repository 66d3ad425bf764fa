// SPDX-License-Identifier: GPL-2.0-or-later
// The report of a drill to the program that runs it. It is written to a file line by line, so that a crash loses
// nothing.
#pragma once

#include <QFile>
#include <QStringList>

#include "finding.h"

namespace fos1::check {

/// The side of the drill.
class ReportWriter {
   public:
    explicit ReportWriter(const QString& file);

    /// Names what the drill does to the plugin from now on: "reconcile", "stop".
    void enter(const QString& phase);
    [[nodiscard]] const QString& phase() const { return m_phase; }
    void add(const Finding& finding);
    /// Adds the calls from a wrong thread and the wrong completions of the whole drill.
    void addStrayCalls(const QStringList& calls);
    void addWrongCompletions(const QStringList& completions);
    /// Marks the drill as complete.
    void end();

   private:
    void write(const QJsonObject& line);

    QFile m_file;
    QString m_phase;
};

/// The side of the reader.
struct Report {
    QString phase;  ///< the last one
    Findings findings;
    QStringList strayCalls;
    QStringList wrongCompletions;
    bool hasEnded = false;
};
Report readReport(const QString& path);

}  // namespace fos1::check
