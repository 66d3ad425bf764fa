// SPDX-License-Identifier: MIT
#include "fos1/testing/plugin_harness.h"

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QDir>
#include <QTimer>
#include <utility>

#include "fos1/features/change_reconciler.h"
#include "fos1/features/pages.h"

namespace fos1::testing {

using std::chrono::milliseconds;

PluginHarness::PluginHarness(const QString& file, const HarnessOptions& options)
    : m_options(options), m_loader(std::make_unique<QPluginLoader>(file)) {
    m_loader->setLoadHints(QLibrary::ResolveAllSymbolsHint | QLibrary::PreventUnloadHint);
    m_metadata = m_loader->metaData().value(QLatin1String("MetaData")).toObject();
    QObject* root = m_loader->instance();
    m_plugin = qobject_cast<IPlugin*>(root);
    if (!m_plugin) {
        m_error = root ? file + QStringLiteral(": its root object does not implement " FOS1_PLUGIN_IID)
                       : m_loader->errorString();
        return;
    }
    setUp(options);
}

PluginHarness::PluginHarness(IPlugin& plugin, QJsonObject metadata, const HarnessOptions& options)
    : m_options(options), m_metadata(std::move(metadata)), m_plugin(&plugin) {
    setUp(options);
}

PluginHarness::~PluginHarness() {
    if (m_isRunning) stop();
    // The next loader of this file creates a new object.
    if (m_loader && m_plugin) delete m_loader->instance();
}

void PluginHarness::setUp(const HarnessOptions& options) {
    const auto directory = [this](const QString& given, const QString& name) {
        const QString path = given.isEmpty() ? m_dir.filePath(name) : given;
        QDir().mkpath(path);
        return path;
    };
    m_stateDirectory = directory(options.stateDirectory, QStringLiteral("state"));
    m_runtimeDirectory = directory(options.runtimeDirectory, QStringLiteral("run"));
    m_host = std::make_unique<FakeHost>(
        m_metadata,
        FakeHost::Setup{withConfigDefaults(m_metadata, options.configuration), m_stateDirectory, m_runtimeDirectory});
}

QString PluginHarness::start() {
    const QString why = m_plugin->start(m_host.get());
    m_host->metrics.freeze();
    m_isRunning = why.isEmpty();
    return why;
}

quint64 PluginHarness::beginReconcile(const QCborArray& objects) {
    const QCborMap snapshot{{QStringLiteral("objects"), objects}};
    m_host->status.setObjects(desiredObjects(snapshot));
    const quint64 ticket = m_host->expect();
    m_plugin->reconcile(snapshot, ticket);
    return ticket;
}

Completion PluginHarness::reconcile(const QCborArray& objects) {
    return wait(beginReconcile(objects), m_options.reconcileDeadline);
}

Completion PluginHarness::reconcileChanges(const QCborArray& objects, const std::vector<ObjectKey>& removed) {
    auto* reconciler = static_cast<IChangeReconciler*>(m_plugin->query(QString::fromLatin1(IChangeReconciler::kIid)));
    if (!reconciler) return {};
    m_host->status.changeObjects(desiredObjects({{QStringLiteral("objects"), objects}}), removed);
    for (const QCborValue& object : objects) reconciler->changed(object.toMap());
    for (const ObjectKey& key : removed) reconciler->removed(key.toCbor());
    const quint64 ticket = m_host->expect();
    reconciler->reconcileChanges(ticket);
    return wait(ticket, m_options.reconcileDeadline);
}

std::optional<QCborMap> PluginHarness::page(const QString& name, const QString& argument) {
    auto* pages = static_cast<IPages*>(m_plugin->query(QString::fromLatin1(IPages::kIid)));
    if (!pages) return std::nullopt;
    const quint64 ticket = m_host->expect();
    pages->page(name, argument, ticket);
    waitFor([this, ticket] { return m_host->pages.document(ticket).has_value(); }, m_options.reconcileDeadline);
    return m_host->pages.document(ticket);
}

Completion PluginHarness::stop() {
    if (!m_isRunning) return m_stopped;
    m_isRunning = false;
    const quint64 ticket = m_host->expect();
    m_plugin->stop(ticket);
    m_stopped = wait(ticket, m_options.stopDeadline);
    return m_stopped;
}

Completion PluginHarness::wait(quint64 ticket, milliseconds deadline) {
    waitFor([this, ticket] { return m_host->isCompleted(ticket); }, deadline);
    return m_host->completion(ticket);
}

bool PluginHarness::waitFor(const std::function<bool()>& condition, milliseconds deadline) {
    const QDeadlineTimer end(deadline);
    // Wakes the loop for a condition that causes no event.
    QTimer wake;
    wake.start(milliseconds(5));
    while (!condition()) {
        if (end.hasExpired()) return false;
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }
    return true;
}

void PluginHarness::settle() {
    for (int turn = 0; turn < 2; ++turn) {
        bool isOver = false;
        QTimer::singleShot(0, [&isOver] { isOver = true; });
        while (!isOver) QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }
}

}  // namespace fos1::testing
