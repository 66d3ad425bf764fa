// SPDX-License-Identifier: GPL-2.0-or-later
// The sources of a spec as lines of chrony.conf(5), and which of them must be left out. Pure.
#pragma once

#include "core/chrony_plan.h"

namespace fos1::ntp {

struct SourceLines {
    QByteArray text;
    std::vector<QString> names;           ///< as configured, in the order of the lines
    std::map<QString, qint64> keyOf;      ///< number of the key of each source that has one
    std::map<QString, QString> leasedOn;  ///< interface whose DHCP lease names the source, of those that came so
    std::vector<LeftOut> leftOut;
};

/// Whether authenticated sources get the option `trust`: the default where there are plain ones too (AuthSelect), or
/// DHCP may bring some.
[[nodiscard]] bool trustsAuthenticated(const NtpServiceSpec& spec);

[[nodiscard]] SourceLines sourceLines(const NtpServiceSpec& spec, const Materials& materials);

}  // namespace fos1::ntp
