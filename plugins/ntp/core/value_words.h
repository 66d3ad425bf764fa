// SPDX-License-Identifier: GPL-2.0-or-later
// Writes the rows of tables of fields (model/value_fields.h) as words of chrony.conf(5), and leaves out what this
// chronyd does not know. Pure.
#pragma once

#include <QByteArrayList>
#include <string>

#include "core/chrony_plan.h"
#include "core/chrony_support.h"
#include "core/config_text.h"
#include "model/value_fields.h"

namespace fos1::ntp {

/// "name value", or nothing without a value.
template <typename Spec>
[[nodiscard]] QByteArray valueWord(const ValueField<Spec>& field, const Spec& spec) {
    return std::visit([&](auto member) { return option(field.word, spec.*member); }, field.member);
}

/// Where fields are written, and what they belong to.
struct WordPlace {
    const ChronyVersion& version;
    std::string directive;  ///< "server", as in core/chrony_support.h; empty: the words are directives
    QString path;           ///< spec.sources.servers[0]
    QString name;           ///< of the source, interface ...; empty: the value itself
    std::vector<LeftOut>& leftOut;

    /// Whether chronyd knows `feature`, an option of the directive; if not, `key` is left out.
    [[nodiscard]] bool takes(const char* key, const std::string& feature, const QByteArray& value) const {
        const std::string whole = directive.empty() ? feature : directive + ' ' + feature;
        if (supports(version, whole)) return true;
        leftOut.push_back({path + u'.' + QLatin1String(key), name.isEmpty() ? QString::fromUtf8(value) : name,
                           whyUnsupported(version, whole)});
        return false;
    }
};

/// `spec` without the values that chronyd does not know.
template <typename Spec, std::size_t N>
[[nodiscard]] Spec supportedValues(const WordPlace& place, const std::array<ValueField<Spec>, N>& fields, Spec spec) {
    for (const ValueField<Spec>& field : fields)
        if (const QByteArray word = valueWord(field, spec);
            !word.isEmpty() && !place.takes(field.key, field.word, word.mid(word.indexOf(' ') + 1)))
            std::visit([&](auto member) { (spec.*member).reset(); }, field.member);
    return spec;
}

/// Of all values that are there.
template <typename Spec, std::size_t N>
[[nodiscard]] QByteArrayList valueWords(const std::array<ValueField<Spec>, N>& fields, const Spec& spec) {
    QByteArrayList words;
    for (const ValueField<Spec>& field : fields)
        if (const QByteArray word = valueWord(field, spec); !word.isEmpty()) words.append(word);
    return words;
}

template <typename Spec, std::size_t N>
[[nodiscard]] QByteArrayList flagWords(const WordPlace& place, const std::array<FlagField<Spec>, N>& fields,
                                       const Spec& spec) {
    QByteArrayList words;
    for (const FlagField<Spec>& field : fields)
        if (spec.*field.member && place.takes(field.name, field.name, "true")) words.append(field.name);
    return words;
}

}  // namespace fos1::ntp
