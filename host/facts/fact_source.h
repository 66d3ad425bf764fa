// SPDX-License-Identifier: GPL-2.0-or-later
// Which field of which topic is a fact, as the metadata of a plugin says.
#pragma once

#include <QString>

namespace fos1::host {

/// The fact holds while a current value of `topic` has true in `field`.
struct FactSource {
    QString name;
    QString topic;
    QString field;
};

}  // namespace fos1::host
