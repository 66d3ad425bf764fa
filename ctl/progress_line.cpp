// SPDX-License-Identifier: GPL-2.0-or-later
#include "progress_line.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "page_text.h"

namespace fos1::ctl {
namespace {

constexpr qint64 kTenths = 10;

bool isTerminal() { return ::isatty(STDERR_FILENO) == 1; }

void write(const QString& text) { std::fputs(text.toLocal8Bit().constData(), stderr); }

}  // namespace

ProgressLine::~ProgressLine() {
    if (isTerminal() && !m_shown.isEmpty()) write(QStringLiteral("\n"));
}

void ProgressLine::show(const QJsonObject& progress) {
    if (progress.isEmpty()) return;
    const double part = progress.value(u"done").toDouble() / std::max(progress.value(u"wanted").toDouble(), 1.0);
    const qint64 tenth = static_cast<qint64>(std::clamp(part, 0.0, 1.0) * kTenths);
    const QString bar = QString(tenth, u'#').leftJustified(kTenths, u'.');
    const QString line = QStringLiteral("[%1] %2").arg(bar, progressText(progress));
    if (isTerminal()) {
        // Blanks over what is left of a longer line.
        write(u'\r' + line.leftJustified(m_shown.size()));
        m_shown = line;
    } else if (std::exchange(m_tenth, tenth) != tenth) {
        write(line + u'\n');
    }
}

}  // namespace fos1::ctl
