// SPDX-License-Identifier: GPL-2.0-or-later
// The result of one check.
#pragma once

#include <QString>
#include <vector>

namespace fos1::check {

enum class Verdict { Unknown = 0, Ok, Warning, Failure };

struct Finding {
    QString check;  ///< the name of the check, part of the interface
    Verdict verdict = Verdict::Unknown;
    QString text;  ///< what was found
    QString hint;  ///< how to fix it; empty when the check passed
};

using Findings = std::vector<Finding>;

inline Finding passed(const QString& check, const QString& text) { return {check, Verdict::Ok, text, {}}; }
inline Finding failed(const QString& check, const QString& text, const QString& hint) {
    return {check, Verdict::Failure, text, hint};
}

}  // namespace fos1::check
