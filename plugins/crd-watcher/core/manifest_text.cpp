// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/manifest_text.h"

#include <QList>

namespace fos1::crd {

namespace {

/// A line that starts a document; at column 0 it can be nothing else (YAML 1.2, section 9.1.2).
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
    qsizetype first = 0;            // of the document's own lines
    qsizetype past = lines.size();  // one after its last
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
    // Without its document a separator goes too: the one before it, or else the one after.
    if (first > 0)
        before = lines.mid(0, first - 1).join();
    else
        after = lines.mid(past + 1).join();
    return before + after;
}

}  // namespace fos1::crd
