// SPDX-License-Identifier: GPL-2.0-or-later
// The progress of a page that measures, on stderr: one line that is rewritten on a terminal, else a line for each
// tenth.
#pragma once

#include <QJsonObject>
#include <QString>

namespace fos1::ctl {

class ProgressLine {
   public:
    ProgressLine() = default;
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;
    /// Ends the line.
    ~ProgressLine();

    /// `progress`: of a document (fos1/features/pages.h); empty: it measures nothing.
    void show(const QJsonObject& progress);

   private:
    QString m_shown;
    qint64 m_tenth = -1;
};

}  // namespace fos1::ctl
