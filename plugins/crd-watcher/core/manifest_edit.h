// SPDX-License-Identifier: GPL-2.0-or-later
// Changes one YAML document as a person would: in its text, and only where the value differs, so that comments, order
// and quoting of everything else stay. Must not know files or kinds. Pure.
#pragma once

#include <QByteArray>
#include <QCborMap>

namespace fos1::crd {

/// `text` (one document) with the least change after which it is read as `wanted`. A part that cannot be edited by
/// itself, such as one in flow style, is written anew, in the worst case the whole document.
QByteArray editDocument(const QByteArray& text, const QCborMap& wanted);

}  // namespace fos1::crd
