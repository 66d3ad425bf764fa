// SPDX-License-Identifier: GPL-2.0-or-later
// PEM certificates from a Secret or a file.
#include "security/certificate.h"

#include "fuzz.h"

namespace fos1::fuzz {

void runOne(const QByteArray& input) {
    const auto certificates = ntp::certificatesIn(input);
    if (certificates) {
        FUZZ_CLAIM(!certificates->empty());
        const auto again = ntp::certificatesIn(certificates->front() + certificates->back());
        FUZZ_CLAIM(again && again->size() == 2);
        FUZZ_CLAIM(again->front() == certificates->front() && again->back() == certificates->back());
    } else {
        FUZZ_CLAIM(saysWhy(certificates.error()));
    }
    // A file that contains both.
    constexpr qint64 kNow = 1'800'000'000;
    const auto facts = ntp::checkPair(input, input, kNow);
    if (facts)
        FUZZ_CLAIM(facts->notBeforeUnix <= kNow && kNow <= facts->notAfterUnix && !facts->names.isEmpty());
    else
        FUZZ_CLAIM(saysWhy(facts.error()));
}

}  // namespace fos1::fuzz
