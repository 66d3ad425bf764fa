// SPDX-License-Identifier: GPL-2.0-or-later
#include "resources/admission_desk.h"

#include <algorithm>
#include <utility>

#include "fos1/condition.h"
#include "fos1/logging.h"
#include "resources/reconcile_queue.h"
#include "status/event_log.h"
#include "status/status_store.h"

namespace fos1::host {

namespace {

FOS1_LOG(lcAdmission, "host.admission")

const QString kCondition = QStringLiteral("Accepted");
const QString kSourceCondition = QStringLiteral("ObjectsAccepted");
const QString kReason = QStringLiteral("RefusedByPlugin");

bool isSame(const Refusal& a, const Refusal& b) {
    return a.origin == b.origin && a.index == b.index && a.error.path == b.error.path &&
           a.error.message == b.error.message;
}

}  // namespace

struct AdmissionDesk::Held {
    ResourceStore::Transaction transaction;
    bool isSynced = false;
    ResourceStore::Examined examined;  ///< as of the transaction's arrival
    int open = 1;                      ///< answers still outstanding, plus one while the questions are sent
    std::map<QString, int> unasked;    ///< number of objects, by plugin that did not check them
    std::vector<std::function<void()>> afterwards;
};

AdmissionDesk::AdmissionDesk(const Stores& stores, Ask ask, QObject* parent)
    : QObject(parent), m_stores(stores), m_ask(std::move(ask)) {}

AdmissionDesk::~AdmissionDesk() = default;

ResourceStore::Result AdmissionDesk::apply(ResourceStore::Transaction transaction, bool isSynced) {
    m_held.push_back(std::make_unique<Held>());
    // It stays alive until its last answer arrives.
    Held& held = *m_held.back();
    held.transaction = std::move(transaction);
    held.isSynced = isSynced;
    held.examined = m_stores.resources.examine(held.transaction);
    for (const auto& [origin, objects] : held.examined.admitted) {
        for (std::size_t i = 0; i < objects.size(); ++i) {
            ++held.open;
            const bool isAsked = m_ask(objects[i], [this, &held, origin = origin, i](const Opinion& opinion) {
                for (const Error& error : opinion.errors)
                    held.transaction.objections.push_back({origin, static_cast<qsizetype>(i), error});
                for (const QString& who : opinion.unasked) ++held.unasked[who];
                if (--held.open == 0) settle();
            });
            if (!isAsked) --held.open;
        }
    }
    if (--held.open == 0 && m_held.size() == 1) {
        const std::unique_ptr<Held> own = std::move(m_held.front());
        m_held.pop_front();
        ResourceStore& store = m_stores.resources;
        return finish(*own, own->transaction.objections.empty() ? store.take(own->transaction, std::move(own->examined))
                                                                : store.apply(own->transaction));
    }
    return {held.examined.refusals, 0};
}

void AdmissionDesk::whenTaken(std::function<void()> act) {
    if (m_held.empty()) return act();
    m_held.back()->afterwards.push_back(std::move(act));
}

void AdmissionDesk::settle() {
    while (!m_held.empty() && m_held.front()->open == 0) {
        const std::unique_ptr<Held> held = std::move(m_held.front());
        m_held.pop_front();
        // Other transactions were applied since this one arrived, so it is examined again.
        const ResourceStore::Result result = finish(*held, m_stores.resources.apply(held->transaction));
        tellRefusals(*held, result);
        for (const auto& act : held->afterwards) act();
    }
}

ResourceStore::Result AdmissionDesk::finish(const Held& held, ResourceStore::Result result) {
    forgetRefusals(held.transaction, result);
    if (held.isSynced) m_stores.queue.open();
    tellUnasked(held);
    return result;
}

void AdmissionDesk::tellUnasked(const Held& held) {
    for (const auto& [who, count] : held.unasked) {
        const QString message = QStringLiteral("%1 objects were accepted without the checks of %2").arg(count).arg(who);
        qCWarning(lcAdmission).noquote() << message;
        m_stores.events.warning(QStringLiteral("NotChecked"), message);
    }
}

/// Reports the refusals that the answer to the source's call did not contain.
void AdmissionDesk::tellRefusals(const Held& held, const ResourceStore::Result& result) {
    std::map<QString, QStringList> late;
    for (const Refusal& refusal : result.refusals) {
        const auto& known = held.examined.refusals;
        const auto origin = held.examined.admitted.find(refusal.origin);
        if (origin == held.examined.admitted.end() ||
            std::any_of(known.begin(), known.end(), [&](const Refusal& one) { return isSame(one, refusal); }))
            continue;
        const ObjectKey key = origin->second.at(static_cast<std::size_t>(refusal.index)).key;
        const QString message = refusal.error.text();
        late[refusal.origin].append(key.text() + QStringLiteral(": ") + message);
        qCWarning(lcAdmission).noquote() << "refused object=" + key.kind + u'/' + key.name << "origin=" + refusal.origin
                                         << message;
        Event event{
            QStringLiteral("Warning"), QStringLiteral("Refused"), message, key, QStringLiteral("host"), 1, {}, {}};
        m_stores.events.record(event);
    }
    for (const auto& [origin, messages] : late) {
        Refused& refused = m_refused[origin];
        refused.owner = held.transaction.owner;
        refused.messages = messages;
        for (const StoredObject& object : held.examined.admitted.at(origin)) {
            if (!m_stores.resources.find(object.key)) continue;
            refused.marked.push_back(object.key);
            m_stores.status.setCondition(
                object.key, bad(kCondition, kReason,
                                QStringLiteral("The last good version stays in force: ") + messages.join(u'\n'))
                                .toCbor());
        }
    }
    if (!late.empty()) tellSource(held.transaction.owner);
}

void AdmissionDesk::forgetRefusals(const ResourceStore::Transaction& transaction, const ResourceStore::Result& result) {
    const auto forgotten = std::erase_if(m_refused, [&](const auto& item) {
        const QString& origin = item.first;
        const Refused& refused = item.second;
        const bool isConcerned =
            transaction.isWhole || transaction.replace.contains(origin) || transaction.remove.contains(origin);
        const bool isRefused = std::any_of(result.refusals.begin(), result.refusals.end(),
                                           [&](const Refusal& refusal) { return refusal.origin == origin; });
        if (refused.owner != transaction.owner || !isConcerned || isRefused) return false;
        for (const ObjectKey& key : refused.marked) m_stores.status.removeCondition(key, kCondition);
        return true;
    });
    if (forgotten > 0) tellSource(transaction.owner);
}

/// A source sets its own condition to True when our answers contain no refusal, so late refusals get a condition of
/// their own.
void AdmissionDesk::tellSource(const QString& owner) {
    QStringList messages;
    for (const auto& [origin, refused] : m_refused)
        if (refused.owner == owner) messages.append(origin + QStringLiteral(": ") + refused.messages.join(u'\n'));
    const ObjectKey key = StatusStore::pluginKey(owner);
    if (messages.isEmpty())
        m_stores.status.removeCondition(key, kSourceCondition);
    else
        m_stores.status.setCondition(key, bad(kSourceCondition, kReason, messages.join(u'\n')).toCbor());
}

}  // namespace fos1::host
