// SPDX-License-Identifier: GPL-2.0-or-later
// Turns a directory of YAML files into transactions of desired state, and records what each file last contained. A
// broken file keeps its last good objects. Must not know what any kind means.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QElapsedTimer>
#include <QSet>
#include <QString>
#include <QStringList>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "directory/directory_listing.h"
#include "directory/manifest_reader.h"
#include "fos1/desired.h"
#include "fos1/slices.h"
#include "worker.h"

namespace fos1::crd {

/// Where large files are read: small ones are always read immediately.
enum class Reading { Unknown = 0, Now, Beside };

/// The record of one file.
struct ManifestFile {
    FileIdentity identity;                    ///< a default one: to be read again
    std::vector<ManifestDocument> documents;  ///< as last read, while they are not in force
    bool isRead = false;                      ///< the last read succeeded and could be parsed
    QStringList problems;                     ///< `file:line:col: path: what`; empty: all its objects are in force
    std::vector<ObjectKey> accepted;          ///< the objects from this file that are in force
    std::map<ObjectKey, QByteArray> digests;  ///< of these objects
};

class DirectorySource {
   public:
    /// Submits a transaction, as ISpecSource::apply().
    using Submit = std::function<QCborMap(const QCborMap& transaction)>;

    /// Has the host check objects that a transaction will soon contain; each is CBOR.
    using Prepare = std::function<void(const QCborArray& objects)>;

    DirectorySource(QString directory, Submit submit, Prepare prepare = {});

    /// Reads changed files, and the files in `names` in any case, and submits them. What cannot be read changes
    /// nothing: neither a file, nor the directory, nor an empty one in its place.
    void scan(const QSet<QString>& names = {}, Reading reading = Reading::Now);
    /// Called when a file that is read beside the event loop can be taken by the next scan.
    void whenRead(std::function<void()> isRead) { m_isRead = std::move(isRead); }

    /// Some files are being read beside the event loop.
    [[nodiscard]] bool isReading() const { return !m_beside.empty(); }
    /// Something could not be read that may be readable soon, without a notification.
    [[nodiscard]] bool isIncomplete() const { return m_isIncomplete; }
    /// Changes of some files are not notified.
    [[nodiscard]] bool hasLinks() const { return m_hasLinks; }

    [[nodiscard]] const QString& directory() const { return m_directory; }
    /// By absolute path.
    [[nodiscard]] const std::map<QString, ManifestFile>& files() const { return m_files; }
    /// The problems of the directory itself and of all files.
    [[nodiscard]] QStringList problems() const;

    /// Whether the object is as it was when the file was read.
    [[nodiscard]] bool isAsRead(const QString& path, const QCborMap& object) const;

    /// The file that contains an object in force, if any.
    [[nodiscard]] std::optional<QString> fileOf(const ObjectKey& key) const;

   private:
    [[nodiscard]] Result<DirectoryListing> list();
    using Documents = Result<std::vector<ManifestDocument>>;
    struct Beside {
        FileIdentity identity;
        std::optional<Documents> documents = {};  ///< nothing: it is being read
        std::size_t prepared = 0;                 ///< so many of them
        bool isPrepared = false;                  ///< all of them
    };
    [[nodiscard]] std::optional<Documents> documentsOf(const QString& path, const FileIdentity& identity,
                                                       Reading reading);
    [[nodiscard]] bool take(ManifestFile& file, Documents documents);
    [[nodiscard]] bool prepareNext();
    void submit(const std::vector<QString>& toReplace, const std::vector<QString>& toRemove);

    QString m_directory;
    Submit m_submit;
    QString m_directoryProblem;
    bool m_isIncomplete = false;
    bool m_hasLinks = false;
    std::optional<std::pair<quint64, quint64>> m_place;  ///< of the directory that was last read
    bool m_isShown = false;                              ///< the whole directory has been submitted once
    bool m_isSynced = false;  ///< once true, it stays: what is in force is complete as far as can be known
    QElapsedTimer m_since;    ///< the first scan
    std::map<QString, ManifestFile> m_files;
    std::map<QString, Beside> m_beside;
    std::function<void()> m_isRead;
    Prepare m_prepare;
    Slices m_preparing;  ///< because a file may have a thousand objects
    /// A file that is being parsed does not delay the end.
    Worker m_worker{"manifests", std::chrono::milliseconds(0), Worker::WhenIdle::Ends};
};

}  // namespace fos1::crd
