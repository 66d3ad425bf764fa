// SPDX-License-Identifier: GPL-2.0-or-later
#include "update/name_memory.h"

#include <unistd.h>

#include <QDir>
#include <QFileInfo>
#include <QSaveFile>
#include <algorithm>
#include <iterator>

namespace fos1::dns {

namespace {

constexpr qint64 kMostMemoryBytes = qint64{4} * 1024 * 1024;

tl::unexpected<Error> ioFailure(const QFileDevice& file) {
    return failure(ErrorCode::Io, file.errorString(), file.fileName());
}

QByteArray textOf(const std::set<DnsName>& names) {
    QByteArray text;
    for (const DnsName& each : names) text += each.text().toLatin1() + '\n';
    return text;
}

/// A line that an earlier write may have left unfinished is ended first.
Result<void> append(const QString& path, const QByteArray& text) {
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly | QIODevice::Append)) return ioFailure(file);
    file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
    if (file.write('\n' + text) < 0 || !file.flush() || fdatasync(file.handle()) != 0) return ioFailure(file);
    return {};
}

Result<void> replace(const QString& path, const QByteArray& text) {
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly)) return ioFailure(file);
    file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
    file.write(text);
    if (!file.commit()) return ioFailure(file);
    return {};
}

}  // namespace

Result<void> NameMemory::load() {
    QFile file(m_path);
    if (!file.exists()) return {};
    if (!file.open(QIODevice::ReadOnly)) return ioFailure(file);
    for (const QByteArray& line : file.read(kMostMemoryBytes).split('\n')) {
        if (line.trimmed().isEmpty()) continue;
        ++m_lines;
        if (const auto name = DnsName::parse(QString::fromUtf8(line.trimmed()))) m_names.insert(*name);
    }
    return {};
}

bool NameMemory::isWorthRewriting(std::size_t names) const {
    constexpr std::size_t kFewLines = 1000;
    return m_lines > 2 * names + (names == 0 ? 0 : kFewLines);
}

void NameMemory::add(const std::set<DnsName>& names, Noted noted) {
    std::set<DnsName> added;
    std::set_difference(names.begin(), names.end(), m_names.begin(), m_names.end(), std::inserter(added, added.end()));
    if (added.empty()) {
        noted({});
        return;
    }
    m_worker.post([this, path = m_path, added, noted = std::move(noted)]() -> Worker::Answer {
        const Result<void> written = append(path, textOf(added));
        return [this, added, noted, written] {
            if (written) {
                m_names.insert(added.begin(), added.end());
                m_lines += added.size();
            }
            noted(written);
        };
    });
}

void NameMemory::remove(const std::set<DnsName>& names) {
    for (const DnsName& each : names) m_names.erase(each);
    if (!isWorthRewriting(m_names.size())) return;
    m_lines = m_names.size();
    // If it cannot be written, it names more than there is.
    m_worker.post([path = m_path, names = m_names]() -> Worker::Answer {
        (void)replace(path, textOf(names));
        return {};
    });
}

}  // namespace fos1::dns
