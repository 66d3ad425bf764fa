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

#include "fos1/desired.h"
#include "yaml_document.h"

namespace fos1::crd {

/// The record of one file.
struct ManifestFile {
    struct Identity {
        qint64 modifiedNs = 0;
        qint64 changedNs = 0;
        qint64 size = 0;
        quint64 inode = 0;
        bool operator==(const Identity&) const = default;
    };
    Identity identity;
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

    /// Reads changed files, and the files in `names` in any case, and submits them. A directory that cannot be read
    /// changes nothing.
    void scan(const QSet<QString>& names = {});

    [[nodiscard]] const QString& directory() const { return m_directory; }
    /// By absolute path.
    [[nodiscard]] const std::map<QString, ManifestFile>& files() const { return m_files; }
    /// The problems of the directory itself and of all files.
    [[nodiscard]] QStringList problems() const;

    /// The file that contains an object in force, if any.
    [[nodiscard]] std::optional<QString> fileOf(const ObjectKey& key) const;

   private:
    [[nodiscard]] bool readFile(const QString& path, ManifestFile& file) const;
    void submit(const std::vector<QString>& toReplace, const std::vector<QString>& toRemove);

    QString m_directory;
    Submit m_submit;
    QString m_directoryProblem;
    bool m_isShown = false;  ///< the whole directory has been submitted once
    std::map<QString, ManifestFile> m_files;
};

/// Whether the object is a Kubernetes Secret, whose file only its owner may be able to read.
bool isSecret(const ObjectKey& key);

/// The key of an object in a document. An absent namespace becomes "default".
ObjectKey keyOf(const QCborMap& object);

}  // namespace fos1::crd
