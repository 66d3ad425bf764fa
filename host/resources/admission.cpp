// SPDX-License-Identifier: GPL-2.0-or-later
#include "resources/admission.h"

#include "crd_catalog.h"
#include "resources/gathering.h"

namespace fos1::host {

tl::expected<QCborMap, Errors> Admission::admit(const QCborMap& object) const {
    auto admitted = m_crds.admit(object);
    if (!admitted) return admitted;
    Errors errors = m_judges.validate(*admitted);
    if (!errors.empty()) return tl::unexpected<Errors>(std::move(errors));
    return admitted;
}

void Admission::askAbout(const std::vector<QCborMap>& admitted, OnOpinions done) const {
    const auto gathering =
        Gathering<std::vector<Opinion>>::begin(std::move(done), std::vector<Opinion>(admitted.size()));
    for (std::size_t i = 0; i < admitted.size(); ++i) {
        gathering->open();
        const bool isAsked = ask(admitted[i], [gathering, i](const Opinion& opinion) {
            gathering->answers[i] = opinion;
            gathering->close();
        });
        if (!isAsked) gathering->close();
    }
    gathering->close();
}

}  // namespace fos1::host
