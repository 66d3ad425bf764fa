// SPDX-License-Identifier: MIT
// What a source of desired state needs from the host: the kinds to read, and whether plugins have acted on its objects.
#pragma once

#include <QCborMap>
#include <QString>

#include "fos1/interface.h"

namespace fos1 {

class FOS1_SDK_EXPORT ISpecCatalog : public IInterface {
   public:
    static constexpr const char* kIid = "io.fos1.SpecCatalog/1";
    ~ISpecCatalog() override;

    /// Returns the kinds that configured plugins reconcile: `{"kinds": [{apiVersion, kind, plural, namespaced (bool),
    /// withdrawFirst (bool: withdraw what depends on an object before the object is removed), status (the JSON schema
    /// of its status from the schema of record; empty: none), nodeDetail ({kind, plural, status}: the cluster-scoped
    /// kind of the same apiVersion whose objects show what each node reports; absent: none)}, …]}`. Constant for the
    /// whole run.
    virtual QCborMap kinds() = 0;

    /// The number of running plugins that reconcile this kind and have yet to reconcile the current desired state to an
    /// outcome other than Retry. A negated Status when the call is not permitted.
    virtual int pending(const QString& apiVersion, const QString& kind) = 0;
};

}  // namespace fos1
