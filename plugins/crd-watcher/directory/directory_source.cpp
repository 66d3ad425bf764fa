// SPDX-License-Identifier: GPL-2.0-or-later
#include "directory/directory_source.h"

#include <algorithm>
#include <utility>

namespace fos1::crd {

namespace {

/// A larger file is read and parsed beside the event loop.
constexpr qint64 kSmallBytes = 32 << 10;

/// At the start, what cannot be read yet is waited for, so that it does not count as gone.
constexpr std::chrono::seconds kFirstPatience{5};

}  // namespace

DirectorySource::DirectorySource(QString directory, Submit submit, Prepare prepare)
    : m_directory(std::move(directory)),
      m_submit(std::move(submit)),
      m_prepare(std::move(prepare)),
      m_preparing([this] { return prepareNext(); }) {}

/// Nothing while it is being read beside the loop.
std::optional<DirectorySource::Documents> DirectorySource::documentsOf(const QString& path,
                                                                       const FileIdentity& identity, Reading reading) {
    if (reading == Reading::Now || identity.size <= kSmallBytes) {
        m_beside.erase(path);
        return readManifest(path);
    }
    const auto [at, isNew] = m_beside.try_emplace(path);
    Beside& beside = at->second;
    if (beside.isPrepared && beside.identity == identity) {
        Documents documents = std::move(*beside.documents);
        m_beside.erase(at);
        return documents;
    }
    // What an earlier version had is of no use; one that is being read is compared when it has been.
    if (!isNew && !beside.isPrepared) return std::nullopt;
    beside = {identity};
    m_worker.post([this, path]() -> Worker::Answer {
        return [this, path, documents = readManifest(path)] {
            const auto found = m_beside.find(path);
            if (found == m_beside.end()) return;
            found->second.documents = documents;
            m_preparing.start();
        };
    });
    return std::nullopt;
}

/// Prepares some objects of one file that was read beside the loop. Returns whether there may be others.
bool DirectorySource::prepareNext() {
    constexpr std::size_t kTogether = 10;
    const auto next = std::find_if(m_beside.begin(), m_beside.end(),
                                   [](const auto& item) { return item.second.documents && !item.second.isPrepared; });
    if (next == m_beside.end()) return false;
    Beside& beside = next->second;
    const std::size_t count = m_prepare && *beside.documents ? (*beside.documents)->size() : 0;
    QCborArray objects;
    for (; beside.prepared < count && objects.size() < static_cast<qsizetype>(kTogether); ++beside.prepared)
        objects.append((**beside.documents)[beside.prepared].cbor);
    if (!objects.isEmpty()) {
        m_prepare(objects);
        return true;
    }
    beside.isPrepared = true;
    if (m_isRead) m_isRead();
    return true;
}

bool DirectorySource::take(ManifestFile& file, Documents documents) {
    if (documents) {
        file.documents = std::move(*documents);
        file.isRead = true;
        return true;
    }
    if (documents.error().code == ErrorCode::Io || documents.error().code == ErrorCode::Conflict) {
        file.identity = {};
        m_isIncomplete = true;
    }
    file.isRead = false;
    file.problems = {documents.error().text()};
    return false;
}

Result<DirectoryListing> DirectorySource::list() {
    auto listing = listManifests(m_directory);
    if (!listing) return listing;
    const bool isAnother = m_place && *m_place != listing->place;
    if (isAnother && listing->files.empty() && listing->unseen.empty() && !m_files.empty())
        return failure(
            ErrorCode::Conflict,
            QStringLiteral("another directory is in this place now, without any manifest, as after an umount; "
                           "what was declared stays in force"),
            m_directory);
    m_place = listing->place;
    m_hasLinks = listing->hasLinks;
    return listing;
}

void DirectorySource::scan(const QSet<QString>& names, Reading reading) {
    const auto listing = list();
    m_isIncomplete = !listing || !listing->unseen.empty();
    if (!listing) {
        m_directoryProblem = listing.error().text();
        return;
    }
    m_directoryProblem.clear();

    std::vector<QString> toReplace;
    std::vector<QString> toRemove;
    QSet<QString> seen;
    for (const DirectoryListing::File& each : listing->files) {
        const QString path = m_directory + u'/' + each.name;
        seen.insert(path);
        ManifestFile& file = m_files[path];
        const bool isBeside = m_beside.contains(path);
        if (file.identity == each.identity && !names.contains(each.name) && !isBeside) continue;
        auto documents = documentsOf(path, each.identity, reading);
        if (!documents) continue;
        file.identity = each.identity;
        if (take(file, std::move(*documents))) toReplace.push_back(path);
    }
    for (const auto& [name, why] : listing->unseen) {
        const QString path = m_directory + u'/' + name;
        seen.insert(path);
        ManifestFile& file = m_files[path];
        file.identity = {};
        file.isRead = false;
        file.problems = {path + QStringLiteral(": ") + why};
    }
    std::erase_if(m_beside, [&](const auto& each) { return !seen.contains(each.first); });
    for (auto it = m_files.begin(); it != m_files.end();) {
        const bool isGone = !seen.contains(it->first);
        if (isGone) toRemove.push_back(it->first);
        it = isGone ? m_files.erase(it) : std::next(it);
    }
    // A refused file may be acceptable now that another one is gone.
    for (const auto& [path, file] : m_files)
        if (file.isRead && !file.problems.isEmpty() &&
            std::find(toReplace.begin(), toReplace.end(), path) == toReplace.end())
            toReplace.push_back(path);
    submit(toReplace, toRemove);
}

void DirectorySource::submit(const std::vector<QString>& toReplace, const std::vector<QString>& toRemove) {
    QCborMap replace;
    for (const QString& path : toReplace) {
        QCborArray objects;
        for (const ManifestDocument& each : m_files[path].documents) objects.append(each.cbor);
        replace.insert(path, objects);
    }
    QCborArray remove;
    for (const QString& path : toRemove) remove.append(path);
    // Objects of an earlier run stay while their files cannot be read.
    const bool isWhole = !m_isShown && !m_isIncomplete && m_beside.empty();
    m_isShown = m_isShown || isWhole;
    if (!m_since.isValid()) m_since.start();
    m_isSynced =
        m_isSynced || isWhole || (m_beside.empty() && std::chrono::milliseconds(m_since.elapsed()) > kFirstPatience);
    const QCborMap result = m_submit({{QStringLiteral("replace"), replace},
                                      {QStringLiteral("remove"), remove},
                                      {QStringLiteral("synced"), m_isSynced},
                                      {QStringLiteral("whole"), isWhole}});

    for (const QString& path : toReplace) m_files[path].problems.clear();
    const QCborArray errors = result.value(QStringLiteral("errors")).toArray();
    for (const QCborValue& value : errors) {
        const QCborMap error = value.toMap();
        ManifestFile& file = m_files[error.value(QStringLiteral("origin")).toString()];
        const auto index = static_cast<std::size_t>(error.value(QStringLiteral("index")).toInteger());
        if (index >= file.documents.size()) continue;
        const QString where = error.value(QStringLiteral("path")).toString();
        const QString what = error.value(QStringLiteral("message")).toString();
        file.problems.append(file.documents[index].document.locate(where) + QStringLiteral(": ") +
                             (where.isEmpty() ? what : where + QStringLiteral(": ") + what));
    }
    for (const QString& path : toReplace) {
        ManifestFile& file = m_files[path];
        if (!file.problems.isEmpty()) continue;
        file.accepted.clear();
        file.digests.clear();
        for (const ManifestDocument& each : file.documents) {
            file.accepted.push_back(keyOf(each.document.value));
            file.digests[file.accepted.back()] = each.digest;
        }
        file.documents = {};
    }
}

bool DirectorySource::isAsRead(const QString& path, const QCborMap& object) const {
    const auto file = m_files.find(path);
    if (file == m_files.end()) return false;
    const auto digest = file->second.digests.find(keyOf(object));
    return digest != file->second.digests.end() && digest->second == digestOf(object);
}

QStringList DirectorySource::problems() const {
    QStringList all;
    if (!m_directoryProblem.isEmpty()) all.append(m_directoryProblem);
    for (const auto& [path, file] : m_files) all += file.problems;
    return all;
}

std::optional<QString> DirectorySource::fileOf(const ObjectKey& key) const {
    for (const auto& [path, file] : m_files)
        if (std::find(file.accepted.begin(), file.accepted.end(), key) != file.accepted.end()) return path;
    return std::nullopt;
}

}  // namespace fos1::crd
