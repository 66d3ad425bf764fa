// SPDX-License-Identifier: MIT
// What a plugin offers so that people can see what a change would do before it is made.
#pragma once

#include <QCborMap>

#include "fos1/interface.h"

namespace fos1 {

class FOS1_SDK_EXPORT IPreviewer : public IInterface {
   public:
    static constexpr const char* kIid = "io.fos1.Previewer/1";
    ~IPreviewer() override;

    /// What reconcile(snapshot) would do now, without doing any of it: no file, process or bus value changes. Called
    /// between start() and stop(), on the home thread, and answers at once (budget 50 ms). Since SDK 1.1.
    ///
    /// Answers `{"disruption": "none"|"online"|"restart"|"start"|"stop", "summary": sentence,
    /// "sections": [section, …]}`; sections are those of a page (features/pages.h), so far with "lines" that begin with
    /// "+ " (comes), "- " (goes) or "  ".
    /// Nothing in it is secret. An empty map: this plugin would do nothing.
    virtual QCborMap preview(const QCborMap& snapshot) = 0;
};

}  // namespace fos1
