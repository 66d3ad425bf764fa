// SPDX-License-Identifier: GPL-2.0-or-later
// What is said of an object by those who cannot answer at once.
#pragma once

#include <QCborMap>
#include <QStringList>
#include <functional>

#include "fos1/result.h"

namespace fos1::host {

struct Opinion {
    Errors errors;        ///< any of them refuses the object
    QStringList unasked;  ///< who should have checked it and did not, and why; that refuses nothing
};

using OnOpinion = std::function<void(const Opinion&)>;

}  // namespace fos1::host
