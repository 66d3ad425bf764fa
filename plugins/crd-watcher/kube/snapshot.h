// SPDX-License-Identifier: GPL-2.0-or-later
// The last good state of a cluster on disk, so that a router that boots without its API server still has it. Never
// contains Secrets. Written as a whole, by atomic rename, with a checksum. An unreadable file counts as missing.
#pragma once

#include <QByteArray>
#include <QObject>
#include <QString>
#include <QThread>
#include <QTimer>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "compactor.h"
#include "fos1/result.h"

namespace fos1::crd {

struct Snapshot {
    QString server;                                      ///< the server of origin, for people
    std::map<QString, std::vector<QByteArray>> objects;  ///< compacted CBOR of each, by "group/version/Kind"
    CompactSamples samples = {};                         ///< of `objects`
};

/// One line "fos1-snapshot 1 SHA256-IN-HEX", then CBOR.
QByteArray encodeSnapshot(const Snapshot& snapshot);
Result<Snapshot> decodeSnapshot(const QByteArray& bytes);

class SnapshotFile : public QObject {
    Q_OBJECT
   public:
    using Take = std::function<Snapshot()>;

    /// `take` returns the state to write; it is called at most every few seconds.
    SnapshotFile(QString path, Take take, QObject* parent = nullptr);
    ~SnapshotFile() override;

    /// NotFound when there is none yet.
    [[nodiscard]] Result<Snapshot> read() const;

    /// The state changed: writes it 2 s after the last change, at most 10 s after the first.
    void touch();

    /// Writes immediately and synchronously, if the state has changed since the last write.
    void flush();

   Q_SIGNALS:
    void written();
    void failed(const QString& problem);

   private:
    void start();
    void end();

    QString m_path;
    Take m_take;
    QTimer m_quiet;
    QTimer m_limit;
    bool m_isDue = false;               ///< the state changed since it was last taken
    std::unique_ptr<QThread> m_writer;  ///< a thread, because thousands of objects take tens of milliseconds
    QString m_problem;                  ///< set by the writer; read it after the writer has finished
};

}  // namespace fos1::crd
