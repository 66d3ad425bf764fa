// SPDX-License-Identifier: GPL-2.0-or-later
#include "directory_side.h"

#include <QFileInfo>
#include <algorithm>

#include "directory/manifest_writer.h"
#include "fos1/logging.h"

namespace fos1::crd {

namespace {

FOS1_LOG(lcWatcher, "crd-watcher")

/// Between attempts to read what could not be read.
constexpr std::chrono::milliseconds kFirstPause{500};
constexpr std::chrono::milliseconds kLongestPause{8000};
/// The targets of links are looked at this often.
constexpr std::chrono::milliseconds kLinksEach{2000};

constexpr const char* kManifestsValid = "ManifestsValid";
constexpr const char* kAccepted = "Accepted";

}  // namespace

DirectorySide::DirectorySide(const HostView& host, const QString& directory)
    : m_host(host),
      m_source(
          directory,
          [sink = feature<ISpecSource>(host.host())](const QCborMap& transaction) { return sink->apply(transaction); },
          [sink = feature<ISpecSource>(host.host())](const QCborArray& objects) {
              sink->apply({{QLatin1String(ISpecSource::kPrepare), objects}});
          }),
      m_watch(directory) {
    m_source.whenRead([this] { scan({}, Reading::Beside); });
    connect(&m_watch, &DirectoryWatch::changed, this,
            [this](const QSet<QString>& names) { scan(names, Reading::Beside); });
    m_again.setSingleShot(true);
    connect(&m_again, &QTimer::timeout, this, [this] { scan({}, Reading::Beside); });
}

void DirectorySide::scan(const QSet<QString>& names, Reading reading) {
    m_source.scan(names, reading);
    report();
    markObjects();
    if (m_source.isIncomplete()) {
        m_pause = std::clamp<std::chrono::milliseconds>(2 * m_pause, kFirstPause, kLongestPause);
        m_again.start(m_pause);
    } else {
        m_pause = std::chrono::milliseconds(0);
        if (m_source.hasLinks())
            m_again.start(kLinksEach);
        else
            m_again.stop();
    }
}

void DirectorySide::report() {
    const QStringList problems = m_source.problems();
    const bool isValid = problems.isEmpty();
    // Whether all are valid is known when all are read.
    if (isValid && m_source.isReading()) return;
    m_host.setCondition(isValid ? good(kManifestsValid, "AllAccepted",
                                       QStringLiteral("Every manifest in %1 is in force.").arg(m_source.directory()))
                                : bad(kManifestsValid, "ManifestInvalid", problems.join(u'\n')));
    for (const QString& problem : problems) {
        if (m_reported.contains(problem)) continue;
        qCWarning(lcWatcher).noquote() << problem;
        m_host.warning(QStringLiteral("ManifestInvalid"), problem);
    }
    if (isValid && !m_reported.isEmpty()) {
        qCInfo(lcWatcher) << "all manifests are valid again";
        m_host.normal(QStringLiteral("ManifestsValid"), QStringLiteral("All manifests are valid again."));
    }
    m_reported = problems;
}

void DirectorySide::markObjects() {
    std::set<ObjectKey> marked;
    for (const auto& [path, file] : m_source.files()) {
        if (file.problems.isEmpty()) continue;
        for (const ObjectKey& key : file.accepted) {
            marked.insert(key);
            m_host.setCondition(
                key, bad(kAccepted, "ManifestInvalid",
                         QStringLiteral("The last good version stays in force: ") + file.problems.join(u'\n')));
        }
    }
    for (const ObjectKey& key : m_marked)
        if (!marked.contains(key)) m_host.removeCondition(key, kAccepted);
    m_marked = std::move(marked);
}

void DirectorySide::write(const QCborMap& object, const Done& done) { finish(writeManifest(m_source, object), done); }

void DirectorySide::erase(const QCborMap& key, const Done& done) {
    const bool isFileToo = key.value(QLatin1String(ISpecWriter::kRemoveFile)).toBool();
    finish(eraseManifest(m_source, ObjectKey::fromCbor(key), isFileToo ? HandWritten::Remove : HandWritten::Keep),
           done);
}

void DirectorySide::merge(const QCborMap& change, const Done& done) {
    finish(mergeManifest(m_source, ObjectKey::fromCbor(change), change.value(QStringLiteral("merge")).toMap()), done);
}

void DirectorySide::finish(const Result<QString>& path, const Done& done) {
    if (!path) return done(path);
    scan({QFileInfo(*path).fileName()}, Reading::Now);
    const auto file = m_source.files().find(*path);
    if (file != m_source.files().end() && !file->second.problems.isEmpty())
        return done(failure(ErrorCode::Refused, file->second.problems.join(u'\n')));
    done(path);
}

}  // namespace fos1::crd
