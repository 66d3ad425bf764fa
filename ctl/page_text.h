// SPDX-License-Identifier: GPL-2.0-or-later
// A plugin's page (fos1/features/pages.h) as text for a terminal. Pure. Must not know any plugin.
#pragma once

#include <QDateTime>
#include <QJsonObject>
#include <QString>

namespace fos1::ctl {

/// Lines and rows that mark trouble begin with "! ". The document's title is omitted, because the user has just asked
/// for it. `now` is the reference for relative times.
QString pageText(const QJsonObject& document, const QDateTime& now, qsizetype width = 0);

/// "12 of 300 samples so far", of a document's "progress".
QString progressText(const QJsonObject& progress);
/// Whether a page that measures has all that it wants; others always have.
bool isComplete(const QJsonObject& document);
/// "widget.example.com/main", as kubectl names an object, of a document's "proposal".
QString proposedObject(const QJsonObject& proposal);

/// A section of a document or of a preview, without a trailing empty line.
QString sectionText(const QJsonObject& section, const QDateTime& now, qsizetype width = 0);

}  // namespace fos1::ctl
