// SPDX-License-Identifier: GPL-2.0-or-later
// The part of Kubernetes' JSONPath that printer columns use: `.a.b`, `.a[0]`, `.a[?(@.type=="Ready")].status`. A dot in
// a name is written as `\.`.
#pragma once

#include <QJsonValue>
#include <QString>

namespace fos1::ctl {

/// The value at `path`; undefined when it is missing or the path has none of these forms.
QJsonValue valueAt(const QJsonValue& root, const QString& path);

}  // namespace fos1::ctl
