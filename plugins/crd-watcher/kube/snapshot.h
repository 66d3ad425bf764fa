// SPDX-License-Identifier: GPL-2.0-or-later
// The last good state of a cluster on disk, so that a router that boots without its API server knows what it knew.
// Secrets are never in it. Written whole, by atomic rename, with a checksum; what cannot be read is as good as none.
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
    QString server;                                      ///< that it is from, for people
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

    /// `take` says what is to be written; it is asked at most every few seconds.
    SnapshotFile(QString path, Take take, QObject* parent = nullptr);
    ~SnapshotFile() override;

    /// NotFound when there is none yet.
    [[nodiscard]] Result<Snapshot> read() const;

    /// Something changed: it is written 2 s after the last change and no later than 10 s after the first.
    void touch();

    /// At once and before it returns, when something has changed since it was last written.
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
    bool m_isDue = false;               ///< something changed since it was last taken
    std::unique_ptr<QThread> m_writer;  ///< thousands of objects take tens of milliseconds
    QString m_problem;                  ///< the writer's, when it has ended
};

}  // namespace fos1::crd
