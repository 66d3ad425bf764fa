// SPDX-License-Identifier: GPL-2.0-or-later
// Questions to plugins: checks and previews of desired state that is not stored yet, pages, and requests to store an
// object. Each is answered exactly once. Must not know what a plugin does or where it runs.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "fos1/desired.h"
#include "fos1/slices.h"
#include "plugins/pending_calls.h"
#include "plugins/pending_questions.h"
#include "plugins/plugin_record.h"
#include "resources/opinion.h"

namespace fos1::host {

class ReconcileQueue;
template <typename Answers>
class Gathering;

/// One plugin's preview (IPreviewer), or why it has none.
struct PluginPreview {
    QString plugin;
    Result<QCborMap> answer;
};

class PluginQuestions {
   public:
    using Records = std::vector<std::unique_ptr<PluginRecord>>;
    static constexpr int kMaxOpenPages = 64;  ///< per plugin

    /// All arguments outlive this object. `writes` receives the completions of writes.
    PluginQuestions(const Records& plugins, ReconcileQueue& tickets, PendingCalls& writes);

    /// The semantic mistakes of an object that plugins in this process find, if they reconcile its kind.
    [[nodiscard]] Errors validate(const QCborMap& object) const;

    /// The same for plugins in runners, reported once each plugin has answered or failed to. False when there is no
    /// such plugin; then `answered` is not called.
    bool askValidators(const QCborMap& object, OnOpinion answered);
    /// Whether a plugin that reconciles this kind ("group/version/Kind") runs in a runner.
    [[nodiscard]] bool isInRunner(const QString& kind) const;

    /// Asks the running plugins that reconcile one of `kinds` what they would do with the snapshot of their own kinds,
    /// and then those that reconcile none what they would do with the topics that would change. Each one takes its time
    /// on the event loop, so they are asked on different turns: a copy of `snapshotOf` is kept until then.
    using SnapshotOf = std::function<QCborMap(const QStringList& kinds)>;
    using OnPreviews = std::function<void(const std::vector<PluginPreview>&)>;
    void preview(const QStringList& kinds, const SnapshotOf& snapshotOf, OnPreviews answered);

    /// Acts on a later turn, after the plugins that are to be asked by then.
    void later(std::function<void()> act);

    /// A page of a plugin (IPages): a checked document (fos1/page.h), or why there is none.
    using OnPage = std::function<void(const Result<QCborMap>&)>;
    void page(const QString& pluginId, const QString& name, const QString& argument, OnPage answered);

    /// Stores `object`, or removes the object with its key, through a source that can write. `done` is called exactly
    /// once.
    using Done = std::function<void(Outcome, const QString& message)>;
    void write(const QCborMap& object, Done done);
    /// `object`: its key, and what else ISpecWriter::erase() takes.
    void erase(const QCborMap& object, Done done);
    /// `change`: as ISpecMerger::merge() takes it.
    void merge(const QCborMap& change, Done done);

    /// Passes on the plugin's answer to a question. Has no effect when the question is no longer open.
    void answer(quint64 question, const QString& pluginId, const Result<QCborMap>& answer) {
        m_questions.answer(question, pluginId, answer);
    }
    /// Fails all open questions of this plugin.
    void failAll(const QString& pluginId, const QString& why) { m_questions.failAll(pluginId, why); }

   private:
    using PreviewGathering = Gathering<std::vector<PluginPreview>>;
    /// Asks a plugin on a later turn, if it still runs then.
    void askPreview(const QString& id, std::function<QCborMap()> whole,
                    const std::shared_ptr<PreviewGathering>& gathering);
    [[nodiscard]] bool actNext();
    void askPreviewNow(PluginRecord& record, const QCborMap& whole, const std::shared_ptr<PreviewGathering>& gathering);
    void previewTopics(std::vector<PluginPreview> previews, OnPreviews answered);
    [[nodiscard]] Result<PluginRecord*> pageOwner(const QString& pluginId, const QString& name) const;
    [[nodiscard]] PluginRecord* writer() const;
    Ticket expectWrite(const PluginRecord& writer, Done done);

    const Records& m_plugins;
    ReconcileQueue& m_tickets;
    PendingCalls& m_writes;
    PendingQuestions m_questions;
    std::map<QString, int> m_openPages;  ///< by plugin id
    std::deque<std::function<void()>> m_later;
    Slices m_turns{[this] { return actNext(); }};
};

}  // namespace fos1::host
