// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/manifest_text.h"

#include <QList>

namespace fos1::crd {

namespace {

/// A line that starts a document; at column 0 it has no other meaning (YAML 1.2, section 9.1.2).
bool isSeparator(const QByteArray& line) {
    if (!line.startsWith("---")) return false;
    const char next = line.size() > 3 ? line[3] : '\n';
    return next == '\n' || next == '\r' || next == ' ' || next == '\t';
}

/// The lines of a file, and which of them are one document's.
struct Lines {
    QList<QByteArray> all;
    qsizetype first = 0;
    qsizetype past = 0;
};

Lines linesAround(const QByteArray& text, int line) {
    Lines lines;
    for (qsizetype at = 0; at < text.size();) {
        const qsizetype end = text.indexOf('\n', at);
        const qsizetype next = end < 0 ? text.size() : end + 1;
        lines.all.append(text.mid(at, next - at));
        at = next;
    }
    lines.past = lines.all.size();
    for (qsizetype i = 0; i < lines.all.size(); ++i) {
        if (!isSeparator(lines.all[i])) continue;
        if (i <= line - 1) {
            lines.first = i + 1;
        } else {
            lines.past = i;
            break;
        }
    }
    return lines;
}

}  // namespace

QByteArray documentText(const QByteArray& text, int line) {
    const Lines lines = linesAround(text, line);
    return lines.all.mid(lines.first, lines.past - lines.first).join();
}

QByteArray replaceDocument(const QByteArray& text, int line, const QByteArray& replacement) {
    const auto [lines, first, past] = linesAround(text, line);
    QByteArray before = lines.mid(0, first).join();
    QByteArray after = lines.mid(past).join();
    if (!replacement.isEmpty()) return before + replacement + after;
    // A separator is removed together with its document: the one before it, otherwise the one after it.
    if (first > 0)
        before = lines.mid(0, first - 1).join();
    else
        after = lines.mid(past + 1).join();
    return before + after;
}

}  // namespace fos1::crd
