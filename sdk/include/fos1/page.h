// SPDX-License-Identifier: MIT
// Convenience layer over pages (features/pages.h): documents from typed values, and a book that answers page requests.
// Inline.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QDateTime>
#include <QString>
#include <array>
#include <functional>
#include <initializer_list>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "fos1/cbor_size.h"
#include "fos1/features/pages.h"
#include "fos1/ihost.h"
#include "fos1/page_proposal.h"
#include "fos1/result.h"

namespace fos1::page {

constexpr qsizetype kMaxBytes = 1'000'000;

enum class Kind {
    Unknown = 0,
    Text,
    Count,
    Packets,
    Bytes,
    YesNo,
    Duration,
    Offset,
    Age,
    Frequency,
    Octal,
    Time,
    Condition
};

struct KindName {
    Kind kind;
    const char* name;
};
inline constexpr std::array<KindName, 12> kKindNames{{{Kind::Text, "text"},
                                                      {Kind::Count, "count"},
                                                      {Kind::Packets, "packets"},
                                                      {Kind::Bytes, "bytes"},
                                                      {Kind::YesNo, "yesno"},
                                                      {Kind::Duration, "duration"},
                                                      {Kind::Offset, "offset"},
                                                      {Kind::Age, "age"},
                                                      {Kind::Frequency, "frequency"},
                                                      {Kind::Octal, "octal"},
                                                      {Kind::Time, "time"},
                                                      {Kind::Condition, "condition"}}};

inline QString toText(Kind kind) {
    for (const KindName& each : kKindNames)
        if (each.kind == kind) return QString::fromLatin1(each.name);
    return {};
}

/// Unknown for a kind of a newer SDK; its values are shown unchanged.
inline Kind kindFromText(const QString& name) {
    for (const KindName& each : kKindNames)
        if (name == QLatin1String(each.name)) return each.kind;
    return Kind::Unknown;
}

/// A value with its kind; a null value means no value.
struct Cell {
    Kind kind = Kind::Unknown;
    QCborValue value = nullptr;
};

inline Cell none() { return {}; }
/// An empty text counts as no value.
inline Cell text(const QString& value) { return value.isEmpty() ? none() : Cell{Kind::Text, value}; }
inline Cell count(qint64 value) { return {Kind::Count, value}; }
inline Cell packets(qint64 value) { return {Kind::Packets, value}; }
inline Cell bytes(qint64 value) { return {Kind::Bytes, value}; }
inline Cell yesNo(bool value) { return {Kind::YesNo, value}; }
inline Cell duration(qint64 nanoseconds) { return {Kind::Duration, nanoseconds}; }
inline Cell offset(qint64 nanoseconds) { return {Kind::Offset, nanoseconds}; }
inline Cell age(qint64 seconds) { return {Kind::Age, seconds}; }
inline Cell frequency(qint64 partsPerBillion) { return {Kind::Frequency, partsPerBillion}; }
inline Cell octal(qint64 value) { return {Kind::Octal, value}; }
inline Cell time(const QDateTime& value) { return {Kind::Time, value.toUTC().toString(Qt::ISODateWithMs)}; }
inline Cell condition(const QString& status) { return {Kind::Condition, status}; }

/// Whether something needs attention. Each face marks it in its own way.
enum class Mark { None = 0, Trouble };

/// Names and values. A field without a value is omitted.
class Fields {
   public:
    explicit Fields(QString title = {}) : m_title(std::move(title)) {}

    Fields& add(const QString& label, const Cell& cell, const QString& note = {}, Mark mark = Mark::None) {
        if (cell.value.isNull()) return *this;
        QCborMap field{{QStringLiteral("label"), label},
                       {QStringLiteral("kind"), toText(cell.kind)},
                       {QStringLiteral("value"), cell.value}};
        if (!note.isEmpty()) field.insert(QStringLiteral("note"), note);
        if (mark == Mark::Trouble) field.insert(QStringLiteral("trouble"), true);
        m_fields.append(field);
        return *this;
    }
    [[nodiscard]] QCborMap toCbor() const {
        QCborMap section{{QStringLiteral("fields"), m_fields}};
        if (!m_title.isEmpty()) section.insert(QStringLiteral("title"), m_title);
        return section;
    }

   private:
    QString m_title;
    QCborArray m_fields;
};

/// Columns and rows. A cell has the kind of its column, or no value.
class Table {
   public:
    struct Column {
        QString title;
        Kind kind = Kind::Text;
    };
    explicit Table(std::vector<Column> columns, QString title = {})
        : m_title(std::move(title)), m_columns(std::move(columns)) {}

    /// Missing cells at the end have no value.
    Table& add(const std::vector<Cell>& cells, Mark mark = Mark::None) {
        QCborArray values;
        for (std::size_t i = 0; i < m_columns.size(); ++i)
            values.append(i < cells.size() && cells[i].kind == m_columns[i].kind ? cells[i].value
                                                                                 : QCborValue(nullptr));
        QCborMap row{{QStringLiteral("cells"), values}};
        if (mark == Mark::Trouble) row.insert(QStringLiteral("trouble"), true);
        m_rows.append(row);
        return *this;
    }
    /// Shown instead of a table without rows.
    Table& whenEmpty(const QString& text) {
        m_empty = text;
        return *this;
    }
    [[nodiscard]] QCborMap toCbor() const {
        QCborArray columns;
        for (const Column& column : m_columns)
            columns.append(
                QCborMap{{QStringLiteral("title"), column.title}, {QStringLiteral("kind"), toText(column.kind)}});
        QCborMap table{{QStringLiteral("columns"), columns}, {QStringLiteral("rows"), m_rows}};
        if (!m_empty.isEmpty()) table.insert(QStringLiteral("empty"), m_empty);
        QCborMap section{{QStringLiteral("table"), table}};
        if (!m_title.isEmpty()) section.insert(QStringLiteral("title"), m_title);
        return section;
    }

   private:
    QString m_title;
    std::vector<Column> m_columns;
    QCborArray m_rows;
    QString m_empty;
};

class Document {
   public:
    explicit Document(QString title) : m_title(std::move(title)) {}

    /// `section` is a Fields or a Table.
    template <typename Section>
    Document& add(const Section& section) {
        m_sections.append(section.toCbor());
        return *this;
    }
    Document& addLines(const QStringList& lines, const QString& title = {}) {
        QCborMap section{{QStringLiteral("lines"), QCborArray::fromStringList(lines)}};
        if (!title.isEmpty()) section.insert(QStringLiteral("title"), title);
        m_sections.append(section);
        return *this;
    }
    /// For a page that measures: `done` of `wanted`, which are `things` ("samples"). As long as it is less, the
    /// document is preliminary: fos1ctl can wait for the rest, and does not write the proposal.
    Document& setProgress(qint64 done, qint64 wanted, const QString& things) {
        m_progress = {
            {QStringLiteral("done"), done}, {QStringLiteral("wanted"), wanted}, {QStringLiteral("things"), things}};
        return *this;
    }
    Document& propose(const Proposal& proposal) {
        m_proposal = proposal.toCbor();
        return *this;
    }
    [[nodiscard]] QCborMap toCbor() const {
        QCborMap map{{QStringLiteral("title"), m_title}, {QStringLiteral("sections"), m_sections}};
        if (!m_progress.isEmpty()) map.insert(QStringLiteral("progress"), m_progress);
        if (!m_proposal.isEmpty()) map.insert(QStringLiteral("proposal"), m_proposal);
        return map;
    }

   private:
    QString m_title;
    QCborArray m_sections;
    QCborMap m_progress;
    QCborMap m_proposal;
};

/// Replaces a document when there is nothing to show.
inline QCborMap error(const QString& sentence) { return {{QStringLiteral("error"), sentence}}; }

/// Whether `value` suits this kind. Null suits every kind; a kind unknown to this SDK accepts any value but a list or a
/// map.
inline bool isOfKind(Kind kind, const QCborValue& value) {
    if (value.isNull()) return true;
    switch (kind) {
        case Kind::Text:
        case Kind::Time:
        case Kind::Condition: return value.isString();
        case Kind::YesNo: return value.isBool();
        case Kind::Count:
        case Kind::Packets:
        case Kind::Bytes:
        case Kind::Duration:
        case Kind::Offset:
        case Kind::Age:
        case Kind::Frequency:
        case Kind::Octal: return value.isInteger();
        case Kind::Unknown: break;
    }
    return !value.isArray() && !value.isMap();
}

namespace detail {

inline Kind kindOf(const QCborMap& map) { return kindFromText(map.value(QStringLiteral("kind")).toString()); }

inline bool hasTextOrNothing(const QCborMap& map, const char* name) {
    const QCborValue value = map.value(QLatin1String(name));
    return value.isUndefined() || value.isString();
}

inline QString at(const QString& path, const char* list, qsizetype i) {
    return path + u'.' + QLatin1String(list) + u'[' + QString::number(i) + u']';
}

inline Result<void> checkFields(const QCborArray& fields, const QString& path) {
    for (qsizetype i = 0; i < fields.size(); ++i) {
        const QCborMap field = fields.at(i).toMap();
        if (!hasText(field, "label") || !hasText(field, "kind"))
            return wrong(at(path, "fields", i), QStringLiteral("needs a label and a kind"));
        if (!hasTextOrNothing(field, "note"))
            return wrong(at(path, "fields", i), QStringLiteral("its note must be text"));
        if (!isOfKind(kindOf(field), field.value(QStringLiteral("value"))))
            return wrong(at(path, "fields", i), QStringLiteral("its value does not match its kind"));
    }
    return {};
}

inline Result<void> checkTable(const QCborMap& table, const QString& path) {
    std::vector<Kind> kinds;
    const QCborArray columns = table.value(QStringLiteral("columns")).toArray();
    for (const QCborValue& column : columns) {
        if (!hasText(column.toMap(), "title") || !hasText(column.toMap(), "kind"))
            return wrong(path, QStringLiteral("a column needs a title and a kind"));
        kinds.push_back(kindOf(column.toMap()));
    }
    if (kinds.empty()) return wrong(path, QStringLiteral("has no columns"));
    if (!hasTextOrNothing(table, "empty")) return wrong(path, QStringLiteral("\"empty\" must be text"));
    const QCborArray rows = table.value(QStringLiteral("rows")).toArray();
    for (qsizetype i = 0; i < rows.size(); ++i) {
        const QCborArray cells = rows.at(i).toMap().value(QStringLiteral("cells")).toArray();
        if (cells.size() != static_cast<qsizetype>(kinds.size()))
            return wrong(at(path, "rows", i),
                         QStringLiteral("has %1 cells for %2 columns").arg(cells.size()).arg(kinds.size()));
        for (qsizetype j = 0; j < cells.size(); ++j)
            if (!isOfKind(kinds[static_cast<std::size_t>(j)], cells.at(j)))
                return wrong(at(path, "rows", i),
                             QStringLiteral("cell %1 does not match its column's kind").arg(j + 1));
    }
    return {};
}

inline Result<void> checkSection(const QCborMap& section, const QString& path) {
    if (!hasTextOrNothing(section, "title")) return wrong(path, QStringLiteral("its title must be text"));
    const QCborValue fields = section.value(QStringLiteral("fields"));
    const QCborValue table = section.value(QStringLiteral("table"));
    const QCborValue lines = section.value(QStringLiteral("lines"));
    if (fields.isArray()) return checkFields(fields.toArray(), path);
    if (table.isMap()) return checkTable(table.toMap(), path + QStringLiteral(".table"));
    if (!lines.isArray()) return wrong(path, QStringLiteral("has neither fields nor a table nor lines"));
    const QCborArray texts = lines.toArray();
    for (const QCborValue& line : texts)
        if (!line.isString()) return wrong(path, QStringLiteral("each line must be text"));
    return {};
}

}  // namespace detail

/// Checks the shape of `document`, the kinds of its cells and its size. Unknown members are accepted.
inline Result<void> check(const QCborMap& document) {
    if (!fitsEncoded(document, kMaxBytes))
        return detail::wrong({}, QStringLiteral("is larger than %1 bytes").arg(kMaxBytes));
    if (detail::hasText(document, "error")) return {};
    if (!detail::hasText(document, "title"))
        return detail::wrong(QStringLiteral("title"), QStringLiteral("is missing"));
    if (!document.value(QStringLiteral("sections")).isArray())
        return detail::wrong(QStringLiteral("sections"), QStringLiteral("is missing"));
    const QCborArray sections = document.value(QStringLiteral("sections")).toArray();
    for (qsizetype i = 0; i < sections.size(); ++i)
        if (const auto good = detail::checkSection(sections.at(i).toMap(), QStringLiteral("sections[%1]").arg(i));
            !good)
            return good;
    if (const auto good = detail::checkProgress(document.value(QStringLiteral("progress"))); !good) return good;
    return detail::checkProposal(document.value(QStringLiteral("proposal")));
}

/// Sends the answer to one page request; to be called once. Copyable; the host outlives it.
class Reply {
   public:
    Reply(IPageReplies* host, quint64 ticket) : m_host(host), m_ticket(ticket) {}
    void operator()(const QCborMap& document) const {
        if (m_host) m_host->reply(m_ticket, document);
    }
    void operator()(const Document& document) const { (*this)(document.toCbor()); }

   private:
    IPageReplies* m_host;
    quint64 m_ticket;
};

/// A plugin's pages by name: what query(IPages::kIid) returns.
class Book final : public IPages {
   public:
    /// Returns the page: a document's toCbor(), or error().
    using Write = std::function<QCborMap(const QString& argument)>;
    using WriteLater = std::function<void(const QString& argument, const Reply& reply)>;

    /// To be called in start(). `host` outlives the book.
    void open(IHost& host) {
        m_replies = static_cast<IPageReplies*>(host.query(QString::fromLatin1(IPageReplies::kIid)));
    }
    void add(const QString& name, Write write) {
        m_pages[name] = [write = std::move(write)](const QString& argument, const Reply& reply) {
            reply(write(argument));
        };
    }
    /// Adds a page that is answered later.
    void addLater(const QString& name, WriteLater write) { m_pages[name] = std::move(write); }

    void page(const QString& name, const QString& argument, quint64 ticket) override {
        const Reply reply(m_replies, ticket);
        const auto found = m_pages.find(name);
        if (found == m_pages.end()) return reply(error(QStringLiteral("there is no page \"%1\"").arg(name)));
        found->second(argument, reply);
    }

   private:
    IPageReplies* m_replies = nullptr;
    std::map<QString, WriteLater> m_pages;
};

}  // namespace fos1::page
