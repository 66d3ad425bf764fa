// SPDX-License-Identifier: GPL-2.0-or-later
// What a drill tells the program that runs it, line by line into a file, so that nothing is lost when it crashes.
#pragma once

#include <QFile>
#include <QStringList>

#include "finding.h"

namespace fos1::check {

/// The drill's side.
class ReportWriter {
   public:
    explicit ReportWriter(const QString& file);

    /// What is done to the plugin from now on: "reconcile", "stop".
    void enter(const QString& phase);
    [[nodiscard]] const QString& phase() const { return m_phase; }
    void add(const Finding& finding);
    /// Calls from a wrong thread, and wrong completions, of the whole drill.
    void addStrayCalls(const QStringList& calls);
    void addWrongCompletions(const QStringList& completions);
    /// The drill has come to its end.
    void end();

   private:
    void write(const QJsonObject& line);

    QFile m_file;
    QString m_phase;
};

/// The other side.
struct Report {
    QString phase;  ///< the last one
    Findings findings;
    QStringList strayCalls;
    QStringList wrongCompletions;
    bool hasEnded = false;
};
Report readReport(const QString& path);

}  // namespace fos1::check
