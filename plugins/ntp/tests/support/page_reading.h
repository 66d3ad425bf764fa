// SPDX-License-Identifier: GPL-2.0-or-later
// What is on a page (fos1/page.h): fields by label, rows, errors.
#pragma once

#include <QCborArray>
#include <QCborMap>

namespace fos1::ntp::test {

[[nodiscard]] inline QCborArray fieldsOf(const QCborMap& document, qsizetype section = 0) {
    return document.value(QStringLiteral("sections"))
        .toArray()
        .at(section)
        .toMap()
        .value(QStringLiteral("fields"))
        .toArray();
}

[[nodiscard]] inline QCborMap field(const QCborMap& document, const char* label, qsizetype section = 0) {
    for (const QCborValue& each : fieldsOf(document, section))
        if (each.toMap().value(QStringLiteral("label")).toString() == QLatin1String(label)) return each.toMap();
    return {};
}

[[nodiscard]] inline QCborArray rowsOf(const QCborMap& document, qsizetype section = 0) {
    return document.value(QStringLiteral("sections"))
        .toArray()
        .at(section)
        .toMap()
        .value(QStringLiteral("table"))
        .toMap()
        .value(QStringLiteral("rows"))
        .toArray();
}

[[nodiscard]] inline QString errorOf(const QCborMap& document) {
    return document.value(QStringLiteral("error")).toString();
}

/// The value of a field; undefined when there is none.
[[nodiscard]] inline QCborValue valueOf(const QCborMap& document, const char* label, qsizetype section = 0) {
    return field(document, label, section).value(QStringLiteral("value"));
}

/// The cells of a row.
[[nodiscard]] inline QCborArray cellsOf(const QCborMap& document, qsizetype row, qsizetype section = 0) {
    return rowsOf(document, section).at(row).toMap().value(QStringLiteral("cells")).toArray();
}

}  // namespace fos1::ntp::test
