// SPDX-License-Identifier: GPL-2.0-or-later
#include "elf_exports.h"

#include <fcntl.h>
#include <gelf.h>
#include <unistd.h>

#include <QFile>
#include <memory>

namespace fos1::check {

namespace {

struct Descriptor {
    explicit Descriptor(const QString& file) : fd(::open(QFile::encodeName(file).constData(), O_RDONLY | O_CLOEXEC)) {}
    ~Descriptor() {
        if (fd >= 0) ::close(fd);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int fd;
};

struct EndElf {
    void operator()(Elf* elf) const { elf_end(elf); }
};

bool isExported(const GElf_Sym& symbol) {
    const auto binding = GELF_ST_BIND(symbol.st_info);
    const auto visibility = GELF_ST_VISIBILITY(symbol.st_other);
    return symbol.st_shndx != SHN_UNDEF && binding != STB_LOCAL &&
           (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

void collect(Elf* elf, Elf_Scn* section, const GElf_Shdr& header, QStringList& names) {
    Elf_Data* data = elf_getdata(section, nullptr);
    if (!data || header.sh_entsize == 0) return;
    const auto count = static_cast<int>(header.sh_size / header.sh_entsize);
    for (int i = 0; i < count; ++i) {
        GElf_Sym symbol{};
        if (!gelf_getsym(data, i, &symbol) || !isExported(symbol)) continue;
        const char* name = elf_strptr(elf, header.sh_link, symbol.st_name);
        if (name) names.append(QString::fromUtf8(name));
    }
}

}  // namespace

Result<QStringList> exportedSymbols(const QString& file) {
    const auto refuse = [&] {
        return failure(ErrorCode::InvalidInput,
                       QStringLiteral("is not a shared object: %1").arg(QString::fromUtf8(elf_errmsg(-1))), file);
    };
    elf_version(EV_CURRENT);
    const Descriptor descriptor(file);
    if (descriptor.fd < 0) return failure(ErrorCode::Io, QStringLiteral("cannot be read"), file);
    const std::unique_ptr<Elf, EndElf> elf(elf_begin(descriptor.fd, ELF_C_READ, nullptr));
    if (!elf || elf_kind(elf.get()) != ELF_K_ELF) return refuse();
    QStringList names;
    bool hasSymbols = false;
    for (Elf_Scn* section = elf_nextscn(elf.get(), nullptr); section; section = elf_nextscn(elf.get(), section)) {
        GElf_Shdr header{};
        if (!gelf_getshdr(section, &header) || header.sh_type != SHT_DYNSYM) continue;
        hasSymbols = true;
        collect(elf.get(), section, header, names);
    }
    if (!hasSymbols) return refuse();
    names.sort();
    return names;
}

}  // namespace fos1::check
