// SPDX-License-Identifier: GPL-2.0-or-later
// What differs between two JSON values, field by field, for people. Pure; knows no kind.
#pragma once

#include <QJsonValue>
#include <QString>
#include <vector>

namespace fos1::host {

struct FieldChange {
    QString
        path;  ///< "spec.server.port"; an element of a list by what names it: "spec.sources.servers[10.0.0.1].iburst"
    QJsonValue from;  ///< Undefined: it comes
    QJsonValue to;    ///< Undefined: it goes
};

/// In the order of the paths. The elements of a list of maps belong together by a field that tells them apart in both
/// lists: the one in which the lists agree most, with `name` and `id` before others; without one, by their places.
[[nodiscard]] std::vector<FieldChange> fieldChanges(const QString& path, const QJsonValue& from, const QJsonValue& to);

}  // namespace fos1::host
