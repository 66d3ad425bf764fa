// SPDX-License-Identifier: GPL-2.0-or-later
// One way in for desired state, as the plugin drives it.
#pragma once

#include <QCborMap>
#include <QString>
#include <functional>

#include "fos1/result.h"

namespace fos1::crd {

class SourceSide {
   public:
    using Done = std::function<void(const Result<QString>& where)>;

    SourceSide() = default;
    SourceSide(const SourceSide&) = delete;
    SourceSide& operator=(const SourceSide&) = delete;
    virtual ~SourceSide() = default;

    virtual void start() = 0;
    virtual void stop() = 0;
    /// At a user's request; `done` is called exactly once.
    virtual void write(const QCborMap& object, const Done& done) = 0;
    virtual void erase(const QCborMap& key, const Done& done) = 0;
};

}  // namespace fos1::crd
