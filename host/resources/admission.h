// SPDX-License-Identifier: GPL-2.0-or-later
// Whether an object is acceptable: first its schema, with defaults, then the checks of the plugins that reconcile its
// kind. This order is known only here. Must not know a plugin or a kind by name.
#pragma once

#include <functional>
#include <vector>

#include "resources/opinion.h"

namespace fos1::schema {
class CrdCatalog;
}

namespace fos1::host {

class Admission {
   public:
    /// The checks that plugins contribute.
    struct Judges {
        /// The mistakes that plugins in this process find.
        std::function<Errors(const QCborMap& object)> validate;
        /// Asks the plugins that answer later. False when there is none; then `answered` is not called. The answer may
        /// arrive during the call.
        std::function<bool(const QCborMap& object, OnOpinion answered)> ask;
    };

    /// `crds` outlives this object.
    Admission(const schema::CrdCatalog& crds, Judges judges) : m_crds(crds), m_judges(std::move(judges)) {}

    /// Returns `object` as it would be stored, or every mistake that is known immediately.
    [[nodiscard]] tl::expected<QCborMap, Errors> admit(const QCborMap& object) const;

    /// Asks for the opinion of the plugins that answer later on an admitted object.
    bool ask(const QCborMap& admitted, OnOpinion answered) const { return m_judges.ask(admitted, std::move(answered)); }

    /// The same for several objects, one opinion each. `done` may be called during the call.
    using OnOpinions = std::function<void(const std::vector<Opinion>&)>;
    void askAbout(const std::vector<QCborMap>& admitted, OnOpinions done) const;

   private:
    const schema::CrdCatalog& m_crds;
    Judges m_judges;
};

}  // namespace fos1::host
