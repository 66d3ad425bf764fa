// SPDX-License-Identifier: GPL-2.0-or-later
// From chrony's NEWS, checked in the source of each release from 4.0 to 4.8.
#include "core/chrony_support.h"

#include <algorithm>
#include <array>

namespace fos1::ntp {

namespace {

struct Since {
    std::string_view feature;
    int minor = 0;  ///< of 4
    int patch = 0;
};

constexpr std::array kSince{
    Since{"hwtimestamp maxpoll", 4},
    Since{"leapseclist", 6},
    Since{"local activate", 6},
    Since{"local waitsynced", 7},
    Since{"local waitunsynced", 7},
    Since{"log of commands", 4},
    Since{"log selection", 3},
    Since{"ntsaeads", 6, 1},
    Since{"ptpdomain", 6},
    Since{"ptpport", 2},
    Since{"ratelimit kod", 6},
    Since{"server copy", 1},
    Since{"server extfield F323", 2},
    Since{"server extfield F324", 5},
    Since{"server family", 6},
    Since{"server maxunreach", 8},
};

const Since* find(std::string_view feature) {
    const auto* const found =
        std::find_if(kSince.begin(), kSince.end(), [feature](const Since& each) { return each.feature == feature; });
    return found == kSince.end() ? nullptr : found;
}

QString text(int major, int minor, int patch) {
    const QString release = QStringLiteral("%1.%2").arg(major).arg(minor);
    return patch == 0 ? release : release + QStringLiteral(".%1").arg(patch);
}

}  // namespace

bool supports(const ChronyVersion& version, std::string_view feature) {
    const Since* const since = find(feature);
    return !since || version.isAtLeast(4, since->minor, since->patch);
}

QString versionText(const ChronyVersion& version) { return text(version.major, version.minor, version.patch); }

QString firstRelease(std::string_view feature) {
    const Since* const since = find(feature);
    return since ? text(4, since->minor, since->patch) : QString();
}

QString whyUnsupported(const ChronyVersion& version, std::string_view feature) {
    return QStringLiteral("has no effect: chronyd %1 does not support it (%2 does)")
        .arg(versionText(version), firstRelease(feature));
}

}  // namespace fos1::ntp
