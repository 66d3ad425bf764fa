// SPDX-License-Identifier: GPL-2.0-or-later
// The interface of a source of desired state towards the plugin.
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
    /// `done` is called exactly once, during the call or later, unless the object is deleted before.
    virtual void stop(std::function<void()> done) = 0;
    /// For a user; `done` is called exactly once.
    virtual void write(const QCborMap& object, const Done& done) = 0;
    virtual void erase(const QCborMap& key, const Done& done) = 0;
    /// `change`: as ISpecMerger::merge() takes it.
    virtual void merge(const QCborMap& change, const Done& done) = 0;
};

}  // namespace fos1::crd
