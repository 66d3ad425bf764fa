// SPDX-License-Identifier: GPL-2.0-or-later
// The output of chronyd on stderr.
#include "chrony/chronyd_log.h"
#include "fuzz.h"

namespace fos1::fuzz {

void runOne(const QByteArray& input) {
    ntp::ChronydLog whole;
    QStringList lines = whole.feed(input);
    lines += whole.end();
    ntp::ChronydLog cut;
    QStringList piecewise;
    for (const QByteArray& piece : pieces(input)) piecewise += cut.feed(piece);
    piecewise += cut.end();
    FUZZ_CLAIM(lines == piecewise);
    FUZZ_CLAIM(whole.lastError() == cut.lastError());
    for (const QString& line : qAsConst(lines))
        FUZZ_CLAIM(line.size() <= ntp::ChronydLog::kLongestLine && !line.contains(u'\n'));
}

}  // namespace fos1::fuzz
