// SPDX-License-Identifier: GPL-2.0-or-later
// Objects against the schemas of record, and the checks of the ntp plugin behind them.
#include <QJsonDocument>
#include <QJsonObject>

#include "crd_catalog.h"
#include "fuzz.h"
#include "model/spec_parser.h"
#include "tree.h"

namespace fos1::fuzz {

namespace {

void checkErrors(const Errors& errors) {
    FUZZ_CLAIM(!errors.empty());
    for (const Error& error : errors) FUZZ_CLAIM(saysWhy(error));
}

}  // namespace

void runOne(const QByteArray& input) {
    static const auto catalog = schema::CrdCatalog::load(tree::sourceFile(QStringLiteral("crds")));
    FUZZ_CLAIM(catalog.has_value());
    const QCborMap object = QCborMap::fromJsonObject(QJsonDocument::fromJson(input).object());
    const auto admitted = catalog->admit(object);
    if (!admitted) return checkErrors(admitted.error());
    // The object with its defaults is admitted again, without further defaults.
    const auto again = catalog->admit(*admitted);
    FUZZ_CLAIM(again && *again == *admitted);
    if (admitted->value(QStringLiteral("kind")).toString() != QStringLiteral("NTPService")) return;
    const auto spec = ntp::parse(admitted->value(QStringLiteral("spec")).toMap());
    if (!spec) checkErrors(spec.error());
}

}  // namespace fos1::fuzz
