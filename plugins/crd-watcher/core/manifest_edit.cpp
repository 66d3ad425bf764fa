// SPDX-License-Identifier: GPL-2.0-or-later
// One difference after the other is edited, and each edit is checked by reading the text again: it counts only if the
// document then has exactly the intended value. If not, the enclosing element is written anew.
#include "core/manifest_edit.h"

#include <QCborArray>
#include <QList>
#include <optional>
#include <utility>

#include "yaml_document.h"

namespace fos1::crd {

namespace {

/// Above this the whole document is written anew, because each edit reads the text again.
constexpr int kMaxEdits = 32;
const QByteArray kByteOrderMark = QByteArrayLiteral("\xEF\xBB\xBF");

/// A step is the key of a map or the index of a list.
using Path = QList<QCborValue>;

QString pathText(const Path& path) {
    QString text;
    for (const QCborValue& step : path) {
        if (step.isInteger())
            text += QStringLiteral("[%1]").arg(step.toInteger());
        else
            text += (text.isEmpty() ? QString() : QStringLiteral(".")) + step.toString();
    }
    return text;
}

/// Undefined when there is none.
QCborValue valueAt(const QCborValue& root, const Path& path) {
    QCborValue at = root;
    for (const QCborValue& step : path)
        at = step.isInteger() ? at.toArray().at(step.toInteger()) : at.toMap().value(step.toString());
    return at;
}

/// `root` with `value` at `path`; undefined removes the entry.
QCborValue replaced(const QCborValue& root, const Path& path, const QCborValue& value) {
    if (path.isEmpty()) return value;
    const QCborValue& step = path.first();
    const Path rest = path.mid(1);
    if (step.isInteger()) {
        QCborArray list = root.toArray();
        list[step.toInteger()] = replaced(list.at(step.toInteger()), rest, value);
        return list;
    }
    QCborMap map = root.toMap();
    const QCborValue inner = replaced(map.value(step.toString()), rest, value);
    if (inner.isUndefined())
        map.remove(step.toString());
    else
        map.insert(step.toString(), inner);
    return map;
}

/// The path of the first difference.
std::optional<Path> difference(const QCborValue& old, const QCborValue& wanted, const Path& path = {}) {
    const auto isNumber = [](const QCborValue& value) { return value.isInteger() || value.isDouble(); };
    if (old == wanted || (isNumber(old) && isNumber(wanted) && old.toDouble() == wanted.toDouble()))
        return std::nullopt;  // 1.0 is 1
    if (old.isMap() && wanted.isMap()) {
        const QCborMap before = old.toMap();
        const QCborMap after = wanted.toMap();
        for (const auto& entry : before)
            if (const auto found = difference(QCborValue(entry.second), after.value(entry.first.toString()),
                                              path + Path{QCborValue(entry.first)}))
                return found;
        for (const auto& entry : after)
            if (!before.contains(entry.first.toString())) return path + Path{QCborValue(entry.first)};
        return std::nullopt;  // the same keys in another order
    }
    if (old.isArray() && wanted.isArray() && old.toArray().size() == wanted.toArray().size())
        for (qsizetype i = 0; i < old.toArray().size(); ++i)
            if (const auto found = difference(old.toArray().at(i), wanted.toArray().at(i), path + Path{QCborValue(i)}))
                return found;
    return path;
}

/// Whether they have the same entries; the order of keys has no meaning.
bool isSame(const QCborValue& one, const QCborValue& other) { return !difference(one, other); }

bool isBlank(QByteArrayView text) { return text.trimmed().isEmpty(); }

qsizetype indentOf(const QByteArray& line) {
    qsizetype n = 0;
    while (n < line.size() && line[n] == ' ') ++n;
    return n;
}

class Editor {
   public:
    explicit Editor(QByteArray text) : m_text(std::move(text)) { isReadable = read(); }

    bool isReadable = false;

    [[nodiscard]] QCborValue value() const { return m_document.value; }
    [[nodiscard]] QByteArray text() const { return m_text; }

    /// Makes the entry at `path` have `value`; undefined removes it. False, and no change, if that cannot be done
    /// there.
    bool set(const Path& path, const QCborValue& value) {
        const QByteArray before = m_text;
        const QCborValue intended = replaced(m_document.value, path, value);
        const bool hasEntry = !valueAt(m_document.value, path).isUndefined();
        const bool isEdited = path.last().isString() && (hasEntry ? change(path, value) : add(path, value));
        if (isEdited && read() && isSame(m_document.value, intended)) return true;
        m_text = before;
        (void)read();
        return false;
    }

   private:
    /// Lines of an entry: from its key to before the next entry.
    struct Extent {
        qsizetype first = 0;
        qsizetype past = 0;
        qsizetype indent = 0;  ///< of its key
    };

    bool read() {
        const auto documents = yaml::parse(m_text, {});
        if (!documents || documents->size() != 1) return false;
        m_document = documents->front();
        m_lines.clear();
        for (qsizetype at = 0; at < m_text.size();) {
            const qsizetype end = m_text.indexOf('\n', at);
            const qsizetype next = end < 0 ? m_text.size() : end + 1;
            m_lines.append(m_text.mid(at, next - at));
            at = next;
        }
        return true;
    }

    /// Nothing when the entry does not begin its line, as in flow style. In a list, a dash may precede it.
    [[nodiscard]] std::optional<Extent> extentOf(const Path& path) const {
        const auto found = m_document.positions.find(pathText(path));
        if (found == m_document.positions.end() || found->second.line < 1 || found->second.line > m_lines.size())
            return std::nullopt;
        Extent extent{found->second.line - 1, found->second.line, found->second.column - 1};
        const QByteArray& line = m_lines[extent.first];
        if (extent.indent < 0 || extent.indent >= line.size()) return std::nullopt;
        QByteArray prefix = line.left(extent.indent);
        if (!isBlank(prefix.replace("- ", "  "))) return std::nullopt;
        const bool isList = valueAt(m_document.value, path).isArray();
        const auto belongs = [&](const QByteArray& each) {
            const qsizetype indent = indentOf(each);
            return indent > extent.indent || (isList && indent == extent.indent && each.mid(indent).startsWith("- "));
        };
        for (qsizetype i = extent.past; i < m_lines.size(); ++i) {
            const bool isAside = isBlank(m_lines[i]) || m_lines[i].trimmed().startsWith('#');
            if (belongs(m_lines[i]) && !isBlank(m_lines[i]))
                extent.past = i + 1;
            else if (!isAside)
                break;
        }
        return extent;
    }

    /// An entry in block style, its first line without indentation.
    static QByteArray entryText(const QString& key, const QCborValue& value, qsizetype indent) {
        QList<QByteArray> lines = yaml::emit({{key, value}}).split('\n');
        lines.removeLast();
        QByteArray text;
        for (qsizetype i = 0; i < lines.size(); ++i)
            text += (i > 0 && !lines[i].isEmpty() ? QByteArray(indent, ' ') : QByteArray()) + lines[i] + '\n';
        return text;
    }

    /// A comment behind a value on one line, with the blanks before it.
    static QByteArray commentOf(const QByteArray& line) {
        char quote = 0;
        for (qsizetype i = 0; i < line.size(); ++i) {
            const char c = line[i];
            if (quote != 0) {
                if (c == '\\' && quote == '"') ++i;
                if (c == quote) quote = 0;
            } else if ((c == '"' || c == '\'') && i > 0 && line[i - 1] == ' ') {
                quote = c;
            } else if (c == '#' && i > 0 && (line[i - 1] == ' ' || line[i - 1] == '\t')) {
                while (i > 0 && (line[i - 1] == ' ' || line[i - 1] == '\t')) --i;
                return line.mid(i).trimmed().prepend(line.mid(i, line.indexOf('#', i) - i));
            }
        }
        return {};
    }

    bool change(const Path& path, const QCborValue& value) {
        const auto extent = extentOf(path);
        if (!extent) return false;
        const QByteArray head = m_lines[extent->first].left(extent->indent);
        QByteArray entry;
        if (!value.isUndefined()) {
            entry = head + entryText(path.last().toString(), value, extent->indent);
            if (extent->past == extent->first + 1 && entry.count('\n') == 1)
                entry.insert(entry.size() - 1, commentOf(m_lines[extent->first]));
        } else if (!isBlank(head)) {
            return false;  // the dash of a list item stays
        }
        replaceLines(extent->first, extent->past, entry);
        return true;
    }

    bool add(const Path& path, const QCborValue& value) {
        // Behind the last sibling.
        const QCborMap parent = valueAt(m_document.value, path.first(path.size() - 1)).toMap();
        std::optional<Extent> last;
        for (const auto& sibling : parent) {
            const auto extent = extentOf(path.first(path.size() - 1) + Path{QCborValue(sibling.first)});
            if (!extent) return false;
            if (!last || extent->past > last->past) last = extent;
        }
        if (!last) return false;
        if (!m_lines[last->past - 1].endsWith('\n')) m_lines[last->past - 1] += '\n';
        replaceLines(last->past, last->past,
                     QByteArray(last->indent, ' ') + entryText(path.last().toString(), value, last->indent));
        return true;
    }

    void replaceLines(qsizetype first, qsizetype past, const QByteArray& text) {
        m_text = m_lines.mid(0, first).join() + text + m_lines.mid(past).join();
    }

    QByteArray m_text;
    QList<QByteArray> m_lines;
    yaml::Document m_document;
};

/// The comments before the first entry, which are about the whole document.
QByteArray leadingComments(const QByteArray& text) {
    qsizetype end = 0;
    while (end < text.size()) {
        const qsizetype newline = text.indexOf('\n', end);
        const QByteArray line = text.mid(end, newline < 0 ? -1 : newline - end).trimmed();
        if (newline < 0 || (!line.isEmpty() && !line.startsWith('#'))) break;
        end = newline + 1;
    }
    return text.left(end);
}

}  // namespace

QByteArray editDocument(const QByteArray& text, const QCborMap& wanted) {
    const QByteArray mark = text.startsWith(kByteOrderMark) ? kByteOrderMark : QByteArray();
    const QByteArray body = text.mid(mark.size());
    const QByteArray anew = mark + leadingComments(body) + yaml::emit(wanted);
    Editor editor(body);
    if (!editor.isReadable) return anew;
    for (int i = 0; i < kMaxEdits; ++i) {
        const auto place = difference(editor.value(), wanted);
        if (!place) return mark + editor.text();
        Path path = *place;
        while (!path.isEmpty() && !editor.set(path, valueAt(wanted, path))) path.removeLast();
        if (path.isEmpty()) return anew;
    }
    return anew;
}

}  // namespace fos1::crd
