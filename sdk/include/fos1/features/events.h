// SPDX-License-Identifier: MIT
// Events for people. No code acts on an event: state goes over the bus.
#pragma once

#include <QCborMap>

#include "fos1/interface.h"

namespace fos1 {

class FOS1_SDK_EXPORT IEvents : public IInterface {
   public:
    static constexpr const char* kIid = "io.fos1.Events/1";
    ~IEvents() override;

    /// `event` is `{type: "Normal"|"Warning", reason: CamelCase, message, regarding: {apiVersion, kind, namespace,
    /// name}}`; `regarding` may be absent. Repetitions of an event are counted, not stored.
    virtual int record(const QCborMap& event) = 0;
};

}  // namespace fos1
