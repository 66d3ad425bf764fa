// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/local_instance.h"

#include <QElapsedTimer>
#include <exception>

#include "fos1/features/pages.h"
#include "fos1/features/previewer.h"
#include "fos1/features/validator.h"
#include "plugins/thrown.h"
#include "plugins/verdict.h"

namespace fos1::host {

namespace {
constexpr qint64 kCallbackBudgetMs = 50;
}

LocalInstance::LocalInstance(std::unique_ptr<PluginFacade> facade) : PluginInstance(std::move(facade)) {
    m_facade->setCallGuard([this](const char* what, const std::function<void()>& act) { call(what, act); });
    m_facade->setPageSink([this](quint64 ticket, const QCborMap& document) { Q_EMIT answered(ticket, document); });
}

LocalInstance::~LocalInstance() {
    if (m_plugin) m_loader.unload();
}

QString LocalInstance::load(const QString& file) {
    m_loader.setFileName(file);
    // Resolve every symbol now: a missing one then becomes the plugin's state, not a crash in the middle of a call.
    m_loader.setLoadHints(QLibrary::ResolveAllSymbolsHint | QLibrary::PreventUnloadHint);
    QString problem;
    QObject* root = nullptr;
    connect(this, &PluginInstance::failed, this, [&problem](const QString& why) { problem = why; });
    call("load", [&] { root = m_loader.instance(); });
    disconnect(this, &PluginInstance::failed, this, nullptr);
    if (!problem.isEmpty()) return problem;
    m_plugin = qobject_cast<IPlugin*>(root);
    if (m_plugin) return {};
    return root ? QStringLiteral("its root object does not implement " FOS1_PLUGIN_IID) : m_loader.errorString();
}

void LocalInstance::start() {
    QString why;
    bool hasReturned = false;
    call("start", [&] {
        why = m_plugin->start(m_facade.get());
        hasReturned = true;
    });
    if (!hasReturned) return;
    m_isStarted = why.isEmpty();
    Q_EMIT started(why);
}

void LocalInstance::reconcile(const QCborMap& snapshot, Ticket ticket) {
    call("reconcile", [&] { m_plugin->reconcile(snapshot, ticket); });
}

IChangeReconciler* LocalInstance::changeReconciler() {
    return static_cast<IChangeReconciler*>(m_plugin->query(QString::fromLatin1(IChangeReconciler::kIid)));
}

void LocalInstance::changed(const QCborMap& object) {
    call("reconcile", [&] { changeReconciler()->changed(object); });
}

void LocalInstance::removed(const ObjectKey& key) {
    call("reconcile", [&] { changeReconciler()->removed(key.toCbor()); });
}

void LocalInstance::reconcileChanges(Ticket ticket) {
    call("reconcile", [&] { changeReconciler()->reconcileChanges(ticket); });
}

void LocalInstance::stop(Ticket ticket) {
    call("stop", [&] { m_plugin->stop(ticket); });
}

Errors LocalInstance::validate(const QCborMap& object) {
    Errors errors;
    call("validate", [&] {
        auto* validator = static_cast<IValidator*>(m_plugin->query(QString::fromLatin1(IValidator::kIid)));
        if (validator) errors = verdictOf(validator->validate(object)).value_or(Errors());
    });
    return errors;
}

std::optional<QCborMap> LocalInstance::preview(const QCborMap& snapshot) {
    std::optional<QCborMap> answer;
    call("preview", [&] {
        auto* previewer = static_cast<IPreviewer*>(m_plugin->query(QString::fromLatin1(IPreviewer::kIid)));
        if (previewer) answer = previewer->preview(snapshot);
    });
    return answer;
}

/// Only pages are asked for by a question: checks and previews of a local plugin are synchronous calls.
bool LocalInstance::isToBeAsked(const char* iid) const {
    return QLatin1String(iid) == QLatin1String(IPages::kIid) && m_plugin->query(QString::fromLatin1(iid));
}

bool LocalInstance::askPage(quint64 question, const QString& name, const QString& argument) {
    call("page", [&] {
        auto* pages = static_cast<IPages*>(m_plugin->query(QString::fromLatin1(IPages::kIid)));
        if (pages) pages->page(name, argument, question);
    });
    return true;
}

ISpecWriter* LocalInstance::writer() {
    return m_plugin ? static_cast<ISpecWriter*>(m_plugin->query(QString::fromLatin1(ISpecWriter::kIid))) : nullptr;
}

void LocalInstance::write(const QCborMap& object, Ticket ticket) {
    call("write", [&] { writer()->write(object, ticket); });
}

void LocalInstance::erase(const QCborMap& object, Ticket ticket) {
    call("erase", [&] { writer()->erase(object, ticket); });
}

ISpecMerger* LocalInstance::merger() {
    return m_plugin ? static_cast<ISpecMerger*>(m_plugin->query(QString::fromLatin1(ISpecMerger::kIid))) : nullptr;
}

void LocalInstance::merge(const QCborMap& change, Ticket ticket) {
    call("merge", [&] { merger()->merge(change, ticket); });
}

void LocalInstance::call(const char* what, const std::function<void()>& act) {
    QElapsedTimer timer;
    timer.start();
    try {
        act();
    } catch (...) {
        Q_EMIT failed(QStringLiteral("threw from ") + QLatin1String(what) + textOf(std::current_exception()));
        return;
    }
    // Loading and starting may link libraries and create directories. The budget applies to calls during which other
    // plugins wait.
    if (const qint64 ms = timer.elapsed(); ms > kCallbackBudgetMs && m_isStarted)
        Q_EMIT slow(QString::fromLatin1(what), ms);
}

}  // namespace fos1::host
