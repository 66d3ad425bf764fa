// SPDX-License-Identifier: GPL-2.0-or-later
// The YAML 1.2 core schema (section 10.3): which type a plain scalar has. Knows nothing about documents.
#pragma once

#include <QCborValue>
#include <QString>
#include <optional>

namespace fos1::yaml {

/// The value of plain (unquoted) `text`: null, bool, integer or double, else the text itself. Nothing when it is an
/// integer that 64 bits cannot hold.
std::optional<QCborValue> resolvePlain(const QString& text);

/// The value of `text` under an explicit tag ("tag:yaml.org,2002:int" …; "!" is text), nothing when the tag is not of
/// the core schema or the text does not fit it.
std::optional<QCborValue> resolveTagged(const QString& text, const QString& tag);

/// Whether `text`, written plain, is read back as the same text: here, and by a YAML 1.1 reader such as kubectl's.
bool isPlainText(const QString& text);

}  // namespace fos1::yaml
