// SPDX-License-Identifier: GPL-2.0-or-later
// What PluginSupervisor asks plugins about desired state that is not stored yet, and asks them to store.
#include <algorithm>
#include <utility>

#include "fos1/features/previewer.h"
#include "fos1/features/validator.h"
#include "plugins/plugin_supervisor.h"
#include "plugins/verdict.h"
#include "resources/reconcile_queue.h"

namespace fos1::host {

namespace {

constexpr std::chrono::milliseconds kWriteDeadline{5'000};

/// Answers to some questions, together. Shared by the questions, and gone with the last of them.
template <typename Answers>
struct Gathering {
    Answers answers = {};
    int open = 1;  ///< one for who asks
    std::function<void(const Answers&)> done;

    void close() {
        if (--open == 0) done(answers);
    }
};

/// "group/version/Kind".
QString kindOf(const QCborMap& object) {
    return object.value(QStringLiteral("apiVersion")).toString() + u'/' +
           object.value(QStringLiteral("kind")).toString();
}

bool isUp(const PluginRecord& record) {
    return record.instance && (record.state == PluginState::Starting || record.state == PluginState::Running);
}

/// Whether it is to come back by itself.
bool isAway(const PluginRecord& record) {
    return record.state == PluginState::Restarting || record.state == PluginState::Resting;
}

}  // namespace

Errors PluginSupervisor::validate(const QCborMap& object) const {
    Errors errors;
    const QString kind = kindOf(object);
    for (const auto& record : m_plugins) {
        const bool canAsk = record->instance && record->state != PluginState::Failed;
        if (!canAsk || !record->metadata.kinds.contains(kind)) continue;
        const Errors found = record->instance->validate(object);
        errors.insert(errors.end(), found.begin(), found.end());
    }
    return errors;
}

bool PluginSupervisor::isInRunner(const QString& kind) const {
    return std::any_of(m_plugins.begin(), m_plugins.end(), [&kind](const auto& record) {
        return record->isolation == Isolation::Remote && record->metadata.kinds.contains(kind);
    });
}

bool PluginSupervisor::askValidators(const QCborMap& object, OnOpinion answered) {
    const QString kind = kindOf(object);
    const auto gathering = std::make_shared<Gathering<Opinion>>();
    std::vector<PluginRecord*> toAsk;
    for (const auto& record : m_plugins) {
        if (record->isolation != Isolation::Remote || !record->metadata.kinds.contains(kind)) continue;
        if (isUp(*record) && record->instance->isToBeAsked(IValidator::kIid))
            toAsk.push_back(record.get());
        else if (isAway(*record) && record->isValidator)
            gathering->answers.unasked.append(QStringLiteral("%1, which is %2").arg(record->id, toText(record->state)));
    }
    if (toAsk.empty() && gathering->answers.unasked.isEmpty()) return false;
    gathering->done = std::move(answered);
    for (PluginRecord* record : toAsk) {
        ++gathering->open;
        const QString id = record->id;
        const quint64 question = m_questions.expect(id, [gathering, id](const Result<QCborMap>& answer) {
            const Result<Errors> verdict = answer.and_then(verdictOf);
            if (verdict)
                gathering->answers.errors.insert(gathering->answers.errors.end(), verdict->begin(), verdict->end());
            else
                gathering->answers.unasked.append(id + QStringLiteral(": ") + verdict.error().text());
            gathering->close();
        });
        if (!record->instance->askValidator(question, object))
            m_questions.answer(question, id,
                               failure(ErrorCode::Io, QStringLiteral("its link does not take the object")));
    }
    gathering->close();
    return true;
}

void PluginSupervisor::preview(const QStringList& kinds, const SnapshotOf& snapshotOf, OnPreviews answered) {
    const auto gathering = std::make_shared<Gathering<std::vector<PluginPreview>>>();
    gathering->done = std::move(answered);
    for (const auto& record : m_plugins) {
        const QStringList& own = record->metadata.kinds;
        const bool isConcerned =
            record->state == PluginState::Running && record->instance &&
            std::any_of(own.begin(), own.end(), [&](const QString& k) { return kinds.contains(k); });
        if (!isConcerned) continue;
        if (auto answer = record->instance->preview(snapshotOf(own)))
            gathering->answers.push_back({record->id, std::move(*answer)});
        if (!record->instance->isToBeAsked(IPreviewer::kIid)) continue;
        ++gathering->open;
        const QString id = record->id;
        const quint64 question = m_questions.expect(id, [gathering, id](const Result<QCborMap>& answer) {
            gathering->answers.push_back({id, answer});
            gathering->close();
        });
        if (!record->instance->askPreviewer(question, snapshotOf(own)))
            m_questions.answer(question, id,
                               failure(ErrorCode::Io, QStringLiteral("its link does not take the desired state")));
    }
    gathering->close();
}

PluginRecord* PluginSupervisor::writer() const {
    const auto it = std::find_if(m_plugins.begin(), m_plugins.end(), [](const auto& record) {
        return record->state == PluginState::Running && record->instance->isWriter();
    });
    return it == m_plugins.end() ? nullptr : it->get();
}

void PluginSupervisor::write(const QCborMap& object, Done done) {
    PluginRecord* to = writer();
    if (!to) return done(Outcome::Failed, QStringLiteral("no running plugin can store objects"));
    const Ticket ticket = m_services.queue.nextTicket();
    m_pending.expect(ticket, to->id, kWriteDeadline, std::move(done));
    to->instance->write(object, ticket);
}

void PluginSupervisor::erase(const ObjectKey& key, Done done) {
    PluginRecord* to = writer();
    if (!to) return done(Outcome::Failed, QStringLiteral("no running plugin can remove objects"));
    const Ticket ticket = m_services.queue.nextTicket();
    m_pending.expect(ticket, to->id, kWriteDeadline, std::move(done));
    to->instance->erase(key.toCbor(), ticket);
}

}  // namespace fos1::host
