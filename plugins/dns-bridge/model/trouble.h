// SPDX-License-Identifier: GPL-2.0-or-later
// Why a zone is not as it should be: a word for conditions and metrics, and a sentence for people. A value.
#pragma once

#include "fos1/result.h"

namespace fos1::dns {

struct Trouble {
    QString reason;  ///< such as "ClockDiffers"
    Error error;

    [[nodiscard]] QString text() const { return error.text(); }
};

template <typename T>
using ZoneResult = tl::expected<T, Trouble>;

inline tl::unexpected<Trouble> trouble(const char* reason, ErrorCode code, const QString& message,
                                       const QString& path = {}) {
    return tl::unexpected<Trouble>(Trouble{QString::fromLatin1(reason), {code, message, path}});
}

}  // namespace fos1::dns
