// SPDX-License-Identifier: GPL-2.0-or-later
#include "crd_watcher_plugin.h"

#include <QFileInfo>

#include "fos1/logging.h"
#include "manifest_writer.h"

namespace fos1::crd {

namespace {

FOS1_LOG(lcWatcher, "crd-watcher")

constexpr const char* kManifestsValid = "ManifestsValid";
constexpr const char* kAccepted = "Accepted";

}  // namespace

QString CrdWatcherPlugin::start(IHost* host) {
    m_host.emplace(*host);
    auto* sink = feature<ISpecSource>(*host);
    const QString directory = host->configuration().value(QStringLiteral("directory")).toString();
    m_source = std::make_unique<DirectorySource>(
        directory, [sink](const QCborMap& transaction) { return sink->apply(transaction); });
    m_watch = std::make_unique<DirectoryWatch>(directory);
    connect(m_watch.get(), &DirectoryWatch::changed, this, &CrdWatcherPlugin::scan);
    m_watch->start();
    return {};
}

void CrdWatcherPlugin::reconcile(const QCborMap& /*snapshot*/, quint64 ticket) { m_host->succeed(ticket); }

void CrdWatcherPlugin::stop(quint64 ticket) {
    m_watch->stop();
    m_host->succeed(ticket);
}

IInterface* CrdWatcherPlugin::query(const QString& iid) {
    return iid == QLatin1String(ISpecWriter::kIid) ? static_cast<ISpecWriter*>(this) : nullptr;
}

void CrdWatcherPlugin::scan(const QSet<QString>& names) {
    m_source->scan(names);
    report();
    markObjects();
}

void CrdWatcherPlugin::report() {
    const QStringList problems = m_source->problems();
    const bool isValid = problems.isEmpty();
    m_host->setCondition(Condition{
        kManifestsValid, isValid ? ConditionStatus::True : ConditionStatus::False,
        isValid ? QStringLiteral("AllAccepted") : QStringLiteral("ManifestInvalid"),
        isValid ? QStringLiteral("Every manifest in %1 is in force.").arg(m_source->directory()) : problems.join(u'\n'),
        0});
    for (const QString& problem : problems) {
        if (m_reported.contains(problem)) continue;
        qCWarning(lcWatcher).noquote() << problem;
        m_host->warning(QStringLiteral("ManifestInvalid"), problem);
    }
    if (isValid && !m_reported.isEmpty()) {
        qCInfo(lcWatcher) << "all manifests are valid again";
        m_host->normal(QStringLiteral("ManifestsValid"), QStringLiteral("All manifests are valid again."));
    }
    m_reported = problems;
}

void CrdWatcherPlugin::markObjects() {
    std::set<ObjectKey> marked;
    for (const auto& [path, file] : m_source->files()) {
        if (file.problems.isEmpty()) continue;
        for (const ObjectKey& key : file.accepted) {
            marked.insert(key);
            m_host->setCondition(
                key,
                Condition{kAccepted, ConditionStatus::False, QStringLiteral("ManifestInvalid"),
                          QStringLiteral("The last good version stays in force: ") + file.problems.join(u'\n'), 0});
        }
    }
    for (const ObjectKey& key : m_marked)
        if (!marked.contains(key)) m_host->removeCondition(key, kAccepted);
    m_marked = std::move(marked);
}

void CrdWatcherPlugin::write(const QCborMap& object, quint64 ticket) {
    finish(ticket, writeManifest(*m_source, object));
}

void CrdWatcherPlugin::erase(const QCborMap& object, quint64 ticket) {
    finish(ticket, eraseManifest(*m_source, ObjectKey::fromCbor(object)));
}

void CrdWatcherPlugin::finish(quint64 ticket, const Result<QString>& path) {
    if (!path) return m_host->fail(ticket, path.error().text());
    scan({QFileInfo(*path).fileName()});
    const auto file = m_source->files().find(*path);
    if (file != m_source->files().end() && !file->second.problems.isEmpty())
        return m_host->fail(ticket, file->second.problems.join(u'\n'));
    m_host->succeed(ticket, *path);
}

}  // namespace fos1::crd
