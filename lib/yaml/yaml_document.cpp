// SPDX-License-Identifier: GPL-2.0-or-later
// Parsing. Only this file catches yaml-cpp's exceptions.
#include "yaml_document.h"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <QStringDecoder>
#include <sstream>

#include "document_builder.h"
#include "parser_words.h"

namespace fos1::yaml {
namespace {

constexpr qsizetype kMaxText = 8 * 1024 * 1024;

QString locationText(const QString& file, Position position) {
    if (position.line == 0) return file;
    return QStringLiteral("%1:%2:%3").arg(file, QString::number(position.line), QString::number(position.column));
}

tl::unexpected<Error> refusal(const QString& message, const QString& file, Position position = {}) {
    return failure(ErrorCode::InvalidInput, message, locationText(file, position));
}

Position positionOfByte(const QByteArray& text, qsizetype offset) {
    const QByteArrayView before = QByteArrayView(text).first(offset);
    const qsizetype lineStart = before.lastIndexOf('\n') + 1;
    return {static_cast<int>(before.count('\n')) + 1, static_cast<int>(offset - lineStart) + 1};
}

/// YAML allows no control characters (section 5.1), and yaml-cpp takes some of them for the end of the text.
qsizetype firstControlCharacter(const QByteArray& text) {
    for (qsizetype i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f) return i;
    }
    return -1;
}

bool isUtf8(const QByteArray& text) {
    QStringDecoder decoder(QStringDecoder::Utf8, QStringConverter::Flag::Stateless);
    const QString decoded = decoder(text);
    return !decoder.hasError();
}

/// Whether a quoted scalar that begins there has its closing quote. yaml-cpp takes the end of the text for it, so that
/// a text that was cut would be another value.
bool isClosed(const QByteArray& text, Position place) {
    qsizetype at = 0;
    for (int line = 1; line < place.line && at >= 0; ++line) at = text.indexOf('\n', at) + 1;
    at += place.column - 1;
    const char quote = at < text.size() ? text[at] : '\0';
    if (quote != '"' && quote != '\'') return true;
    for (++at; at < text.size(); ++at) {
        if (text[at] == '\\' && quote == '"') {
            ++at;
        } else if (text[at] == quote) {
            const bool isDoubled = quote == '\'' && at + 1 < text.size() && text[at + 1] == quote;
            if (!isDoubled) return true;
            ++at;
        }
    }
    return false;
}

/// Finds whether there is a `---` at given positions in a text. Positions must be queried in ascending order.
class Separators {
   public:
    explicit Separators(const QByteArray& text) : m_text(text) {}
    bool isAt(Position place) {
        for (; m_line < place.line && m_lineStart >= 0; ++m_line) {
            const qsizetype end = m_text.indexOf('\n', m_lineStart);
            m_lineStart = end < 0 ? -1 : end + 1;
        }
        if (m_lineStart < 0 || place.column != 1) return false;
        const QByteArray head = m_text.mid(m_lineStart, 4);
        return head.startsWith("---") && (head.size() == 3 || QByteArrayView(" \t\r\n").contains(head[3]));
    }

   private:
    const QByteArray& m_text;
    int m_line = 1;
    qsizetype m_lineStart = 0;
};

/// False at the end of the stream.
tl::expected<bool, DocumentBuilder::Failure> readDocument(YAML::Parser& parser, DocumentBuilder& builder) {
    using Failure = DocumentBuilder::Failure;
    try {
        const bool more = parser.HandleNextDocument(builder);
        if (!builder.failure()) return more;
    } catch (const YAML::DeepRecursion&) {
        // The builder refuses such nesting long before.
        if (!builder.failure()) return tl::unexpected(Failure{QStringLiteral("is nested too deeply"), {}});
    } catch (const YAML::Exception& exception) {
        const YAML::Mark& mark = exception.mark;
        const Position position = mark.is_null() ? Position{} : Position{mark.line + 1, mark.column + 1};
        return tl::unexpected(Failure{parserWords(exception.msg), position});
    }
    return tl::unexpected(*builder.failure());
}

/// The path without its last element.
QString enclosing(const QString& path) {
    const qsizetype cut = std::max(path.lastIndexOf(u'.'), path.lastIndexOf(u'['));
    return cut < 0 ? QString() : path.left(cut);
}

}  // namespace

Position Document::positionOf(const QString& path) const {
    QString at = path;
    for (;;) {
        if (const auto found = positions.find(at); found != positions.end()) return found->second;
        if (at.isEmpty()) return {};
        at = enclosing(at);
    }
}

QString Document::locate(const QString& path) const { return locationText(file, positionOf(path)); }

Result<std::vector<Document>> parse(const QByteArray& text, const QString& file) {
    if (text.size() > kMaxText) return refusal(QStringLiteral("is larger than %1 MiB").arg(kMaxText >> 20), file);
    if (const qsizetype at = firstControlCharacter(text); at >= 0)
        return refusal(QStringLiteral("contains a control character"), file, positionOfByte(text, at));
    if (!isUtf8(text)) return refusal(QStringLiteral("is not UTF-8"), file);

    std::istringstream stream(text.toStdString());
    YAML::Parser parser(stream);
    std::vector<Document> documents;
    Separators separators(text);
    Position lastQuoted;
    for (bool isFirst = true;; isFirst = false) {
        DocumentBuilder builder(file);
        const auto more = readDocument(parser, builder);
        if (!more) return refusal(more.error().message, file, more.error().position);
        if (!*more) {
            if (lastQuoted.line == 0 || isClosed(text, lastQuoted)) return documents;
            return refusal(parserWords(YAML::ErrorMsg::EOF_IN_SCALAR), file, lastQuoted);
        }
        lastQuoted = builder.lastQuoted();
        // When yaml-cpp cannot continue a document it begins another one, but a wrong indentation does not start a
        // document.
        if (!isFirst && !separators.isAt(builder.start()))
            return refusal(QStringLiteral("does not continue the preceding document; correct its indentation, or add "
                                          "the missing line \"---\""),
                           file, builder.start());
        if (!builder.isEmpty()) documents.push_back(builder.takeDocument());
    }
}

}  // namespace fos1::yaml
