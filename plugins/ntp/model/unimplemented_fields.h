// SPDX-License-Identifier: GPL-2.0-or-later
// The fields of a spec that request something that this plugin does not do yet. They are reported, not silently
// ignored.
#pragma once

#include <QCborMap>
#include <QStringList>

namespace fos1::ntp {

/// The paths of such fields, in the order of the spec's documentation. A field without effect (`enabled: false`, an
/// empty list) is not named.
[[nodiscard]] QStringList unimplementedFields(const QCborMap& spec);

}  // namespace fos1::ntp
