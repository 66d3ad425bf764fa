// SPDX-License-Identifier: MIT
// What a source of desired state has to look for, and whether what it brought has been acted upon.
#pragma once

#include <QCborMap>
#include <QString>

#include "fos1/interface.h"

namespace fos1 {

class FOS1_SDK_EXPORT ISpecCatalog : public IInterface {
   public:
    static constexpr const char* kIid = "io.fos1.SpecCatalog/1";
    ~ISpecCatalog() override;

    /// The kinds that configured plugins reconcile: `{"kinds": [{apiVersion, kind, plural, namespaced (bool),
    /// withdrawFirst (bool: what depends on an object is to be withdrawn before the object is gone), status (the JSON
    /// schema of its status as the schema of record has it; empty: none)}, …]}`. The same for the whole run.
    virtual QCborMap kinds() = 0;

    /// How many running plugins that reconcile this kind have yet to reconcile, without a wish to try again, what is
    /// desired now. A negative Status when the call is not permitted.
    virtual int pending(const QString& apiVersion, const QString& kind) = 0;
};

}  // namespace fos1
