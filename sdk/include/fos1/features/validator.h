// SPDX-License-Identifier: MIT
// Checks that a schema cannot express. Implemented by a plugin for the kinds it reconciles, and also used without
// a running host (`fos1ctl validate`): it must be pure.
#pragma once

#include <QCborMap>

#include "fos1/interface.h"

namespace fos1 {

class FOS1_SDK_EXPORT IValidator : public IInterface {
   public:
    static constexpr const char* kIid = "io.fos1.Validator/1";
    ~IValidator() override;

    /// `object` has passed its schema and has its defaults. Answers `{"errors": [{path, message}, …]}`, every
    /// mistake at once; an empty list accepts. May be called before start(), on the home thread.
    virtual QCborMap validate(const QCborMap& object) = 0;
};

}  // namespace fos1
