// SPDX-License-Identifier: GPL-2.0-or-later
// Turns a directory of YAML files into transactions of desired state, and records what each file last contained. A
// broken file keeps its last good objects. Must not know what any kind means.
#pragma once

#include <QCborMap>
#include <QSet>
#include <QString>
#include <QStringList>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "directory/directory_listing.h"
#include "fos1/desired.h"
#include "yaml_document.h"

namespace fos1::crd {

/// The record of one file.
struct ManifestFile {
    FileIdentity identity;                  ///< a default one: to be read again
    std::vector<yaml::Document> documents;  ///< as last read
    bool isRead = false;                    ///< the last read succeeded and could be parsed
    QStringList problems;                   ///< `file:line:col: path: what`; empty: all its objects are in force
    std::vector<ObjectKey> accepted;        ///< the objects from this file that are in force
};

class DirectorySource {
   public:
    /// Submits a transaction, as ISpecSource::apply().
    using Submit = std::function<QCborMap(const QCborMap& transaction)>;

    DirectorySource(QString directory, Submit submit);

    /// Reads changed files, and the files in `names` in any case, and submits them. What cannot be read changes
    /// nothing: neither a file, nor the directory, nor an empty one in its place.
    void scan(const QSet<QString>& names = {});

    /// Something could not be read that may be readable soon, without a notification.
    [[nodiscard]] bool isIncomplete() const { return m_isIncomplete; }
    /// Changes of some files are not notified.
    [[nodiscard]] bool hasLinks() const { return m_hasLinks; }

    [[nodiscard]] const QString& directory() const { return m_directory; }
    /// By absolute path.
    [[nodiscard]] const std::map<QString, ManifestFile>& files() const { return m_files; }
    /// The problems of the directory itself and of all files.
    [[nodiscard]] QStringList problems() const;

    /// The file that contains an object in force, if any.
    [[nodiscard]] std::optional<QString> fileOf(const ObjectKey& key) const;

   private:
    [[nodiscard]] Result<DirectoryListing> list();
    [[nodiscard]] bool readFile(const QString& path, ManifestFile& file);
    void submit(const std::vector<QString>& toReplace, const std::vector<QString>& toRemove);

    QString m_directory;
    Submit m_submit;
    QString m_directoryProblem;
    bool m_isIncomplete = false;
    bool m_hasLinks = false;
    std::optional<std::pair<quint64, quint64>> m_place;  ///< of the directory that was last read
    bool m_isShown = false;                              ///< the whole directory has been submitted once
    std::map<QString, ManifestFile> m_files;
};

/// Whether the object is a Kubernetes Secret, whose file only its owner may be able to read.
bool isSecret(const ObjectKey& key);

/// The key of an object in a document. An absent namespace becomes "default".
ObjectKey keyOf(const QCborMap& object);

}  // namespace fos1::crd
