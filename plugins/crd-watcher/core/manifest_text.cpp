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

}  // namespace

QByteArray replaceDocument(const QByteArray& text, int line, const QByteArray& replacement) {
    QList<QByteArray> lines;
    for (qsizetype at = 0; at < text.size();) {
        const qsizetype end = text.indexOf('\n', at);
        const qsizetype next = end < 0 ? text.size() : end + 1;
        lines.append(text.mid(at, next - at));
        at = next;
    }
    const qsizetype target = line - 1;
    qsizetype first = 0;            // the document's first line
    qsizetype past = lines.size();  // one after its last line
    for (qsizetype i = 0; i < lines.size(); ++i) {
        if (!isSeparator(lines[i])) continue;
        if (i <= target) {
            first = i + 1;
        } else {
            past = i;
            break;
        }
    }
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
