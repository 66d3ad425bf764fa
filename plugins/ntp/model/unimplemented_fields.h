// SPDX-License-Identifier: GPL-2.0-or-later
// Which fields of a spec ask for something that this plugin does not do yet: said aloud instead of dropped in silence.
#pragma once

#include <QCborMap>
#include <QStringList>

namespace fos1::ntp {

/// The paths of such fields, in the order of the spec's documentation. A field that changes nothing (`enabled: false`,
/// an empty list) is not named.
[[nodiscard]] QStringList unimplementedFields(const QCborMap& spec);

}  // namespace fos1::ntp
