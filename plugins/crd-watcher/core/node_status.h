// SPDX-License-Identifier: GPL-2.0-or-later
// The status of an object that several nodes serve: each node's entry in `nodes`, and the aggregate of all entries for
// the object as a whole. Pure, so that every node computes the same status.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QString>
#include <optional>

namespace fos1::crd {

/// Whether a node with this status handles the object (condition Ready is not False with kOtherNode).
bool isServedHere(const QCborMap& status);

/// The status with the times of `present`: a condition that has the same `status` there has been so since then,
/// whatever this process knows of it; a condition without a time gets `now` (RFC 3339).
QCborMap withTimesOf(const QCborMap& present, const QCborMap& status, const QString& now);

/// Adds what kstatus reads (sigs.k8s.io/cli-utils): Stalled where nothing will happen until somebody changes something
/// (Reconciled is False, or Conflict is True), and Reconciling while Reconciled is Unknown. Otherwise both are absent.
QCborMap withProgress(const QCborMap& status);

/// Whether the status has Ready=True.
bool isReady(const QCborMap& status);

/// The entry of a node: its status and its name.
QCborMap nodeEntry(const QString& node, const QCborMap& status);

/// The entry of a node among these, if it has one.
std::optional<QCborMap> entryOf(const QString& node, const QCborArray& nodes);

/// The aggregated status. A condition is False when it is False on any node, else Unknown when it is so on any, else
/// True (the order is reversed for conditions that are bad when True); it names the nodes. Plain fields come from the
/// first node by name that has trouble, otherwise from the first node. observedGeneration is the smallest. Lists remain
/// only in `nodes`, and so do conditions without trouble except Ready, Reconciled and Accepted.
QCborMap aggregate(const QCborArray& nodes);

/// The status without values that change all the time and are not news by themselves: floating-point numbers, numbers
/// in lists, measurements in sentences ("within 87.8 µs"), empty texts, lastTransitionTime, and in lists the text that
/// only explains a `reason` (`why`).
QCborMap essenceOf(const QCborMap& status);

/// The part of the essence that must be written without delay: plain fields, and conditions without their messages.
QCborMap headlineOf(const QCborMap& status);

}  // namespace fos1::crd
