// SPDX-License-Identifier: GPL-2.0-or-later
// The status of an object that several nodes serve: each node's entry in `nodes`, and what follows from all entries for
// the object as a whole. Pure, so that every node comes to the same words.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QString>
#include <optional>

namespace fos1::crd {

/// Whether a node that says this of an object takes care of it (condition Ready is not False for kOtherNode).
bool isServedHere(const QCborMap& status);

/// The entry of a node: its status with its name.
QCborMap nodeEntry(const QString& node, const QCborMap& status);

/// The entry that a node has among these.
std::optional<QCborMap> entryOf(const QString& node, const QCborArray& nodes);

/// What is said of the object as a whole: a condition is False when it is so on any node, then Unknown, then True (the
/// other way round for those that are bad when True), with the nodes named; the plain fields are those of the first
/// node in order of name that is not well, else of the first; observedGeneration is the smallest. Lists stay with the
/// nodes.
QCborMap aggregate(const QCborArray& nodes);

/// Without what moves all the time and is no news by itself: floating-point numbers, numbers inside of lists,
/// measurements in sentences ("within 87.8 us"), empty texts, when a condition last changed, and in lists what only
/// puts a `reason` in words (`why`).
QCborMap essenceOf(const QCborMap& status);

/// The part of its essence that cannot wait: plain fields, and the conditions without their messages.
QCborMap headlineOf(const QCborMap& status);

/// Whether two maps say the same; the order of fields says nothing.
bool isSame(const QCborMap& a, const QCborMap& b);

}  // namespace fos1::crd
