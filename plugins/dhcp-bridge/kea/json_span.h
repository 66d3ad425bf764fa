// SPDX-License-Identifier: GPL-2.0-or-later
// JSON text (RFC 8259) whose values know where they stand in it, so that one of them can be replaced and every other
// byte stays as it was: numbers, escapes, order and members that nobody here has heard of. Pure. Must not know Kea.
#pragma once

#include <QByteArrayView>
#include <QJsonValue>
#include <vector>

#include "fos1/result.h"

namespace fos1::dhcp {

struct JsonMember;

/// One value of a text that parseJson() has accepted and that outlives it. A default one stands for a missing value.
struct JsonSpan {
    QByteArrayView text;  ///< without the space around it

    [[nodiscard]] bool isMissing() const { return text.isEmpty(); }
    [[nodiscard]] bool isObject() const { return text.startsWith('{'); }
    [[nodiscard]] bool isArray() const { return text.startsWith('['); }
    [[nodiscard]] bool isString() const { return text.startsWith('"'); }

    /// In the order of the text; empty unless it is an object.
    [[nodiscard]] std::vector<JsonMember> members() const;
    /// The first member of this name (without escapes in the text); a missing value when there is none.
    [[nodiscard]] JsonSpan member(QByteArrayView name) const;
    /// Empty unless it is a list.
    [[nodiscard]] std::vector<JsonSpan> items() const;

    /// The decoded value; for small ones. Undefined when missing.
    [[nodiscard]] QJsonValue value() const;
    /// Empty unless it is text.
    [[nodiscard]] QString string() const { return isString() ? value().toString() : QString(); }
};

struct JsonMember {
    QByteArrayView name;  ///< as in the text, without quotes
    JsonSpan value;
};

/// The members of an object whose text is read only once, for many questions.
class JsonObjectSpan {
   public:
    explicit JsonObjectSpan(const JsonSpan& object) : m_members(object.members()) {}
    /// As JsonSpan::member().
    [[nodiscard]] JsonSpan member(QByteArrayView name) const;

   private:
    std::vector<JsonMember> m_members;
};

/// Checks the syntax of the whole text, which is one value with at most 64 levels. An error names the byte.
[[nodiscard]] Result<JsonSpan> parseJson(QByteArrayView text);

/// A replacement of a part of a text.
struct Splice {
    qsizetype at = 0;
    qsizetype length = 0;
    QByteArray text;
};

/// `splices` are sorted and do not overlap.
[[nodiscard]] QByteArray spliced(QByteArrayView text, const std::vector<Splice>& splices);

}  // namespace fos1::dhcp
