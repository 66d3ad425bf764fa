// SPDX-License-Identifier: GPL-2.0-or-later
// A stack of open containers. Each finished value is added to the innermost one.
#include "document_builder.h"

#include <yaml-cpp/mark.h>

#include <QStringDecoder>

#include "core_schema.h"

namespace fos1::yaml {
namespace {

Position position(const YAML::Mark& mark) {
    if (mark.is_null()) return {};
    return {mark.line + 1, mark.column + 1};
}

/// QString::fromUtf8() would omit a leading U+FEFF.
QString text(const std::string& value) {
    QStringDecoder decoder(QStringDecoder::Utf8,
                           QStringConverter::Flag::Stateless | QStringConverter::Flag::ConvertInitialBom);
    return decoder(QByteArrayView(value.data(), static_cast<qsizetype>(value.size())));
}

}  // namespace

void DocumentBuilder::fail(const QString& message, const YAML::Mark& mark) {
    if (!m_failure) m_failure = Failure{message, position(mark)};
}

void DocumentBuilder::record(const YAML::Mark& mark) {
    m_pathText += m_path.size();
    if (m_pathText <= kMaxPathText) m_document.positions.emplace(m_path, position(mark));
}

void DocumentBuilder::OnDocumentStart(const YAML::Mark& mark) { m_start = {mark.line + 1, mark.column + 1}; }

void DocumentBuilder::takeKey(const QString& key, const YAML::Mark& mark) {
    Container& container = m_open.back();
    if (key == u"<<") return fail(QStringLiteral("merge keys (<<) are not supported"), mark);
    if (key.size() > kMaxKeyLength)
        return fail(QStringLiteral("a key has more than %1 characters").arg(kMaxKeyLength), mark);
    if (const auto first = container.lineOfKey.constFind(key); first != container.lineOfKey.constEnd())
        return fail(QStringLiteral("duplicate key \"%1\", first used in line %2").arg(key, QString::number(*first)),
                    mark);
    if (container.lineOfKey.size() == kMaxKeys)
        return fail(QStringLiteral("a mapping has more than %1 keys").arg(kMaxKeys), mark);
    container.lineOfKey.insert(key, position(mark).line);
    container.key = key;
    if (container.pathLength > 0) m_path += u'.';
    m_path += key;
    record(mark);
}

/// Counts the value and, in a list, advances the path to it. False when no value may be added.
bool DocumentBuilder::beginValue(const YAML::Mark& mark, qint64 nodes) {
    if (m_failure) return false;
    m_nodes += nodes;
    if (m_nodes > kMaxNodes) {
        fail(QStringLiteral("more than %1 values after aliases are expanded").arg(kMaxNodes), mark);
        return false;
    }
    if (m_open.empty()) {
        record(mark);
    } else if (!m_open.back().isMap) {
        m_path += u'[' + QString::number(m_open.back().list.size()) + u']';
        record(mark);
    }
    return true;
}

void DocumentBuilder::finishValue(const QCborValue& value, YAML::anchor_t anchor, qint64 nodes) {
    if (anchor != 0) m_anchors.insert(anchor, {value, nodes});
    if (m_open.empty()) {
        m_isEmpty = value.isNull();
        m_document.value = value.toMap();
        if (!m_isEmpty && !value.isMap()) {
            const Position at = m_document.positionOf({});
            m_failure = Failure{QStringLiteral("the document must be a mapping (key: value)"), at};
        }
        return;
    }
    Container& container = m_open.back();
    if (container.isMap) {
        container.map.insert(*container.key, value);
        container.key.reset();
    } else {
        container.list.append(value);
    }
    m_path.truncate(container.pathLength);
}

void DocumentBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (expectsKey()) return fail(QStringLiteral("a key must be text; this one is empty or null"), mark);
    if (beginValue(mark, 1)) finishValue(QCborValue(nullptr), anchor, 1);
}

void DocumentBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (expectsKey()) return fail(QStringLiteral("a key must be text; this one is an alias"), mark);
    const auto found = m_anchors.constFind(anchor);
    if (found == m_anchors.constEnd()) return fail(QStringLiteral("an alias refers to a value that contains it"), mark);
    const Anchored& anchored = *found;
    if (beginValue(mark, anchored.nodes)) finishValue(anchored.value, 0, anchored.nodes);
}

void DocumentBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                               const std::string& value) {
    if (m_failure) return;
    const QString content = text(value);
    const bool isPlain = tag == "?" || tag.empty();
    m_lastQuoted = isPlain ? Position() : Position{mark.line + 1, mark.column + 1};
    const auto resolved = isPlain ? resolvePlain(content) : resolveTagged(content, text(tag));
    if (!resolved)
        // The value may be a secret: its place is enough.
        return fail(isPlain ? QStringLiteral("an integer does not fit in 64 bits; put it in quotes if it is text")
                            : QStringLiteral("a value cannot have the tag %1").arg(text(tag)),
                    mark);
    if (expectsKey()) {
        if (!resolved->isString()) return fail(QStringLiteral("a key must be text; put this one in quotes"), mark);
        return takeKey(content, mark);
    }
    if (beginValue(mark, 1)) finishValue(*resolved, anchor, 1);
}

void DocumentBuilder::open(bool isMap, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (m_failure) return;
    if (expectsKey()) return fail(QStringLiteral("a key must be text; this one is a mapping or a list"), mark);
    const char* own = isMap ? "tag:yaml.org,2002:map" : "tag:yaml.org,2002:seq";
    if (!tag.empty() && tag != "?" && tag != "!" && tag != own)
        return fail(QStringLiteral("the tag %1 is not supported here").arg(text(tag)), mark);
    if (m_open.size() == kMaxDepth) return fail(QStringLiteral("nested more than %1 levels deep").arg(kMaxDepth), mark);
    const qint64 nodesBefore = m_nodes;
    if (!beginValue(mark, 1)) return;
    Container container;
    container.isMap = isMap;
    container.anchor = anchor;
    container.nodesBefore = nodesBefore;
    container.pathLength = m_path.size();
    m_open.push_back(std::move(container));
}

void DocumentBuilder::close() {
    if (m_failure) return;
    const Container container = std::move(m_open.back());
    m_open.pop_back();
    const QCborValue value = container.isMap ? QCborValue(container.map) : QCborValue(container.list);
    finishValue(value, container.anchor, m_nodes - container.nodesBefore);
}

void DocumentBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                                      YAML::EmitterStyle::value style) {
    Q_UNUSED(style);
    open(false, mark, tag, anchor);
}

void DocumentBuilder::OnSequenceEnd() { close(); }

void DocumentBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                                 YAML::EmitterStyle::value style) {
    Q_UNUSED(style);
    open(true, mark, tag, anchor);
}

void DocumentBuilder::OnMapEnd() { close(); }

}  // namespace fos1::yaml
