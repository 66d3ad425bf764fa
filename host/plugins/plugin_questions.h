// SPDX-License-Identifier: GPL-2.0-or-later
// What plugins are asked: about desired state that is not stored yet, for a page, to store an object. Each question is
// answered exactly once. Must not know what a plugin does, nor where it runs.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "fos1/desired.h"
#include "plugins/pending_calls.h"
#include "plugins/pending_questions.h"
#include "plugins/plugin_record.h"
#include "resources/opinion.h"

namespace fos1::host {

class ReconcileQueue;

/// What one plugin says that it would do (IPreviewer), or why it does not say.
struct PluginPreview {
    QString plugin;
    Result<QCborMap> answer;
};

class PluginQuestions {
   public:
    using Records = std::vector<std::unique_ptr<PluginRecord>>;
    static constexpr int kMaxOpenPages = 64;  ///< of one plugin

    /// All of them outlive this object. `writes`: where the completions of writes arrive.
    PluginQuestions(const Records& plugins, ReconcileQueue& tickets, PendingCalls& writes);

    /// Semantic mistakes of an object, as the plugins in this process that reconcile its kind see them.
    [[nodiscard]] Errors validate(const QCborMap& object) const;

    /// The same of those in runners, once each has answered or cannot. False when there is none: then nothing is
    /// answered.
    bool askValidators(const QCborMap& object, OnOpinion answered);
    /// Whether a plugin for this kind ("group/version/Kind") runs in a runner.
    [[nodiscard]] bool isInRunner(const QString& kind) const;

    /// Asks the running plugins that reconcile one of `kinds` what they would do with the snapshot of their own kinds.
    using SnapshotOf = std::function<QCborMap(const QStringList& kinds)>;
    using OnPreviews = std::function<void(const std::vector<PluginPreview>&)>;
    void preview(const QStringList& kinds, const SnapshotOf& snapshotOf, OnPreviews answered);

    /// A page of a plugin's (IPages): a document (fos1/page.h) that was checked, or why there is none.
    using OnPage = std::function<void(const Result<QCborMap>&)>;
    void page(const QString& pluginId, const QString& name, const QString& argument, OnPage answered);

    /// Stores (`object`) or removes (its key) through the source that can write; `done` is called exactly once.
    using Done = std::function<void(Outcome, const QString& message)>;
    void write(const QCborMap& object, Done done);
    void erase(const ObjectKey& key, Done done);

    /// The plugin's answer to a question. Void when it has none (any more).
    void answer(quint64 question, const QString& pluginId, const Result<QCborMap>& answer) {
        m_questions.answer(question, pluginId, answer);
    }
    /// Everything that this plugin still has to answer.
    void failAll(const QString& pluginId, const QString& why) { m_questions.failAll(pluginId, why); }

   private:
    [[nodiscard]] Result<PluginRecord*> pageOwner(const QString& pluginId, const QString& name) const;
    [[nodiscard]] PluginRecord* writer() const;
    Ticket expectWrite(const PluginRecord& writer, Done done);

    const Records& m_plugins;
    ReconcileQueue& m_tickets;
    PendingCalls& m_writes;
    PendingQuestions m_questions;
    std::map<QString, int> m_openPages;  ///< by plugin
};

}  // namespace fos1::host
