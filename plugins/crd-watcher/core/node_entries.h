// SPDX-License-Identifier: GPL-2.0-or-later
// The list `nodes` of a status that several nodes write: entries of bounded size, and a bounded number of them, so that
// an object never becomes too large for the API server. Pure.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QString>
#include <optional>

namespace fos1::crd {

/// More nodes than this have no entry unless they are in trouble and others are not.
inline constexpr qsizetype kMostEntries = 64;
/// Of each list and of each text in an entry.
inline constexpr qsizetype kMostItems = 64;
inline constexpr qsizetype kLongestText = 1024;

/// The entry of a node: its status, of bounded size, and its name.
QCborMap boundedEntry(const QString& node, const QCborMap& status);

/// The place of a node's entry; nothing: it has none.
std::optional<qsizetype> indexOf(const QString& node, const QCborArray& nodes);

/// The list with this entry in the place of the node's former one. A new entry is appended while there is room;
/// otherwise an entry with trouble replaces the last one without. Nothing: there is no place for it.
std::optional<QCborArray> withEntry(const QCborArray& nodes, const QCborMap& entry);

}  // namespace fos1::crd
