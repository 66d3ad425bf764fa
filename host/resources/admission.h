// SPDX-License-Identifier: GPL-2.0-or-later
// Whether an object is acceptable: its schema with defaults, then the checks of the plugins that reconcile its kind.
// The only place where this order is known. Must not know a plugin or a kind by name.
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
    /// The plugins, as far as they are asked about objects.
    struct Judges {
        /// Mistakes that are known at once.
        std::function<Errors(const QCborMap& object)> validate;
        /// Asks those who answer later. False when there are none: then nothing is answered. The answer may come from
        /// inside the call.
        std::function<bool(const QCborMap& object, OnOpinion answered)> ask;
    };

    /// `crds` outlives this object.
    Admission(const schema::CrdCatalog& crds, Judges judges) : m_crds(crds), m_judges(std::move(judges)) {}

    /// `object` as it would be stored, or every mistake that is known at once.
    [[nodiscard]] tl::expected<QCborMap, Errors> admit(const QCborMap& object) const;

    /// What those who answer later say of an admitted object.
    bool ask(const QCborMap& admitted, OnOpinion answered) const { return m_judges.ask(admitted, std::move(answered)); }

    /// The same of several, one opinion each; `done` may be called at once.
    using OnOpinions = std::function<void(const std::vector<Opinion>&)>;
    void askAbout(const std::vector<QCborMap>& admitted, OnOpinions done) const;

   private:
    const schema::CrdCatalog& m_crds;
    Judges m_judges;
};

}  // namespace fos1::host
