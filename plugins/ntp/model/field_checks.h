// SPDX-License-Identifier: GPL-2.0-or-later
// Checks of single spec fields. Each returns the value, or nothing after it added one clear error with its path. Must
// not know any field by name.
#pragma once

#include <QStringList>
#include <chrono>
#include <optional>

#include "fos1/cbor_reader.h"

namespace fos1::ntp {

/// Why `text` must not be written to chrony.conf as one word; empty when it may. chrony splits at white space and
/// treats a line that starts with one of !;#% as a comment.
[[nodiscard]] QString unsafeInConfig(const QString& text);

/// Why `text` is not the name of an interface that may be written to chrony.conf; empty when it is.
[[nodiscard]] QString whyNoInterface(const QString& text);

/// A host name as in RFC 1123. A name whose last label is a number is a mistyped address, not a name.
[[nodiscard]] bool isHostName(const QString& text);

/// What a number may be.
struct Range {
    double lowest = 0;
    double highest = 0;
    bool isOpen = false;  ///< without `lowest` itself
};

/// Reads the fields of one map and collects their mistakes. `errors` outlives the object.
class FieldChecks {
   public:
    FieldChecks(CborReader reader, Errors& errors) : m_reader(std::move(reader)), m_errors(errors) {}

    [[nodiscard]] const CborReader& reader() const { return m_reader; }
    [[nodiscard]] Errors& errors() const { return m_errors; }
    [[nodiscard]] FieldChecks child(const QString& key) const { return {m_reader.child(key), m_errors}; }
    [[nodiscard]] std::vector<FieldChecks> children(const QString& key) const;

    void report(const QString& key, const QString& message) const;

    /// Absent, or an integer in [lowest, highest].
    [[nodiscard]] std::optional<int> integer(const QString& key, int lowest, int highest) const;

    /// Absent, or a number in the range.
    [[nodiscard]] std::optional<double> number(const QString& key, const Range& range) const;

    /// Absent, or a time given as a number of `unit`s in [lowest, highest].
    [[nodiscard]] std::optional<std::chrono::nanoseconds> duration(const QString& key, std::chrono::nanoseconds unit,
                                                                   double lowest, double highest) const;

    /// The same, greater than zero.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> positiveDuration(const QString& key,
                                                                           std::chrono::nanoseconds unit,
                                                                           double highest) const;

    /// A required IP address or host name, in canonical form.
    [[nodiscard]] std::optional<QString> hostOrAddress(const QString& key) const;

    /// The texts of a list, without those that are not among `known` or come twice.
    [[nodiscard]] std::vector<QString> texts(const QString& key, const QStringList& known) const;

    /// Absent, or an interface name that is allowed in chrony.conf.
    [[nodiscard]] std::optional<QString> interfaceName(const QString& key) const;

    /// Absent, or an absolute path that is allowed in chrony.conf.
    [[nodiscard]] std::optional<QString> absolutePath(const QString& key) const;

   private:
    [[nodiscard]] std::optional<double> anyNumber(const QString& key) const;

    CborReader m_reader;
    Errors& m_errors;
};

}  // namespace fos1::ntp
