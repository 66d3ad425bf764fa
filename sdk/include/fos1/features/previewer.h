// SPDX-License-Identifier: MIT
// Optional interface of a plugin: shows people what a change would do before it is made.
#pragma once

#include <QCborMap>

#include "fos1/interface.h"

namespace fos1 {

class FOS1_SDK_EXPORT IPreviewer : public IInterface {
   public:
    static constexpr const char* kIid = "io.fos1.Previewer/1";
    ~IPreviewer() override;

    /// Reports what reconcile(snapshot) would do now, and does none of it: no file, process or bus value changes.
    /// Called between start() and stop(), on the home thread; returns without waiting (budget: 50 ms). Since SDK 1.1.
    ///
    /// Returns `{"disruption": "none"|"online"|"restart"|"start"|"stop", "summary": sentence, "sections": [section,
    /// …]}`. Sections are those of a page (features/pages.h), so far with "lines" that begin with "+ " (added), "- "
    /// (removed) or "  " (unchanged). They must not contain secrets. An empty map: this plugin would do nothing.
    /// With or without those keys, `"warnings": [{"object": ObjectKey::text(), "text": sentence}, …]`: what of an
    /// object would not be in force. `fos1ctl apply` shows them too.
    ///
    /// With `"publishes": {topic: {key: value or null, …}, …}`, values that the plugin would publish, or retract
    /// (null), its subscribers are asked in turn, if they reconcile no kind: instead of objects, their `snapshot` has
    /// these values as `"topics"`. All other values stay as they are. Since SDK 1.3.
    virtual QCborMap preview(const QCborMap& snapshot) = 0;
};

}  // namespace fos1
