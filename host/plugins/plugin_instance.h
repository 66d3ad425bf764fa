// SPDX-License-Identifier: GPL-2.0-or-later
// One run of a plugin, in this process or in a runner: the calls that the supervisor makes and the signals it receives.
#pragma once

#include <QCborMap>
#include <QObject>
#include <QString>
#include <QStringList>
#include <memory>
#include <optional>

#include "fos1/desired.h"
#include "fos1/result.h"
#include "plugins/plugin_facade.h"
#include "trees/usage.h"

namespace fos1::host {

class PluginInstance : public QObject {
    Q_OBJECT
   public:
    /// The facade belongs to this run and is deleted with it.
    explicit PluginInstance(std::unique_ptr<PluginFacade> facade) : m_facade(std::move(facade)) {}

    /// Answered once, by started() or failed().
    virtual void start() = 0;
    virtual void reconcile(const QCborMap& snapshot, Ticket ticket) = 0;
    /// Whether the plugin takes the following calls instead of reconcile() (IChangeReconciler).
    virtual bool takesChanges() { return false; }
    virtual void changed(const QCborMap& /*object*/) {}
    virtual void removed(const ObjectKey& /*key*/) {}
    virtual void reconcileChanges(Ticket /*ticket*/) {}
    virtual void stop(Ticket ticket) = 0;

    /// Abandons a run that does not answer; no signal follows. False when this is not possible.
    virtual bool abandon() = 0;

    /// The errors that the plugin's own checks find in an admitted object. Empty when the checks go through
    /// askValidator().
    virtual Errors validate(const QCborMap& /*object*/) { return {}; }

    /// The plugin's preview. Nothing when it has none, or when the preview goes through askPreviewer().
    virtual std::optional<QCborMap> preview(const QCborMap& /*snapshot*/) { return std::nullopt; }

    /// Whether to put questions for the interface `iid` to the plugin: it offers the interface, or is not loaded yet.
    [[nodiscard]] virtual bool isToBeAsked(const char* /*iid*/) const { return false; }

    /// The same two questions, answered later by answered() or unanswered() unless this run ends before. False when the
    /// question cannot be sent; then there is no answer. An askValidator() before the plugin is loaded waits until it
    /// is.
    virtual bool askValidator(quint64 /*question*/, const QCborMap& /*object*/) { return false; }
    virtual bool askPreviewer(quint64 /*question*/, const QCborMap& /*snapshot*/) { return false; }

    /// Asks for a page (IPages). Answered like the others, possibly after the call returned.
    virtual bool askPage(quint64 question, const QString& name, const QString& argument) = 0;

    /// Whether the plugin can store objects, and the calls that make it do so.
    virtual bool isWriter() = 0;
    virtual void write(const QCborMap& object, Ticket ticket) = 0;
    virtual void erase(const QCborMap& object, Ticket ticket) = 0;
    /// Likewise, for single fields (ISpecMerger).
    virtual bool isMerger() { return false; }
    virtual void merge(const QCborMap& /*change*/, Ticket /*ticket*/) {}

    /// The process id of the runner; 0 in this process.
    [[nodiscard]] virtual qint64 pid() const { return 0; }
    /// What the runner and all that it started use; and what keeps hold of them, for people.
    [[nodiscard]] virtual trees::Usage usage() { return {}; }
    [[nodiscard]] virtual QString protection() const { return {}; }

    [[nodiscard]] PluginFacade& facade() { return *m_facade; }

    /// An object, or a snapshot, as the plugin may see it.
    [[nodiscard]] QCborMap shown(const QCborMap& object) const { return m_facade ? m_facade->shown(object) : object; }
    [[nodiscard]] QCborMap shownSnapshot(const QCborMap& snapshot) const {
        return m_facade ? m_facade->shownSnapshot(snapshot) : snapshot;
    }

   Q_SIGNALS:
    /// The plugin runs when `why` is empty; otherwise `why` is the reason why it does not.
    void started(const QString& why);
    /// The plugin threw, exited, hung or sent invalid data. No further call works.
    void failed(const QString& reason);
    /// The plugin's answer to a question, or why there is none. An unanswered() may follow an answered() and then has
    /// no effect.
    void answered(quint64 question, const QCborMap& answer);
    void unanswered(quint64 question, const QString& why);
    /// A call took longer than its budget.
    void slow(const QString& call, qint64 ms);
    /// A remark for the operator; `reason` is CamelCase.
    void remarked(const QString& reason, const QString& message);

   protected:
    std::unique_ptr<PluginFacade> m_facade;
};

}  // namespace fos1::host
