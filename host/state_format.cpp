// SPDX-License-Identifier: GPL-2.0-or-later
#include "state_format.h"

#include <sys/stat.h>

#include <QDir>
#include <QFile>
#include <QSaveFile>
#include <filesystem>

#include "fos1/logging.h"

namespace fos1::host {

namespace {

FOS1_LOG(lcState, "host.state")

Result<int> formatOf(const QString& path) {
    QFile file(path);
    if (!file.exists()) return 1;
    if (!file.open(QIODevice::ReadOnly)) return failure(ErrorCode::Io, file.errorString(), path);
    bool isNumber = false;
    const int format = file.read(20).trimmed().toInt(&isNumber);
    if (!isNumber || format < 1)
        return failure(ErrorCode::InvalidInput, QStringLiteral("contains no number of a format"), path);
    return format;
}

Result<void> noteFormat(const QString& path, int format) {
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(QByteArray::number(format) + '\n') < 0 || !file.commit())
        return failure(ErrorCode::Io, file.errorString(), path);
    return {};
}

/// Files and directories, readable only for our user. Sockets and pid files are no state.
Result<void> copyState(const QString& from, const QString& to) {
    namespace fs = std::filesystem;
    const mode_t before = ::umask(0077);
    std::error_code error;
    fs::path failed;
    const fs::path source = QFile::encodeName(from).toStdString();
    const fs::path target = QFile::encodeName(to).toStdString();
    fs::create_directories(target, error);
    for (fs::recursive_directory_iterator it(source, error), end; !error && it != end; it.increment(error)) {
        const fs::path relative = fs::relative(it->path(), source, error);
        failed = it->path();
        if (error) break;
        if (it.depth() == 0 && (relative == "backup" || relative == "run")) {
            it.disable_recursion_pending();
        } else if (it->is_directory(error)) {
            fs::create_directory(target / relative, error);
        } else if (!error && it->is_regular_file(error)) {
            fs::copy_file(it->path(), target / relative, fs::copy_options::overwrite_existing, error);
        }
        if (error) break;
    }
    ::umask(before);
    if (!error) return {};
    return failure(ErrorCode::Io, QString::fromStdString(error.message()),
                   QFile::decodeName(failed.empty() ? target.c_str() : failed.c_str()));
}

/// Whole, or not there: an interrupted copy is made again, a whole one is never overwritten.
Result<void> backUp(const QString& directory, const QString& backup) {
    if (QFileInfo::exists(backup)) return {};
    const QString partial = backup + QStringLiteral(".partial");
    if (const auto copied = copyState(directory, partial); !copied) return copied;
    if (!QDir().rename(partial, backup)) return failure(ErrorCode::Io, QStringLiteral("cannot be renamed"), partial);
    return {};
}

}  // namespace

const std::vector<Migration>& stateMigrations() {
    static const std::vector<Migration> none;
    return none;
}

Result<void> bringUpToDate(const QString& directory, const std::vector<Migration>& migrations) {
    const QString path = directory + QStringLiteral("/format");
    const int newest = static_cast<int>(migrations.size()) + 1;
    const auto found = formatOf(path);
    if (!found) return tl::unexpected(found.error());
    if (*found > newest)
        return failure(
            ErrorCode::Refused,
            QStringLiteral("this state was written by a later fos1-host (format %1; this one knows formats up to "
                           "%2). Install that version again, or move the directory away to begin anew")
                .arg(*found)
                .arg(newest),
            directory);
    if (*found < newest) {
        const QString backup = directory + QStringLiteral("/backup/format-%1").arg(*found);
        if (auto kept = backUp(directory, backup); !kept) {
            kept.error().message.prepend(QStringLiteral("the state cannot be backed up before its migration: "));
            return kept;
        }
        for (int format = *found; format < newest; ++format) {
            if (auto done = migrations[static_cast<std::size_t>(format) - 1](directory); !done) {
                done.error().message.prepend(
                    QStringLiteral("the state cannot be migrated to format %1 (as it was before: %2): ")
                        .arg(format + 1)
                        .arg(backup));
                return done;
            }
            if (auto noted = noteFormat(path, format + 1); !noted) return noted;
        }
        qCInfo(lcState).noquote() << "state migrated from=" + QString::number(*found) << "to=" + QString::number(newest)
                                  << "backup=" + backup;
    }
    return QFile::exists(path) ? Result<void>() : noteFormat(path, newest);
}

}  // namespace fos1::host
