// SPDX-License-Identifier: GPL-2.0-or-later
// Text of manifests: parsed, written and parsed again, and edited in place as by `fos1ctl apply`.
#include <QCborArray>
#include <algorithm>
#include <map>

#include "core/manifest_text.h"
#include "fuzz.h"
#include "yaml_document.h"

namespace fos1::fuzz {

namespace {

const QString kFile = QStringLiteral("f.yaml");

/// Equal for equal values: the order of keys is irrelevant and not preserved.
QByteArray canonical(const QCborValue& value) {
    if (value.isArray()) {
        QByteArray all("[");
        const QCborArray list = value.toArray();
        for (const QCborValue& item : list) all += canonical(item) + ',';
        return all + ']';
    }
    if (!value.isMap()) return value.toCbor().toHex();
    std::map<QByteArray, QByteArray> members;
    const QCborMap map = value.toMap();
    for (const auto& item : map) members.emplace(QCborValue(item.first).toCbor().toHex(), canonical(item.second));
    QByteArray all("{");
    for (const auto& [key, member] : members) all += key + ':' + member + ',';
    return all + '}';
}

bool sameValues(const std::vector<yaml::Document>& a, const std::vector<yaml::Document>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const yaml::Document& x, const yaml::Document& y) {
        return canonical(x.value) == canonical(y.value);
    });
}

}  // namespace

void runOne(const QByteArray& input) {
    const auto documents = yaml::parse(input, kFile);
    if (!documents) {
        FUZZ_CLAIM(saysWhy(documents.error()));
        FUZZ_CLAIM(documents.error().path.startsWith(kFile));
        return;
    }
    const auto lines = static_cast<int>(input.count('\n') + input.count('\r')) + 1;
    for (const yaml::Document& document : *documents) {
        for (const auto& [path, position] : document.positions)
            FUZZ_CLAIM(position.line >= 1 && position.line <= lines && position.column >= 1);
        const auto again = yaml::parse(yaml::emit(document.value), kFile);
        FUZZ_CLAIM(again && sameValues(*again, {document}));
    }
    if (documents->size() > 4) return;
    for (std::size_t i = 0; i < documents->size(); ++i) {
        // After one document is removed, all the others are unchanged.
        auto others = *documents;
        const int line = others[i].positionOf({}).line;
        others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
        const auto left = yaml::parse(crd::replaceDocument(input, line, {}), kFile);
        FUZZ_CLAIM(left && sameValues(*left, others));
    }
}

}  // namespace fos1::fuzz
