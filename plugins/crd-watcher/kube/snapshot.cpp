// SPDX-License-Identifier: GPL-2.0-or-later
#include "kube/snapshot.h"

#include <QCborArray>
#include <QCborMap>
#include <QCborStreamWriter>
#include <QCborValue>
#include <QCryptographicHash>
#include <QFile>
#include <QSaveFile>

namespace fos1::crd {

namespace {

constexpr std::chrono::seconds kQuiet{2};
constexpr std::chrono::seconds kLimit{10};
const QByteArray kMagic = "fos1-snapshot 1 ";

QByteArray digestOf(const QByteArray& payload) {
    return QCryptographicHash::hash(payload, QCryptographicHash::Sha256).toHex();
}

/// Returns what went wrong; empty on success.
QString write(const QString& path, const Snapshot& snapshot) {
    QSaveFile file(path);
    const bool isWritten = file.open(QIODevice::WriteOnly) &&
                           file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner) &&
                           file.write(encodeSnapshot(snapshot)) >= 0 && file.commit();
    return isWritten ? QString() : QStringLiteral("%1: %2").arg(path, file.errorString());
}

}  // namespace

QByteArray encodeSnapshot(const Snapshot& snapshot) {
    QByteArray payload;
    QCborStreamWriter writer(&payload);
    writer.startMap(2);
    writer.append("server");
    writer.append(snapshot.server);
    writer.append("objects");
    writer.startMap(snapshot.objects.size());
    for (const auto& [kind, objects] : snapshot.objects) {
        writer.append(kind);
        writer.startArray(objects.size());
        for (const QByteArray& object : objects) writer.append(snapshot.samples.expanded(object));
        writer.endArray();
    }
    writer.endMap();
    writer.endMap();
    return payload.prepend(kMagic + digestOf(payload) + '\n');
}

Result<Snapshot> decodeSnapshot(const QByteArray& bytes) {
    const qsizetype end = bytes.indexOf('\n');
    if (!bytes.startsWith(kMagic) || end < 0)
        return failure(ErrorCode::InvalidInput, QStringLiteral("is not a snapshot that this version can read"));
    const QByteArray payload = bytes.mid(end + 1);
    if (bytes.mid(kMagic.size(), end - kMagic.size()) != digestOf(payload))
        return failure(ErrorCode::InvalidInput, QStringLiteral("is damaged: its checksum is wrong"));
    // From a truncated map Qt makes one with a key without a value, which must not be read.
    QCborParserError broken;
    const QCborMap root = QCborValue::fromCbor(payload, &broken).toMap();
    if (broken.error != QCborError::NoError)
        return failure(ErrorCode::InvalidInput, QStringLiteral("is not CBOR: ") + broken.errorString());
    Snapshot snapshot;
    snapshot.server = root.value(QStringLiteral("server")).toString();
    const QCborMap kinds = root.value(QStringLiteral("objects")).toMap();
    for (const auto& item : kinds) {
        std::vector<QByteArray>& objects = snapshot.objects[item.first.toString()];
        const QCborArray list = QCborValue(item.second).toArray();
        for (const QCborValue& object : list) objects.push_back(uncompacted(object.toByteArray()));
    }
    return snapshot;
}

SnapshotFile::SnapshotFile(QString path, Take take, QObject* parent)
    : QObject(parent), m_path(std::move(path)), m_take(std::move(take)) {
    for (QTimer* timer : {&m_quiet, &m_limit}) {
        timer->setSingleShot(true);
        connect(timer, &QTimer::timeout, this, &SnapshotFile::start);
    }
}

Result<Snapshot> SnapshotFile::read() const {
    QFile file(m_path);
    if (!file.exists()) return failure(ErrorCode::NotFound, QStringLiteral("does not exist yet"), m_path);
    if (!file.open(QIODevice::ReadOnly)) return failure(ErrorCode::Io, file.errorString(), m_path);
    auto snapshot = decodeSnapshot(file.readAll());
    if (!snapshot) return failure(snapshot.error().code, snapshot.error().message, m_path);
    return snapshot;
}

SnapshotFile::~SnapshotFile() {
    if (m_writer) m_writer->wait();
}

void SnapshotFile::touch() {
    m_isDue = true;
    m_quiet.start(kQuiet);
    if (!m_limit.isActive()) m_limit.start(kLimit);
}

void SnapshotFile::start() {
    if (m_writer) return;  // the snapshot stays due
    m_quiet.stop();
    m_limit.stop();
    m_isDue = false;
    m_writer.reset(QThread::create([this, snapshot = m_take()] { m_problem = write(m_path, snapshot); }));
    connect(m_writer.get(), &QThread::finished, this, &SnapshotFile::end);
    m_writer->start();
}

void SnapshotFile::end() {
    if (!m_writer) return;
    m_writer->wait();
    m_writer.reset();
    const QString problem = std::exchange(m_problem, {});
    if (problem.isEmpty())
        Q_EMIT written();
    else
        Q_EMIT failed(problem);
    if (m_isDue && !m_quiet.isActive()) m_quiet.start(kQuiet);
}

void SnapshotFile::flush() {
    end();
    if (!m_isDue) return;
    start();
    end();
}

}  // namespace fos1::crd
