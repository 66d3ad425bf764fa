// SPDX-License-Identifier: GPL-2.0-or-later
// One run of a plugin, in this process or in a runner: what the supervisor may ask of it and is told by it.
#pragma once

#include <QCborMap>
#include <QObject>
#include <QString>
#include <QStringList>
#include <memory>

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
    virtual void stop(Ticket ticket) = 0;

    /// Ends a run that gives no answer; nothing is told of it any more. False when that is beyond us.
    virtual bool abandon() = 0;

    /// What the plugin's own checks say of an admitted object; nothing when they cannot be asked from here.
    virtual Errors validate(const QCborMap& object) = 0;

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
    /// A call took longer than its budget.
    void slow(const QString& call, qint64 ms);
    /// Something an operator should know; `reason` is CamelCase.
    void remarked(const QString& reason, const QString& message);

   protected:
    std::unique_ptr<PluginFacade> m_facade;
};

}  // namespace fos1::host
