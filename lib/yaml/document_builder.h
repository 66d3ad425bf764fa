// SPDX-License-Identifier: GPL-2.0-or-later
// Builds one Document from yaml-cpp's events, within limits, and records the first mistake. Does not need yaml-cpp's
// node tree and throws nothing.
#pragma once

#include <yaml-cpp/eventhandler.h>

#include <QCborArray>
#include <QCborMap>
#include <QHash>
#include <optional>
#include <vector>

#include "yaml_document.h"

namespace fos1::yaml {

class DocumentBuilder final : public YAML::EventHandler {
   public:
    static constexpr int kMaxDepth = 64;
    static constexpr qsizetype kMaxKeys = 10'000;       ///< per mapping, because QCborMap searches keys linearly
    static constexpr qsizetype kMaxKeyLength = 1024;    ///< as for implicit keys in YAML (section 7.4.2)
    static constexpr qint64 kMaxNodes = 1'000'000;      ///< with aliases expanded
    static constexpr qint64 kMaxPathText = 32'000'000;  ///< above this, positions are those of the enclosing element

    explicit DocumentBuilder(QString file) { m_document.file = std::move(file); }

    struct Failure {
        QString message;
        Position position;
    };

    [[nodiscard]] const std::optional<Failure>& failure() const { return m_failure; }
    /// Whether the document had no content.
    [[nodiscard]] bool isEmpty() const { return m_isEmpty; }
    /// The start of the document: its `---` if it has one.
    [[nodiscard]] Position start() const { return m_start; }
    /// The place of the last scalar if it is no plain one.
    [[nodiscard]] Position lastQuoted() const { return m_lastQuoted; }
    [[nodiscard]] Document takeDocument() { return std::move(m_document); }

    void OnDocumentStart(const YAML::Mark& mark) override;
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override;
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value style) override;
    void OnSequenceEnd() override;
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value style) override;
    void OnMapEnd() override;

   private:
    struct Container {
        bool isMap = false;
        QCborMap map;
        QCborArray list;
        std::optional<QString> key;  ///< already read; its value follows
        QHash<QString, int> lineOfKey;
        YAML::anchor_t anchor = 0;
        qint64 nodesBefore = 0;
        qsizetype pathLength = 0;  ///< of this container's own path
    };
    struct Anchored {
        QCborValue value;
        qint64 nodes = 0;
    };

    bool expectsKey() const { return !m_open.empty() && m_open.back().isMap && !m_open.back().key; }
    void fail(const QString& message, const YAML::Mark& mark);
    void takeKey(const QString& key, const YAML::Mark& mark);
    bool beginValue(const YAML::Mark& mark, qint64 nodes);
    void finishValue(const QCborValue& value, YAML::anchor_t anchor, qint64 nodes);
    void open(bool isMap, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor);
    void close();
    void record(const YAML::Mark& mark);

    Position m_lastQuoted;
    Document m_document;
    std::optional<Failure> m_failure;
    Position m_start;
    bool m_isEmpty = true;
    std::vector<Container> m_open;
    QHash<YAML::anchor_t, Anchored> m_anchors;
    QString m_path;  ///< of the value that is being read
    qint64 m_nodes = 0;
    qint64 m_pathText = 0;
};

}  // namespace fos1::yaml
