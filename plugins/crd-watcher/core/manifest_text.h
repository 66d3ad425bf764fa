// SPDX-License-Identifier: GPL-2.0-or-later
// Replaces or removes one document in the text of a manifest file and leaves every other byte alone. Pure.
#pragma once

#include <QByteArray>

namespace fos1::crd {

/// `line` (1-based) lies within the document that is meant; `replacement` is one document without separators. An empty
/// replacement removes the document together with one separator.
QByteArray replaceDocument(const QByteArray& text, int line, const QByteArray& replacement);

}  // namespace fos1::crd
