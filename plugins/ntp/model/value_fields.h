// SPDX-License-Identifier: GPL-2.0-or-later
// Tables of fields that are numbers or flags: a row is the name in the spec and in chrony.conf(5), the member, and the
// bounds. Parser and writer go through the same rows. Must not know which chronyd has which field.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <variant>

#include "model/field_checks.h"

namespace fos1::ntp {

/// Numbers without a unit, or seconds.
template <typename Spec>
struct ValueField {
    using Member = std::variant<std::optional<int> Spec::*, std::optional<double> Spec::*,
                                std::optional<std::chrono::nanoseconds> Spec::*>;
    const char* key = nullptr;   ///< in the spec
    const char* word = nullptr;  ///< in chrony.conf(5)
    Member member;
    Range range;
};

template <typename Spec>
struct FlagField {
    const char* name = nullptr;  ///< in the spec and in chrony.conf(5)
    bool Spec::*member = nullptr;
};

inline void readValue(const FieldChecks& at, const QString& key, const Range& range, std::optional<int>& value) {
    value = at.integer(key, static_cast<int>(range.lowest), static_cast<int>(range.highest));
}
inline void readValue(const FieldChecks& at, const QString& key, const Range& range, std::optional<double>& value) {
    value = at.number(key, range);
}
inline void readValue(const FieldChecks& at, const QString& key, const Range& range,
                      std::optional<std::chrono::nanoseconds>& value) {
    value = range.isOpen ? at.positiveDuration(key, std::chrono::seconds(1), range.highest)
                         : at.duration(key, std::chrono::seconds(1), range.lowest, range.highest);
}

template <typename Spec, std::size_t N>
void readValues(const FieldChecks& at, const std::array<ValueField<Spec>, N>& fields, Spec& spec) {
    for (const ValueField<Spec>& field : fields)
        std::visit([&](auto member) { readValue(at, QLatin1String(field.key), field.range, spec.*member); },
                   field.member);
}

template <typename Spec, std::size_t N>
void readFlags(const FieldChecks& at, const std::array<FlagField<Spec>, N>& fields, Spec& spec) {
    for (const FlagField<Spec>& field : fields) spec.*field.member = at.reader().boolean(QLatin1String(field.name));
}

/// chronyd would clamp the lower one silently.
void checkSamples(const FieldChecks& at, const std::optional<int>& lowest, const std::optional<int>& highest);

}  // namespace fos1::ntp
