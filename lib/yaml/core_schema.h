// SPDX-License-Identifier: GPL-2.0-or-later
// The YAML 1.2 core schema (section 10.3): the type of a plain scalar. Must not know documents.
#pragma once

#include <QCborValue>
#include <QString>
#include <optional>

namespace fos1::yaml {

/// The value of plain (unquoted) `text`: null, bool, integer or double, otherwise the text itself. Nothing for an
/// integer that exceeds 64 bits.
std::optional<QCborValue> resolvePlain(const QString& text);

/// The value of `text` under an explicit tag ("tag:yaml.org,2002:int" …; "!" is text). Nothing when the tag is not in
/// the core schema or the text does not match it.
std::optional<QCborValue> resolveTagged(const QString& text, const QString& tag);

/// Whether plain `text` is read back as the same text, by this parser and by a YAML 1.1 parser such as kubectl's.
bool isPlainText(const QString& text);

}  // namespace fos1::yaml
