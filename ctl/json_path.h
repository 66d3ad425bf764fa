// SPDX-License-Identifier: GPL-2.0-or-later
// The part of Kubernetes' JSONPath that printer columns use: `.a.b`, `.a[0]`, `.a[?(@.type=="Ready")].status`, and a
// dot that belongs to a name as `\.`.
#pragma once

#include <QJsonValue>
#include <QString>

namespace fos1::ctl {

/// The value at `path`, or undefined when it is not there or the path is none of the above.
QJsonValue valueAt(const QJsonValue& root, const QString& path);

}  // namespace fos1::ctl
