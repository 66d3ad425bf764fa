// SPDX-License-Identifier: GPL-2.0-or-later
#include "update/name_memory.h"

#include <QDir>
#include <QFileInfo>
#include <QSaveFile>

namespace fos1::dns {

namespace {

constexpr qint64 kMostMemoryBytes = qint64{4} * 1024 * 1024;

tl::unexpected<Error> ioFailure(const QFileDevice& file) {
    return failure(ErrorCode::Io, file.errorString(), file.fileName());
}

}  // namespace

Result<void> NameMemory::load() {
    QFile file(m_path);
    if (!file.exists()) return {};
    if (!file.open(QIODevice::ReadOnly)) return ioFailure(file);
    for (const QByteArray& line : file.read(kMostMemoryBytes).split('\n'))
        if (const auto name = DnsName::parse(QString::fromUtf8(line.trimmed())); name && !line.trimmed().isEmpty())
            m_names.insert(*name);
    return {};
}

Result<void> NameMemory::add(const std::set<DnsName>& names) {
    std::set<DnsName> all = m_names;
    all.insert(names.begin(), names.end());
    return all.size() == m_names.size() ? Result<void>() : save(std::move(all));
}

Result<void> NameMemory::remove(const std::set<DnsName>& names) {
    std::set<DnsName> rest = m_names;
    for (const DnsName& each : names) rest.erase(each);
    return rest.size() == m_names.size() ? Result<void>() : save(std::move(rest));
}

Result<void> NameMemory::save(std::set<DnsName> names) {
    QDir().mkpath(QFileInfo(m_path).path());
    QSaveFile file(m_path);
    if (!file.open(QIODevice::WriteOnly)) return ioFailure(file);
    file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
    QByteArray text;
    for (const DnsName& each : names) text += each.text().toLatin1() + '\n';
    file.write(text);
    if (!file.commit()) return ioFailure(file);
    m_names = std::move(names);
    return {};
}

}  // namespace fos1::dns
