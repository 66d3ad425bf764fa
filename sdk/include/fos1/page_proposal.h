// SPDX-License-Identifier: MIT
// What a page can propose to declare, and how far a page that measures is (features/pages.h). Inline.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QString>
#include <QStringList>
#include <algorithm>

#include "fos1/result.h"

namespace fos1::page {

/// What a page proposes to declare: fields of an object that exists (`merge`: {"spec": {…}}, RFC 7396), with notes for
/// people. fos1ctl shows it, and writes it when the user asks for that. The metadata of its page has "proposes": true.
struct Proposal {
    QString apiVersion;
    QString kind;
    QString ns;
    QString name;
    QCborMap merge;
    QStringList notes = {};

    [[nodiscard]] QCborMap toCbor() const {
        QCborMap map{{QStringLiteral("apiVersion"), apiVersion},
                     {QStringLiteral("kind"), kind},
                     {QStringLiteral("namespace"), ns},
                     {QStringLiteral("name"), name},
                     {QStringLiteral("merge"), merge}};
        if (!notes.isEmpty()) map.insert(QStringLiteral("notes"), QCborArray::fromStringList(notes));
        return map;
    }
};

namespace detail {

inline tl::unexpected<Error> wrong(const QString& path, const QString& message) {
    return failure(ErrorCode::InvalidInput, message, path);
}

inline bool hasText(const QCborMap& map, const char* name) { return map.value(QLatin1String(name)).isString(); }

inline Result<void> checkProgress(const QCborValue& value) {
    if (value.isUndefined()) return {};
    const QCborMap progress = value.toMap();
    const QCborValue done = progress.value(QStringLiteral("done"));
    const QCborValue wanted = progress.value(QStringLiteral("wanted"));
    const bool isGood = done.isInteger() && done.toInteger() >= 0 && wanted.isInteger() && wanted.toInteger() > 0 &&
                        hasText(progress, "things");
    if (isGood) return {};
    return wrong(QStringLiteral("progress"), QStringLiteral("needs done (0 or more), wanted (1 or more) and things"));
}

inline Result<void> checkProposal(const QCborValue& value) {
    if (value.isUndefined()) return {};
    const QString path = QStringLiteral("proposal");
    const QCborMap proposal = value.toMap();
    for (const char* name : {"apiVersion", "kind", "namespace", "name"})
        if (!hasText(proposal, name) || proposal.value(QLatin1String(name)).toString().isEmpty())
            return wrong(path, QStringLiteral("needs %1").arg(QLatin1String(name)));
    const QCborMap merge = proposal.value(QStringLiteral("merge")).toMap();
    if (merge.size() != 1 || merge.value(QStringLiteral("spec")).toMap().isEmpty())
        return wrong(path + QStringLiteral(".merge"), QStringLiteral("must be fields of spec"));
    const QCborValue notes = proposal.value(QStringLiteral("notes"));
    const QCborArray texts = notes.toArray();
    const bool areTexts =
        std::all_of(texts.begin(), texts.end(), [](const QCborValue& note) { return note.isString(); });
    if ((notes.isUndefined() || notes.isArray()) && areTexts) return {};
    return wrong(path + QStringLiteral(".notes"), QStringLiteral("each note must be text"));
}

}  // namespace detail

}  // namespace fos1::page
