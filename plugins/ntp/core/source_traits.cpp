// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/source_traits.h"

#include <QRegularExpression>

#include "core/source_facts.h"

namespace fos1::ntp {

std::map<QString, SourceTraits> traitsIn(const QByteArray& sources) {
    std::map<QString, SourceTraits> all;
    for (const QByteArray& line : sources.split('\n')) {
        const QByteArrayList words = line.split(' ');
        if (words.size() < 2) continue;
        SourceTraits traits{words[0] == "pool", 0};
        const auto note = [&](const char* word, SelectOption option) {
            if (words.indexOf(word, 2) >= 0) traits.selectOptions |= static_cast<quint16>(option);
        };
        note("noselect", SelectOption::NoSelect);
        note("prefer", SelectOption::Prefer);
        note("trust", SelectOption::Trust);
        note("require", SelectOption::Require);
        all.emplace(QString::fromUtf8(words[1]), traits);
    }
    return all;
}

QString changedSourceIn(const QString& logLine) {
    static const QRegularExpression kChanged(QStringLiteral("^Source (\\S+) (?:new |selection options)"));
    const QRegularExpressionMatch match = kChanged.match(logLine);
    return match.hasMatch() ? match.captured(1) : QString();
}

}  // namespace fos1::ntp
