// SPDX-License-Identifier: GPL-2.0-or-later
#include "serving/port_holders.h"

#include <dirent.h>
#include <unistd.h>

#include <QFile>
#include <QtEndian>
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <set>

namespace fos1::ntp {

namespace {

constexpr qint64 kLargestTable = 4 * 1024 * 1024;
constexpr int kMostFiles = 200'000;

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.read(kLargestTable) : QByteArray();
}

/// Hexadecimal, in 32-bit words of the machine's byte order.
QString addressText(const QByteArray& hex) {
    QByteArray bytes = QByteArray::fromHex(hex);
    if (QSysInfo::ByteOrder == QSysInfo::LittleEndian)
        for (qsizetype word = 0; word + 4 <= bytes.size(); word += 4)
            std::reverse(bytes.begin() + word, bytes.begin() + word + 4);
    const auto address = IpAddress::fromBytes(bytes.constData(), static_cast<std::size_t>(bytes.size()));
    if (!address) return {};
    const bool isAny = std::all_of(bytes.begin(), bytes.end(), [](char byte) { return byte == 0; });
    return isAny ? QStringLiteral("*") : address->text();
}

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

/// Inode -> process, for those that are looked for; nothing when that cannot be read.
std::optional<std::map<quint64, qint64>> ownersOf(const std::set<quint64>& inodes) {
    std::map<quint64, qint64> owners;
    int files = 0;
    const Directory processes(::opendir("/proc"));
    if (!processes) return std::nullopt;
    while (const dirent* process = ::readdir(processes.get())) {
        const qint64 pid = QByteArray(process->d_name).toLongLong();
        if (pid <= 0) continue;
        const QByteArray path = QByteArray("/proc/") + process->d_name + "/fd";
        const Directory open(::opendir(path.constData()));
        if (!open) continue;
        while (const dirent* file = ::readdir(open.get())) {
            if (++files > kMostFiles || owners.size() == inodes.size()) return owners;
            std::array<char, 64> target{};
            const ssize_t length = ::readlinkat(::dirfd(open.get()), file->d_name, target.data(), target.size() - 1);
            const QByteArray text(target.data(), std::max<ssize_t>(length, 0));
            if (!text.startsWith("socket:[")) continue;
            const quint64 inode = text.sliced(8).chopped(1).toULongLong();
            if (inodes.contains(inode)) owners.emplace(inode, pid);
        }
    }
    return owners;
}

}  // namespace

std::vector<BoundSocket> socketsIn(const QByteArray& text, quint16 port) {
    std::vector<BoundSocket> sockets;
    for (const QByteArray& line : text.split('\n')) {
        const QByteArrayList words = line.simplified().split(' ');
        if (words.size() < 10) continue;
        const QByteArrayList local = words[1].split(':');
        if (local.size() != 2 || local[1].toUShort(nullptr, 16) != port) continue;
        sockets.push_back({addressText(local[0]), port, words[7].toLongLong(), words[9].toULongLong()});
    }
    return sockets;
}

PortUse useOf(quint16 port, qint64 ours) {
    const std::vector<BoundSocket> inet4 = socketsIn(contentOf(QStringLiteral("/proc/net/udp")), port);
    const std::vector<BoundSocket> inet6 = socketsIn(contentOf(QStringLiteral("/proc/net/udp6")), port);
    std::set<quint64> inodes;
    for (const auto* sockets : {&inet4, &inet6})
        for (const BoundSocket& socket : *sockets) inodes.insert(socket.inode);
    const auto read = ownersOf(inodes);
    const std::map<quint64, qint64> owners = read.value_or(std::map<quint64, qint64>());
    // Without a look, or the right to it, our own socket is among those of nobody known.
    const bool canSeeOurs = read && ::access(qPrintable(QStringLiteral("/proc/%1/fd").arg(ours)), R_OK) == 0;
    PortUse use;
    const auto sort = [&](const std::vector<BoundSocket>& sockets, bool& isOurs) {
        for (const BoundSocket& socket : sockets) {
            const auto owner = owners.find(socket.inode);
            if (owner == owners.end() ? !canSeeOurs : owner->second == ours) {
                isOurs = true;
                continue;
            }
            PortHolder holder{{}, 0, socket.userId, socket.address};
            if (owner != owners.end()) {
                holder.pid = owner->second;
                holder.name =
                    QString::fromUtf8(contentOf(QStringLiteral("/proc/%1/comm").arg(owner->second)).trimmed());
            }
            use.others.push_back(std::move(holder));
        }
    };
    sort(inet4, use.isOursInet4);
    sort(inet6, use.isOursInet6);
    return use;
}

}  // namespace fos1::ntp
