// SPDX-License-Identifier: GPL-2.0-or-later
// Finds, replaces or removes one document in the text of a manifest file. Leaves all other bytes unchanged. Pure.
#pragma once

#include <QByteArray>

namespace fos1::crd {

/// The document of which `line` (1-based) is a part, without its separators.
QByteArray documentText(const QByteArray& text, int line);

/// `line` (1-based) lies within the document concerned. `replacement` is one document without separators; an empty
/// replacement removes the document together with one separator.
QByteArray replaceDocument(const QByteArray& text, int line, const QByteArray& replacement);

}  // namespace fos1::crd
