// SPDX-License-Identifier: GPL-2.0-or-later
// What one check found.
#pragma once

#include <QString>
#include <vector>

namespace fos1::check {

enum class Verdict { Unknown = 0, Ok, Warning, Failure };

struct Finding {
    QString check;  ///< its name, part of the interface
    Verdict verdict = Verdict::Unknown;
    QString text;  ///< what was found
    QString hint;  ///< what to do about it; empty when all is well
};

using Findings = std::vector<Finding>;

inline Finding passed(const QString& check, const QString& text) { return {check, Verdict::Ok, text, {}}; }
inline Finding failed(const QString& check, const QString& text, const QString& hint) {
    return {check, Verdict::Failure, text, hint};
}

}  // namespace fos1::check
