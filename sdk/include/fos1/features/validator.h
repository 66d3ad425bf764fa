// SPDX-License-Identifier: MIT
// Checks that a schema cannot express. Implemented by a plugin for the kinds that it reconciles. Must be pure, because
// it is also used without a running host (`fos1ctl validate`).
#pragma once

#include <QCborMap>

#include "fos1/interface.h"

namespace fos1 {

class FOS1_SDK_EXPORT IValidator : public IInterface {
   public:
    static constexpr const char* kIid = "io.fos1.Validator/1";
    ~IValidator() override;

    /// `object` has passed its schema and has its defaults. Returns `{"errors": [{path, message}, …]}` with every
    /// mistake; an empty list accepts the object. May be called before start(). Called on the home thread.
    virtual QCborMap validate(const QCborMap& object) = 0;
};

}  // namespace fos1
