// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/program_needs.h"

#include <fcntl.h>
#include <gelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <memory>

namespace fos1::runner {

namespace {

constexpr int kMostFiles = 4096;      ///< read in one directory
constexpr int kMostDepth = 5;         ///< interpreters of interpreters, as in the kernel
constexpr int kFirstLineBytes = 256;  ///< that the kernel reads (BINPRM_BUF_SIZE)

QString loaderOf(int fd) {
    ::elf_version(EV_CURRENT);
    const std::unique_ptr<Elf, int (*)(Elf*)> elf(::elf_begin(fd, ELF_C_READ, nullptr), ::elf_end);
    std::size_t count = 0;
    if (!elf || ::elf_kind(elf.get()) != ELF_K_ELF || ::elf_getphdrnum(elf.get(), &count) != 0) return {};
    for (std::size_t i = 0; i < count; ++i) {
        GElf_Phdr header;
        if (!::gelf_getphdr(elf.get(), static_cast<int>(i), &header) || header.p_type != PT_INTERP) continue;
        QByteArray name(static_cast<qsizetype>(std::min<GElf_Xword>(header.p_filesz, PATH_MAX)), '\0');
        const ssize_t got =
            ::pread(fd, name.data(), static_cast<std::size_t>(name.size()), static_cast<off_t>(header.p_offset));
        return got > 0 ? QFile::decodeName(name.left(got).constData()) : QString();
    }
    return {};
}

/// What env(1) would run: the first word that is neither an option nor an assignment.
QString programOfEnv(const QList<QByteArray>& words, const QString& searchPath) {
    for (const QByteArray& word : words) {
        if (word.startsWith('-') || word.contains('=')) continue;
        const QString name = QFile::decodeName(word);
        if (name.contains(u'/')) return name;
        for (const QString& directory : searchPath.split(u':'))
            if (const QFileInfo file(directory + u'/' + name); file.isFile() && file.isExecutable())
                return file.absoluteFilePath();
        return name;  // not found, and reported so
    }
    return {};
}

QStringList interpretersOf(const QByteArray& start, const QString& searchPath) {
    const qsizetype end = start.indexOf('\n');
    QList<QByteArray> words = start.mid(2, end < 0 ? -1 : end - 2).simplified().split(' ');
    const QString interpreter = QFile::decodeName(words.takeFirst());
    if (interpreter.isEmpty()) return {};
    if (!interpreter.endsWith(QLatin1String("/env"))) return {interpreter};
    const QString program = programOfEnv(words, searchPath);
    return program.isEmpty() ? QStringList{interpreter} : QStringList{interpreter, program};
}

void addNeeds(const QString& program, const QString& searchPath, int depth, ProgramNeeds& needs) {
    const int fd = ::open(QFile::encodeName(program).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) return;
    struct stat info {};
    if (::fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
        QByteArray start(kFirstLineBytes, '\0');
        start.truncate(std::max<ssize_t>(::pread(fd, start.data(), kFirstLineBytes, 0), 0));
        QStringList files;
        if (start.startsWith("#!"))
            files = interpretersOf(start, searchPath);
        else if (const QString loader = loaderOf(fd); !loader.isEmpty())
            files = QStringList{loader};
        for (const QString& file : files) {
            if (needs.files.contains(file)) continue;
            if (!QFileInfo::exists(file)) {
                needs.missing.append(QStringLiteral("%1 needs %2, which does not exist").arg(program, file));
                continue;
            }
            needs.files.append(file);
            if (depth < kMostDepth) addNeeds(file, searchPath, depth + 1, needs);
        }
    }
    ::close(fd);
}

}  // namespace

ProgramNeeds programNeeds(const QString& path, const QString& searchPath) {
    ProgramNeeds needs;
    if (!QFileInfo(path).isDir()) {
        addNeeds(path, searchPath, 0, needs);
        return needs;
    }
    QDirIterator files(path, QDir::Files | QDir::Executable | QDir::Hidden, QDirIterator::Subdirectories);
    for (int read = 0; files.hasNext(); ++read) {
        if (read == kMostFiles) {
            needs.missing.append(QStringLiteral("%1 has more than %2 programs: loaders and interpreters that only the "
                                                "others need are not granted")
                                     .arg(path)
                                     .arg(kMostFiles));
            break;
        }
        addNeeds(files.next(), searchPath, 0, needs);
    }
    return needs;
}

}  // namespace fos1::runner
