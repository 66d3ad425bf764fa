// SPDX-License-Identifier: GPL-2.0-or-later
// What one node reports of the objects that it serves, in an object of its own of bounded size, and what the objects
// themselves keep of the reports of all nodes: counts and the worst few. Pure; knows only schemas.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QString>
#include <map>
#include <optional>

#include "fos1/desired.h"

namespace fos1::crd {

/// "NAMESPACE/NAME", as a detail object names an object.
QString serviceOf(const ObjectKey& key);

/// The part of `value` that the schema describes: known fields, and texts and lists up to their maxLength and maxItems.
/// Where the schema has an object in place of a list, the list is summarized: `total` is its length, each other integer
/// counts the items in which the field of that name is true, and each list has the first items in which any of these
/// fields is false.
QCborMap fitted(const QCborMap& value, const QCborMap& schema);

/// The status of the node's own object: that of the best of the objects that it serves, which `service` names, and of
/// the others in `further` what summaryOf() needs; and `facts` about the node, which are maps, so that no
/// entry has them. Empty when it serves none.
QCborMap nodeDetail(const std::map<ObjectKey, QCborMap>& served, const QCborMap& schema, const QCborMap& facts = {});

/// What the status of a node's own object contains about one of the objects, as an entry for aggregate().
std::optional<QCborMap> entryIn(const QCborMap& detail, const QString& node, const QString& service);

/// The reason of Ready=Unknown in the object of a node whose host no longer shows that it lives.
inline constexpr const char* kNodeSilent = "NodeSilent";

/// The status of the object of a node that is silent: of which objects it is, and that nothing more is known.
QCborMap silentDetail(const QCborMap& detail, const QString& since);
/// Whether a status or an entry is that of a silent node.
bool isSilent(const QCborMap& status);

/// The status of an object as a whole, from the entries of all nodes: the aggregate of those that are not silent,
/// `nodeCount`, `nodesReady` ("3/4"), and in `worstNodes` the first nodes that are not ready. Empty without entries.
QCborMap summaryOf(const QCborArray& entries);

}  // namespace fos1::crd
