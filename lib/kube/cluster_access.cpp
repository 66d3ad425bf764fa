// SPDX-License-Identifier: GPL-2.0-or-later
#include "cluster_access.h"

#include <QFile>
#include <QFileInfo>
#include <algorithm>

namespace fos1::kube {

Result<QByteArray> readSmallFile(const QString& path) {
    constexpr qint64 kMaxBytes = 1 << 20;
    QFile file(path);
    if (!QFileInfo(path).isFile() || !file.open(QIODevice::ReadOnly))
        return failure(ErrorCode::Io, QStringLiteral("cannot be read"), path);
    if (file.size() > kMaxBytes) return failure(ErrorCode::Io, QStringLiteral("is larger than 1 MiB"), path);
    return file.read(std::max<qint64>(file.size(), 1));  // read() allocates what it is asked for
}

Result<QByteArray> PemSource::read() const {
    if (!data.isEmpty() || file.isEmpty()) return data;
    return readSmallFile(file);
}

}  // namespace fos1::kube
