// SPDX-License-Identifier: GPL-2.0-or-later
// The checks of an object by plugins that cannot answer immediately.
#pragma once

#include <QCborMap>
#include <QStringList>
#include <functional>

#include "fos1/result.h"

namespace fos1::host {

struct Opinion {
    Errors errors;        ///< any error refuses the object
    QStringList unasked;  ///< plugins that should have checked it and did not, and why; these refuse nothing
};

using OnOpinion = std::function<void(const Opinion&)>;

}  // namespace fos1::host
