// SPDX-License-Identifier: GPL-2.0-or-later
// One run of a plugin, in this process or in a runner: what the supervisor may ask of it and is told by it.
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

namespace fos1::host {

class PluginInstance : public QObject {
    Q_OBJECT
   public:
    /// The facade belongs to this run and ends with it.
    explicit PluginInstance(std::unique_ptr<PluginFacade> facade) : m_facade(std::move(facade)) {}

    /// Answered by started() or failed(), once.
    virtual void start() = 0;
    virtual void reconcile(const QCborMap& snapshot, Ticket ticket) = 0;
    /// Whether these take the place of reconcile() (IChangeReconciler).
    virtual bool takesChanges() { return false; }
    virtual void changed(const QCborMap& /*object*/) {}
    virtual void removed(const ObjectKey& /*key*/) {}
    virtual void reconcileChanges(Ticket /*ticket*/) {}
    virtual void stop(Ticket ticket) = 0;

    /// Ends a run that gives no answer; nothing is told of it any more. False when that is beyond us.
    virtual bool abandon() = 0;

    /// What the plugin's own checks say of an admitted object; nothing when they are asked by askValidator().
    virtual Errors validate(const QCborMap& /*object*/) { return {}; }

    /// What the plugin says that it would do; nothing when it does not say, or is asked by askPreviewer().
    virtual std::optional<QCborMap> preview(const QCborMap& /*snapshot*/) { return std::nullopt; }

    /// Whether it may have an answer to questions for the interface `iid`: it offers it, or has not said yet.
    [[nodiscard]] virtual bool isToBeAsked(const char* /*iid*/) const { return false; }

    /// The same two, answered later by answered() or unanswered(), unless this run ends before. False when the question
    /// cannot be put; then there is no answer. An askValidator() before the plugin is loaded waits for that.
    virtual bool askValidator(quint64 /*question*/, const QCborMap& /*object*/) { return false; }
    virtual bool askPreviewer(quint64 /*question*/, const QCborMap& /*snapshot*/) { return false; }

    /// Asks for a page (IPages); answered like the others, maybe after it returned.
    virtual bool askPage(quint64 question, const QString& name, const QString& argument) = 0;

    /// Whether it can store objects, and having it do so.
    virtual bool isWriter() = 0;
    virtual void write(const QCborMap& object, Ticket ticket) = 0;
    virtual void erase(const QCborMap& object, Ticket ticket) = 0;

    /// Of a runner; 0 in this process.
    [[nodiscard]] virtual qint64 pid() const { return 0; }

    [[nodiscard]] PluginFacade& facade() { return *m_facade; }

   Q_SIGNALS:
    /// `why` is empty when it runs.
    void started(const QString& why);
    /// It threw, ended, hung or sent garbage: nothing works any more.
    void failed(const QString& reason);
    /// What the plugin says to a question, or why it says nothing; the second may follow the first and is then void.
    void answered(quint64 question, const QCborMap& answer);
    void unanswered(quint64 question, const QString& why);
    /// A call took longer than its budget.
    void slow(const QString& call, qint64 ms);
    /// Something an operator should know; `reason` is CamelCase.
    void remarked(const QString& reason, const QString& message);

   protected:
    std::unique_ptr<PluginFacade> m_facade;
};

}  // namespace fos1::host
