// SPDX-License-Identifier: GPL-2.0-or-later
// Replaces libFuzzer where the compiler has none. Runs every file of a corpus and always the same mutations of each, so
// that a failure is reproducible. `fuzz_X DIRECTORY|FILE… [--mutations N]`
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <QDir>
#include <QFile>
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <random>

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr qsizetype kLargest = 16 * 1024;

QByteArray current;  ///< the input under test, for onDeath()

void onDeath(int number) {
    // Saved for analysis and for the corpus.
    const char name[] = "fuzz-failure";
    const int fd = ::open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const auto size = static_cast<std::size_t>(current.size());
    if (fd >= 0 && ::write(fd, current.constData(), size) == current.size())
        std::fprintf(stderr, "the input is in ./%s (%lld bytes)\n", name, static_cast<long long>(current.size()));
    ::signal(number, SIG_DFL);
    ::raise(number);
}

void run(const QByteArray& input) {
    current = input;
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(current.constData()),
                           static_cast<std::size_t>(current.size()));
}

/// The distributions of <random> differ between libraries; this function does not.
std::uint32_t below(std::mt19937& random, qsizetype bound) {
    return bound < 2 ? 0 : static_cast<std::uint32_t>(random() % static_cast<std::uint32_t>(bound));
}

void mutate(std::mt19937& random, QByteArray& bytes, const std::vector<QByteArray>& corpus) {
    static const char interesting[] = {0,   1,   '\x7f', '\x80', '\xff', '"', '{', '[',
                                       ':', ',', '-',    '\n',   ' ',    '9', '&', '*'};
    const auto at = static_cast<qsizetype>(below(random, bytes.size()));
    const qsizetype length = qsizetype{1} + below(random, 16);
    switch (below(random, 7)) {
        case 0:
            if (!bytes.isEmpty()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(random, 8)));
            break;
        case 1:
            if (!bytes.isEmpty()) bytes[at] = interesting[below(random, sizeof interesting)];
            break;
        case 2: bytes.insert(at, interesting[below(random, sizeof interesting)]); break;
        case 3: bytes.remove(at, length); break;
        case 4: bytes.insert(at, bytes.mid(static_cast<qsizetype>(below(random, bytes.size())), length)); break;
        case 5: bytes.truncate(at); break;
        default: {
            const QByteArray& other = corpus[below(random, static_cast<qsizetype>(corpus.size()))];
            bytes = bytes.left(at) + other.mid(static_cast<qsizetype>(below(random, other.size())));
        }
    }
    bytes.truncate(kLargest);
}

}  // namespace

int main(int argc, char** argv) {
    int mutations = 0;
    QStringList files;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--mutations") == 0 && i + 1 < argc) {
            mutations = QByteArray(argv[++i]).toInt();
            continue;
        }
        const QString path = QString::fromLocal8Bit(argv[i]);
        const QDir directory(path);
        if (!directory.exists()) files.append(path);
        for (const QString& name : directory.entryList(QDir::Files, QDir::Name)) files.append(directory.filePath(name));
    }
    std::vector<QByteArray> corpus;
    for (const QString& path : qAsConst(files)) {
        QFile file(path);
        if (!file.open(QIODevice::ReadOnly)) {
            std::fprintf(stderr, "%s: %s\n", qPrintable(path), qPrintable(file.errorString()));
            return 1;
        }
        corpus.push_back(file.readAll());
    }
    if (corpus.empty()) {
        std::fputs("no corpus\n", stderr);
        return 1;
    }
    LLVMFuzzerInitialize(&argc, &argv);
    for (const int number : {SIGABRT, SIGSEGV}) ::signal(number, &onDeath);
    run({});
    for (const QByteArray& saved : corpus) run(saved);
    std::mt19937 random(20'230'611);
    for (const QByteArray& saved : corpus) {
        QByteArray bytes = saved;
        for (int i = 0; i < mutations; ++i) {
            // Mutates a few steps away from the saved input, then starts from it again.
            if (i % 8 == 0) bytes = saved;
            mutate(random, bytes, corpus);
            run(bytes);
        }
    }
    std::printf("%zu files, %d mutations each\n", corpus.size(), mutations);
    return 0;
}
