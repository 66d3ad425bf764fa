// SPDX-License-Identifier: GPL-2.0-or-later
// Admits desired state into the store when plugins that answer later must check it. A transaction is held until all its
// answers have arrived, and later transactions wait behind it. Transactions are therefore applied in the order in which
// they arrived, each in one step. Must not know which plugins are asked, nor any kind.
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
    /// Asks the plugins that answer later about an otherwise acceptable object. False when there is none; then
    /// `answered` is not called. The answer may arrive during the call.
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

    /// Applies the transaction, immediately or once every answer to it and to earlier transactions has arrived. Then
    /// opens the queue if its source `isSynced`. The result contains what is known now. A later refusal becomes an
    /// event and a condition of the objects concerned and of the source.
    ResourceStore::Result apply(ResourceStore::Transaction transaction, bool isSynced);

    /// Whether any desired state is not in the store yet.
    [[nodiscard]] bool isHolding() const { return !m_held.empty(); }

    /// Runs `act` once all transactions applied so far are in the store.
    void whenTaken(std::function<void()> act);

   private:
    struct Held;
    struct Refused {
        QString owner;
        std::vector<ObjectKey> marked;  ///< objects that carry our condition
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
    std::map<QString, Refused> m_refused;  ///< by origin: refusals that were not part of the answer to the source
};

}  // namespace fos1::host
