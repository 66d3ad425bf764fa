// SPDX-License-Identifier: GPL-2.0-or-later
// Converts YAML text to CBOR and back, with the position of every key, so that a later error can still be shown as
// file:line:col. Refuses duplicate keys. Must not know what the documents mean.
#pragma once

#include <QByteArray>
#include <QCborMap>
#include <QString>
#include <map>
#include <vector>

#include "fos1/result.h"

namespace fos1::yaml {

/// 1-based; 0 means unknown.
struct Position {
    int line = 0;
    int column = 0;
};

struct Document {
    QString file;
    QCborMap value;
    /// The position of each key's entry by path, in the notation of errors: `spec.sources.pools[0].name`. The empty
    /// path is the document itself.
    std::map<QString, Position> positions;

    /// The position of `path`, or of its nearest enclosing element.
    [[nodiscard]] Position positionOf(const QString& path) const;

    /// "file:line:col" of `path`.
    [[nodiscard]] QString locate(const QString& path) const;
};

/// Parses every document of a stream (YAML 1.2 as yaml-cpp reads it); empty documents are omitted. The root of each
/// must be a mapping with text keys. Plain scalars are resolved by the YAML 1.2 core schema (null, true/false,
/// integers, floats, otherwise text); quoted scalars are text. Refused with `path` = "file:line:col": malformed YAML, a
/// quoted value without an end, a duplicate key, a second document without a preceding line `---`, a key that is not
/// text, a bad alias, a tag outside the core schema, more than 64 levels of nesting, a text over 8 MiB, an alias
/// expansion beyond 1,000,000 nodes.
Result<std::vector<Document>> parse(const QByteArray& text, const QString& file);

/// Writes one document as block-style YAML with the keys in the order apiVersion, kind, metadata, spec, status, then as
/// given. Text that would be read as another type is quoted. parse(emit(x)) gives x.
QByteArray emit(const QCborMap& document);

}  // namespace fos1::yaml
