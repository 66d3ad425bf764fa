// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/plugin_questions.h"

#include <algorithm>
#include <utility>

#include "fos1/features/pages.h"
#include "fos1/features/previewer.h"
#include "fos1/features/validator.h"
#include "fos1/page.h"
#include "plugins/verdict.h"
#include "resources/gathering.h"
#include "resources/reconcile_queue.h"

namespace fos1::host {

namespace {

constexpr std::chrono::milliseconds kWriteDeadline{5'000};

/// "group/version/Kind".
QString kindOf(const QCborMap& object) {
    return object.value(QStringLiteral("apiVersion")).toString() + u'/' +
           object.value(QStringLiteral("kind")).toString();
}

bool isUp(const PluginRecord& record) {
    return record.instance && (record.state == PluginState::Starting || record.state == PluginState::Running);
}

bool isRunning(const PluginRecord& record) { return record.instance && record.state == PluginState::Running; }

/// Whether the plugin is expected to run again by itself.
bool isAway(const PluginRecord& record) {
    return record.state == PluginState::Restarting || record.state == PluginState::Resting;
}

/// The document that a plugin replied with, or the error that it replied with. A document from a runner is checked
/// here; in the host's process, the plugin's facade has checked it.
Result<QCborMap> documentOf(const QCborMap& answer, Isolation where) {
    if (where != Isolation::Local)
        if (const auto good = page::check(answer); !good)
            return failure(ErrorCode::Protocol,
                           QStringLiteral("the answer is not a valid page: ") + good.error().text());
    const QCborValue error = answer.value(QStringLiteral("error"));
    if (error.isString()) return failure(ErrorCode::NotFound, error.toString());
    return answer;
}

}  // namespace

PluginQuestions::PluginQuestions(const Records& plugins, ReconcileQueue& tickets, PendingCalls& writes)
    : m_plugins(plugins), m_tickets(tickets), m_writes(writes) {}

Errors PluginQuestions::validate(const QCborMap& object) const {
    Errors errors;
    const QString kind = kindOf(object);
    for (const auto& record : m_plugins) {
        const bool canAsk = record->instance && record->state != PluginState::Failed;
        if (!canAsk || !record->metadata.kinds.contains(kind)) continue;
        const Errors found = record->instance->validate(record->instance->shown(object));
        errors.insert(errors.end(), found.begin(), found.end());
    }
    return errors;
}

bool PluginQuestions::isInRunner(const QString& kind) const {
    return std::any_of(m_plugins.begin(), m_plugins.end(), [&kind](const auto& record) {
        return record->isolation == Isolation::Remote && record->metadata.kinds.contains(kind);
    });
}

bool PluginQuestions::askValidators(const QCborMap& object, OnOpinion answered) {
    const QString kind = kindOf(object);
    Opinion known;
    std::vector<PluginRecord*> toAsk;
    for (const auto& record : m_plugins) {
        if (record->isolation != Isolation::Remote || !record->metadata.kinds.contains(kind)) continue;
        if (isUp(*record) && record->instance->isToBeAsked(IValidator::kIid))
            toAsk.push_back(record.get());
        else if (isAway(*record) && record->isValidator)
            known.unasked.append(QStringLiteral("%1, which is %2").arg(record->id, toText(record->state)));
    }
    if (toAsk.empty() && known.unasked.isEmpty()) return false;
    const auto gathering = Gathering<Opinion>::begin(std::move(answered), std::move(known));
    for (PluginRecord* record : toAsk) {
        gathering->open();
        const QString id = record->id;
        const quint64 question = m_questions.expect(id, [gathering, id](const Result<QCborMap>& answer) {
            const Result<Errors> verdict = answer.and_then(verdictOf);
            if (verdict)
                gathering->answers.errors.insert(gathering->answers.errors.end(), verdict->begin(), verdict->end());
            else
                gathering->answers.unasked.append(id + QStringLiteral(": ") + verdict.error().text());
            gathering->close();
        });
        if (!record->instance->askValidator(question, record->instance->shown(object)))
            m_questions.answer(question, id,
                               failure(ErrorCode::Io, QStringLiteral("the object could not be sent over its link")));
    }
    gathering->close();
    return true;
}

void PluginQuestions::askPreview(const QString& id, std::function<QCborMap()> whole,
                                 const std::shared_ptr<PreviewGathering>& gathering) {
    gathering->open();
    later([this, id, whole = std::move(whole), gathering] {
        for (const auto& record : m_plugins)
            if (record->id == id && isRunning(*record)) askPreviewNow(*record, whole(), gathering);
        gathering->close();
    });
}

void PluginQuestions::later(std::function<void()> act) {
    m_later.push_back(std::move(act));
    m_turns.start();
}

bool PluginQuestions::actNext() {
    if (m_later.empty()) return false;
    const auto act = std::move(m_later.front());
    m_later.pop_front();
    act();
    return !m_later.empty();
}

void PluginQuestions::askPreviewNow(PluginRecord& record, const QCborMap& whole,
                                    const std::shared_ptr<PreviewGathering>& gathering) {
    const QCborMap snapshot = record.instance->shownSnapshot(whole);
    if (auto answer = record.instance->preview(snapshot)) gathering->answers.push_back({record.id, std::move(*answer)});
    if (!record.instance->isToBeAsked(IPreviewer::kIid)) return;
    gathering->open();
    const QString id = record.id;
    const quint64 question = m_questions.expect(id, [gathering, id](const Result<QCborMap>& answer) {
        gathering->answers.push_back({id, answer});
        gathering->close();
    });
    if (!record.instance->askPreviewer(question, snapshot))
        m_questions.answer(question, id,
                           failure(ErrorCode::Io, QStringLiteral("the desired state could not be sent over its link")));
}

void PluginQuestions::preview(const QStringList& kinds, const SnapshotOf& snapshotOf, OnPreviews answered) {
    const auto gathering =
        PreviewGathering::begin([this, answered = std::move(answered)](const std::vector<PluginPreview>& previews) {
            previewTopics(previews, answered);
        });
    for (const auto& record : m_plugins) {
        const QStringList& own = record->metadata.kinds;
        const bool isConcerned =
            std::any_of(own.begin(), own.end(), [&](const QString& k) { return kinds.contains(k); });
        if (isConcerned && isRunning(*record))
            askPreview(
                record->id, [snapshotOf, own] { return snapshotOf(own); }, gathering);
    }
    gathering->close();
}

/// What the previews say would be published is no news for people: it goes to the subscribers.
void PluginQuestions::previewTopics(std::vector<PluginPreview> previews, OnPreviews answered) {
    const QString key = QStringLiteral("publishes");
    QCborMap topics;
    for (PluginPreview& each : previews) {
        if (!each.answer || !each.answer->contains(key)) continue;
        const QCborMap published = each.answer->take(key).toMap();
        for (const auto& [topic, values] : published)
            if (!values.toMap().isEmpty()) topics.insert(topic, values);
    }
    const auto gathering = PreviewGathering::begin(std::move(answered), std::vector(std::move(previews)));
    for (const auto& record : m_plugins) {
        if (!isRunning(*record) || !record->metadata.kinds.isEmpty()) continue;
        QCborMap own;
        for (const auto& [topic, values] : topics)
            if (record->metadata.subscribes.contains(topic.toString())) own.insert(topic, values);
        if (!own.isEmpty())
            askPreview(
                record->id,
                [own] {
                    return QCborMap{{QStringLiteral("topics"), own}};
                },
                gathering);
    }
    gathering->close();
}

/// The plugin to ask for a page, or why it cannot be asked.
Result<PluginRecord*> PluginQuestions::pageOwner(const QString& pluginId, const QString& name) const {
    const auto found =
        std::find_if(m_plugins.begin(), m_plugins.end(), [&](const auto& record) { return record->id == pluginId; });
    if (found == m_plugins.end())
        return failure(ErrorCode::NotFound,
                       QStringLiteral("plugin %1 does not run here: host.yaml does not list it").arg(pluginId));
    PluginRecord* record = found->get();
    if (!record->metadata.hasPage(name))
        return failure(ErrorCode::NotFound, QStringLiteral("plugin %1 has no page \"%2\"").arg(pluginId, name));
    if (record->state != PluginState::Running || !record->instance) {
        const QString why = record->reason.isEmpty() ? QString() : QStringLiteral(": ") + record->reason;
        return failure(ErrorCode::Refused,
                       QStringLiteral("plugin %1 is %2%3").arg(pluginId, toText(record->state), why));
    }
    if (!record->instance->isToBeAsked(IPages::kIid))
        return failure(ErrorCode::Refused, QStringLiteral("plugin %1 does not implement pages").arg(pluginId));
    const auto open = m_openPages.find(pluginId);
    if (open != m_openPages.end() && open->second >= kMaxOpenPages)
        return failure(
            ErrorCode::Refused,
            QStringLiteral("plugin %1 already has %2 pending page requests").arg(pluginId).arg(kMaxOpenPages));
    return record;
}

void PluginQuestions::page(const QString& pluginId, const QString& name, const QString& argument, OnPage answered) {
    const auto owner = pageOwner(pluginId, name);
    if (!owner) return answered(tl::unexpected<Error>(owner.error()));
    ++m_openPages[pluginId];
    const auto onAnswer = [this, pluginId, where = (*owner)->isolation,
                           done = std::move(answered)](const Result<QCborMap>& answer) {
        --m_openPages[pluginId];
        const auto document = [where](const QCborMap& map) { return documentOf(map, where); };
        done(answer.and_then(document).map_error([&pluginId](const Error& error) {
            // The plugin's own message needs no prefix.
            const bool isItsOwn = error.code == ErrorCode::NotFound;
            return Error{error.code, isItsOwn ? error.text() : pluginId + QStringLiteral(": ") + error.text(), {}};
        }));
    };
    const quint64 question = m_questions.expect(pluginId, onAnswer);
    if (!(*owner)->instance->askPage(question, name, argument))
        m_questions.answer(question, pluginId,
                           failure(ErrorCode::Io, QStringLiteral("the request could not be sent over its link")));
}

PluginRecord* PluginQuestions::writer() const {
    const auto it = std::find_if(m_plugins.begin(), m_plugins.end(), [](const auto& record) {
        return record->state == PluginState::Running && record->instance->isWriter();
    });
    return it == m_plugins.end() ? nullptr : it->get();
}

Ticket PluginQuestions::expectWrite(const PluginRecord& writer, Done done) {
    const Ticket ticket = m_tickets.nextTicket();
    m_writes.expect(ticket, writer.id, kWriteDeadline, std::move(done));
    return ticket;
}

void PluginQuestions::write(const QCborMap& object, Done done) {
    PluginRecord* to = writer();
    if (!to) return done(Outcome::Failed, QStringLiteral("no running plugin can store objects"));
    to->instance->write(object, expectWrite(*to, std::move(done)));
}

void PluginQuestions::erase(const QCborMap& object, Done done) {
    PluginRecord* to = writer();
    if (!to) return done(Outcome::Failed, QStringLiteral("no running plugin can remove objects"));
    to->instance->erase(object, expectWrite(*to, std::move(done)));
}

void PluginQuestions::merge(const QCborMap& change, Done done) {
    PluginRecord* to = writer();
    if (!to || !to->instance->isMerger())
        return done(Outcome::Failed, QStringLiteral("no running plugin can change fields of objects"));
    to->instance->merge(change, expectWrite(*to, std::move(done)));
}

}  // namespace fos1::host
