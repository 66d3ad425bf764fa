// SPDX-License-Identifier: GPL-2.0-or-later
// A plugin's page (fos1/features/pages.h) as text for a terminal. Pure; knows no plugin.
#pragma once

#include <QDateTime>
#include <QJsonObject>
#include <QString>

namespace fos1::ctl {

/// Lines and rows that mark trouble begin with "! ". The document's own title is left out: the user has just asked for
/// it. `now`: what times are shown relative to.
QString pageText(const QJsonObject& document, const QDateTime& now);

/// A section of a document or of a preview, without a line that is empty at its end.
QString sectionText(const QJsonObject& section, const QDateTime& now);

}  // namespace fos1::ctl
