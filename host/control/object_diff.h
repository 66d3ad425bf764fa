// SPDX-License-Identifier: GPL-2.0-or-later
// The differences between two JSON values, field by field, for people. Pure. Must not know any kind.
#pragma once

#include <QJsonValue>
#include <QString>
#include <vector>

namespace fos1::host {

struct FieldChange {
    QString
        path;  ///< "spec.server.port"; a list element by its identifying field: "spec.sources.servers[10.0.0.1].iburst"
    QJsonValue from;  ///< Undefined: the field is added
    QJsonValue to;    ///< Undefined: the field is removed
};

/// The changes, ordered by path. Elements of two lists of maps are matched by a field that identifies them in both
/// lists: the one with the most values in common, with `name` and `id` preferred. Without such a field they are matched
/// by position.
[[nodiscard]] std::vector<FieldChange> fieldChanges(const QString& path, const QJsonValue& from, const QJsonValue& to);

}  // namespace fos1::host
