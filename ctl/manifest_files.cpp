// SPDX-License-Identifier: GPL-2.0-or-later
#include "manifest_files.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <cstdio>

namespace fos1::ctl {
namespace {

constexpr qint64 kMaxFile = 8 * 1024 * 1024 + 1;  // one byte above the parser's limit, so that the parser reports it

QStringList filesOf(const QString& path) {
    if (path == u"-" || !QFileInfo(path).isDir()) return {path};
    QStringList files;
    const QDir directory(path);
    const QStringList patterns{QStringLiteral("*.yaml"), QStringLiteral("*.yml")};
    for (const QString& name : directory.entryList(patterns, QDir::Files, QDir::Name))
        files << QDir::cleanPath(directory.filePath(name));
    return files;
}

Result<std::vector<yaml::Document>> readFile(const QString& path) {
    QFile file(path);
    const bool isStdin = path == u"-";
    const bool isOpen = isStdin ? file.open(stdin, QIODevice::ReadOnly) : file.open(QIODevice::ReadOnly);
    if (!isOpen) return failure(ErrorCode::Io, file.errorString(), path);
    QByteArray text;
    while (text.size() < kMaxFile) {
        const QByteArray more = file.read(kMaxFile - text.size());
        if (more.isEmpty()) break;
        text += more;
    }
    return yaml::parse(text, isStdin ? QStringLiteral("<stdin>") : path);
}

}  // namespace

QString objectText(const QCborMap& object) {
    const QCborMap metadata = object.value(QStringLiteral("metadata")).toMap();
    const QString ns = metadata.value(QStringLiteral("namespace")).toString(QStringLiteral("default"));
    return QStringLiteral("%1 %2/%3")
        .arg(object.value(QStringLiteral("kind")).toString(), ns, metadata.value(QStringLiteral("name")).toString());
}

std::vector<yaml::Document> readManifests(const QStringList& paths, Errors& errors) {
    std::vector<yaml::Document> all;
    for (const QString& path : paths) {
        const QStringList files = filesOf(path);
        if (files.isEmpty()) errors.push_back({ErrorCode::NotFound, QStringLiteral("contains no *.yaml file"), path});
        for (const QString& file : files) {
            auto documents = readFile(file);
            if (!documents)
                errors.push_back(documents.error());
            else if (documents->empty())
                errors.push_back({ErrorCode::InvalidInput,
                                  QStringLiteral("contains no object; it is empty or has only comments"),
                                  file == u"-" ? QStringLiteral("<stdin>") : file});
            else
                std::move(documents->begin(), documents->end(), std::back_inserter(all));
        }
    }
    return all;
}

Result<QCborMap> inNamespace(const QCborMap& object, const QString& wanted) {
    QCborMap metadata = object.value(QStringLiteral("metadata")).toMap();
    const QString own = metadata.value(QStringLiteral("namespace")).toString();
    if (wanted.isEmpty() || own == wanted) return object;
    if (!own.isEmpty())
        return failure(ErrorCode::Conflict, QStringLiteral("is \"%1\", but -n is \"%2\"").arg(own, wanted),
                       QStringLiteral("metadata.namespace"));
    metadata.insert(QStringLiteral("namespace"), wanted);
    QCborMap placed = object;
    placed.insert(QStringLiteral("metadata"), metadata);
    return placed;
}

}  // namespace fos1::ctl
