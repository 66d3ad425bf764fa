// SPDX-License-Identifier: GPL-2.0-or-later
// The way of desired state into the store when somebody who answers later has to be asked: a transaction is held until
// its answers are there, and those after it wait behind it, so that they are taken in the order in which they came and
// each in one step. Must not know who is asked, nor any kind.
#pragma once

#include <QObject>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "resources/opinion.h"
#include "resources/resource_store.h"

namespace fos1::host {

class ReconcileQueue;
class StatusStore;
class EventLog;

class AdmissionDesk : public QObject {
    Q_OBJECT
   public:
    /// Asks those who answer later about an object that is acceptable otherwise. False when there are none: then
    /// nothing is answered. The answer may come from inside the call.
    using Ask = std::function<bool(const StoredObject& object, OnOpinion answered)>;

    /// All of them outlive the desk.
    struct Stores {
        ResourceStore& resources;
        ReconcileQueue& queue;
        StatusStore& status;
        EventLog& events;
    };

    AdmissionDesk(const Stores& stores, Ask ask, QObject* parent = nullptr);
    ~AdmissionDesk() override;

    /// Takes the transaction, and opens the queue when its source `isSynced`, now or when every answer to it and to
    /// those before it is there. The result tells what is known now; what is refused later is an event and a condition
    /// of the objects concerned and of the source.
    ResourceStore::Result apply(ResourceStore::Transaction transaction, bool isSynced);

    /// Whether there is desired state that the store does not have yet.
    [[nodiscard]] bool isHolding() const { return !m_held.empty(); }

    /// Runs `act` when what has been applied by now is taken.
    void whenTaken(std::function<void()> act);

   private:
    struct Held;
    struct Refused {
        QString owner;
        std::vector<ObjectKey> marked;  ///< objects with our condition
        QStringList messages;
    };
    void settle();
    ResourceStore::Result finish(const Held& held, ResourceStore::Result result);
    void tellUnasked(const Held& held);
    void tellRefusals(const Held& held, const ResourceStore::Result& result);
    void forgetRefusals(const ResourceStore::Transaction& transaction, const ResourceStore::Result& result);
    void tellSource(const QString& owner);

    Stores m_stores;
    Ask m_ask;
    std::deque<std::unique_ptr<Held>> m_held;
    std::map<QString, Refused> m_refused;  ///< by origin: what its source was not told in an answer
};

}  // namespace fos1::host
