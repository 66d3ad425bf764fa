// SPDX-License-Identifier: GPL-2.0-or-later
#include "kea/json_span.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace fos1::dhcp {

namespace {

constexpr int kMostLevels = 64;

bool isSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isHex(char c) { return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// Skips values; checks their syntax as it goes.
class Scanner {
   public:
    explicit Scanner(QByteArrayView text) : m_at(text.data()), m_begin(text.data()), m_end(text.data() + text.size()) {}

    void skipSpace() {
        while (m_at != m_end && isSpace(*m_at)) ++m_at;
    }
    [[nodiscard]] bool isAtEnd() const { return m_at == m_end; }
    [[nodiscard]] qsizetype offset() const { return m_at - m_begin; }
    bool take(char c) {
        if (m_at == m_end || *m_at != c) return false;
        ++m_at;
        return true;
    }
    /// The text of a string without its quotes.
    bool string(QByteArrayView* inside) {
        if (!take('"')) return false;
        const char* const begin = m_at;
        while (m_at != m_end && *m_at != '"') {
            if (static_cast<unsigned char>(*m_at) < 0x20) return false;
            if (*m_at == '\\' && !escape()) return false;
            ++m_at;
        }
        if (inside) *inside = QByteArrayView(begin, m_at - begin);
        return take('"');
    }
    bool value(JsonSpan* span, int level = 0) {
        skipSpace();
        const char* const begin = m_at;
        if (m_at == m_end || level > kMostLevels) return false;
        bool isGood = false;
        switch (*m_at) {
            case '{': isGood = object(nullptr, level); break;
            case '[': isGood = array(nullptr, level); break;
            case '"': isGood = string(nullptr); break;
            case 't': isGood = word("true"); break;
            case 'f': isGood = word("false"); break;
            case 'n': isGood = word("null"); break;
            default: isGood = number();
        }
        if (span) span->text = QByteArrayView(begin, m_at - begin);
        return isGood;
    }
    bool object(std::vector<JsonMember>* members, int level) {
        if (!take('{')) return false;
        skipSpace();
        if (take('}')) return true;
        do {
            JsonMember member;
            skipSpace();
            if (!string(&member.name)) return false;
            skipSpace();
            if (!take(':') || !value(&member.value, level + 1)) return false;
            if (members) members->push_back(member);
            skipSpace();
        } while (take(','));
        return take('}');
    }
    bool array(std::vector<JsonSpan>* items, int level) {
        if (!take('[')) return false;
        skipSpace();
        if (take(']')) return true;
        do {
            JsonSpan item;
            if (!value(&item, level + 1)) return false;
            if (items) items->push_back(item);
            skipSpace();
        } while (take(','));
        return take(']');
    }

   private:
    /// Stands at the backslash; ends at the last character of the escape.
    bool escape() {
        if (++m_at == m_end) return false;
        if (*m_at != 'u') return QByteArrayView("\"\\/bfnrt").contains(*m_at);
        for (int i = 0; i < 4; ++i)
            if (++m_at == m_end || !isHex(*m_at)) return false;
        return true;
    }
    bool word(QByteArrayView expected) {
        if (!QByteArrayView(m_at, m_end - m_at).startsWith(expected)) return false;
        m_at += expected.size();
        return true;
    }
    bool digits() {
        if (m_at == m_end || !isDigit(*m_at)) return false;
        while (m_at != m_end && isDigit(*m_at)) ++m_at;
        return true;
    }
    bool number() {
        take('-');
        if (!take('0') && !digits()) return false;
        if (take('.') && !digits()) return false;
        if (!take('e') && !take('E')) return true;
        if (!take('+')) take('-');
        return digits();
    }

    const char* m_at;
    const char* const m_begin;
    const char* const m_end;
};

}  // namespace

std::vector<JsonMember> JsonSpan::members() const {
    std::vector<JsonMember> found;
    Scanner(text).object(&found, 0);
    return found;
}

JsonSpan JsonSpan::member(QByteArrayView name) const { return JsonObjectSpan(*this).member(name); }

JsonSpan JsonObjectSpan::member(QByteArrayView name) const {
    for (const JsonMember& each : m_members)
        if (each.name == name) return each.value;
    return {};
}

std::vector<JsonSpan> JsonSpan::items() const {
    std::vector<JsonSpan> found;
    Scanner(text).array(&found, 0);
    return found;
}

QJsonValue JsonSpan::value() const {
    if (isMissing()) return QJsonValue(QJsonValue::Undefined);
    // Nearly all values are of these forms, and a document for each of 100,000 takes a while.
    if (text == "true" || text == "false") return text == "true";
    if (isString() && !text.contains('\\')) {
        const QUtf8StringView inside(text.data() + 1, text.size() - 2);
        if (inside.isValidUtf8()) return inside.toString();
    }
    if (constexpr int kAlwaysFits = 9; isDigit(text.front()) && text.size() <= kAlwaysFits) {
        bool isInteger = false;
        if (const int number = text.toByteArray().toInt(&isInteger); isInteger) return number;
    }
    // QJsonDocument holds only objects and lists.
    return QJsonDocument::fromJson('[' + text.toByteArray() + ']').array().at(0);
}

Result<JsonSpan> parseJson(QByteArrayView text) {
    Scanner scanner(text);
    JsonSpan whole;
    const bool isValue = scanner.value(&whole);
    if (isValue) scanner.skipSpace();
    if (isValue && scanner.isAtEnd()) return whole;
    if (scanner.isAtEnd())
        return failure(ErrorCode::Protocol,
                       QStringLiteral("the JSON text ends early, after %1 bytes").arg(text.size()));
    return failure(ErrorCode::Protocol, QStringLiteral("the JSON text is wrong at byte %1").arg(scanner.offset()));
}

QByteArray spliced(QByteArrayView text, const std::vector<Splice>& splices) {
    qsizetype size = text.size();
    for (const Splice& each : splices) size += each.text.size() - each.length;
    QByteArray result;
    result.reserve(size);
    qsizetype at = 0;
    for (const Splice& each : splices) {
        result.append(text.sliced(at, each.at - at));
        result.append(each.text);
        at = each.at + each.length;
    }
    result.append(text.sliced(at));
    return result;
}

}  // namespace fos1::dhcp
