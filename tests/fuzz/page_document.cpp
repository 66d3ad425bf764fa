// SPDX-License-Identifier: GPL-2.0-or-later
// Pages: replies of a plugin (which the host checks) and of a daemon to fos1ctl (which renders them unchecked).
#include <QCborMap>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>

#include "fos1/page.h"
#include "fuzz.h"
#include "page_text.h"

namespace fos1::fuzz {

void runOne(const QByteArray& input) {
    const QJsonObject json = QJsonDocument::fromJson(input).object();
    const QCborMap document = QCborMap::fromJsonObject(json);
    const auto good = page::check(document);
    if (!good) FUZZ_CLAIM(!good.error().text().isEmpty());
    if (good) FUZZ_CLAIM(page::check(QCborMap::fromJsonObject(document.toJsonObject())).has_value());
    // For any content, no line of the output moves the cursor.
    const QDateTime now = QDateTime::fromSecsSinceEpoch(1'700'000'000, Qt::UTC);
    const QString text = ctl::pageText(json, now);
    FUZZ_CLAIM(std::none_of(text.begin(), text.end(),
                            [](QChar c) { return c.category() == QChar::Other_Control && c != u'\n'; }));
    FUZZ_CLAIM(text.isEmpty() || text.endsWith(u'\n'));
    // What the host lets through as a proposal changes fields of the spec of a named object, and nothing else.
    const QJsonObject proposal = json.value(u"proposal").toObject();
    if (!good || json.contains(u"error") || proposal.isEmpty()) return;
    FUZZ_CLAIM(proposal.value(u"merge").toObject().keys() == QStringList{QStringLiteral("spec")});
    FUZZ_CLAIM(!proposal.value(u"name").toString().isEmpty() && !ctl::proposedObject(proposal).isEmpty());
}

}  // namespace fos1::fuzz
