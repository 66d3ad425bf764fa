// SPDX-License-Identifier: GPL-2.0-or-later
// Optimal string alignment distance over lower-case text.
#include "closest_word.h"

#include <algorithm>

namespace fos1::schema {
namespace {

constexpr qsizetype kMaxWord = 64;

int distance(const QString& a, const QString& b) {
    const auto width = static_cast<std::size_t>(b.size()) + 1;
    std::vector<std::vector<int>> d(static_cast<std::size_t>(a.size()) + 1, std::vector<int>(width));
    for (std::size_t i = 0; i < d.size(); ++i) d[i][0] = static_cast<int>(i);
    for (std::size_t j = 0; j < width; ++j) d[0][j] = static_cast<int>(j);
    const auto same = [&](std::size_t i, std::size_t j) {
        return a.at(static_cast<qsizetype>(i)) == b.at(static_cast<qsizetype>(j));
    };
    for (std::size_t i = 1; i < d.size(); ++i) {
        for (std::size_t j = 1; j < width; ++j) {
            const int replaced = d[i - 1][j - 1] + (same(i - 1, j - 1) ? 0 : 1);
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, replaced});
            if (i > 1 && j > 1 && same(i - 1, j - 2) && same(i - 2, j - 1))
                d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d.back().back();
}

}  // namespace

QString closestWord(const QString& word, const std::vector<QString>& known) {
    if (word.isEmpty() || word.size() > kMaxWord) return {};
    QString closest;
    int best = word.size() <= 2 ? 0 : word.size() <= 4 ? 1 : 2;
    for (const QString& candidate : known) {
        if (candidate.size() > kMaxWord) continue;
        const int far = distance(word.toLower(), candidate.toLower());
        if (far > best || (far == best && !closest.isEmpty())) continue;
        closest = candidate;
        best = far;
    }
    return closest;
}

QString suggestion(const QString& word, const std::vector<QString>& known) {
    const QString closest = closestWord(word, known);
    return closest.isEmpty() ? QString() : QStringLiteral("; did you mean \"%1\"?").arg(closest);
}

}  // namespace fos1::schema
