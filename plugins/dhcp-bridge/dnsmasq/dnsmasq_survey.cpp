// SPDX-License-Identifier: GPL-2.0-or-later
#include "dnsmasq/dnsmasq_survey.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <algorithm>
#include <deque>

#include "directory_names.h"
#include "dnsmasq/file_stamp.h"

namespace fos1::dhcp {

namespace {

constexpr std::size_t kMostConfigurations = 2000;
constexpr qint64 kLongestConfiguration = qint64{8} * 1024 * 1024;

/// Empty: there is none.
QByteArray stampOf(const QString& path) {
    struct stat status {};
    return ::stat(QFile::encodeName(path).constData(), &status) == 0 ? dhcp::stampOf(status) : QByteArray();
}

}  // namespace

/// Reads a configuration with all that it includes.
class DnsmasqSurvey::Files {
   public:
    Files(Read& read, const OptionsDirectory& ours)
        : m_read(read), m_ours(QFileInfo(ours.path()).canonicalFilePath()) {}

    [[nodiscard]] Result<DnsmasqConfig> readAll() {
        DnsmasqConfig config;
        readArguments(m_read.process.arguments, config);
        for (std::size_t next = 0; next < config.includes.size(); ++next) {
            const DnsmasqInclude include = config.includes[next];  // a copy, because the list grows
            if (auto taken = take(include, config); !taken) return tl::unexpected(taken.error());
        }
        return config;
    }
    [[nodiscard]] bool readsOurs() const { return m_readsOurs; }

   private:
    tl::expected<void, Error> take(const DnsmasqInclude& include, DnsmasqConfig& config) {
        const QString path = QDir(m_read.process.directory).absoluteFilePath(include.path);
        const bool isDirectory = QFileInfo(path).isDir();
        switch (include.kind) {
            case DnsmasqFiles::Configuration: return takeFile(path, readConfiguration, config);
            case DnsmasqFiles::ConfigurationDirectory:
                return takeDirectory(path, include.filters, readConfiguration, config);
            case DnsmasqFiles::Options:
                return isDirectory ? takeDirectory(path, {}, readOptions, config) : takeFile(path, readOptions, config);
            case DnsmasqFiles::OptionsDirectory:
                if (!m_ours.isEmpty() && QFileInfo(path).canonicalFilePath() == m_ours) {
                    m_readsOurs = true;
                    return {};
                }
                return takeDirectory(path, {}, readOptions, config);
            case DnsmasqFiles::Unknown: break;
        }
        return {};
    }

    using Reading = void (*)(const QString& text, const QString& path, DnsmasqConfig& config);

    tl::expected<void, Error> takeFile(const QString& path, Reading reading, DnsmasqConfig& config) {
        if (m_read.stamps.contains(path)) return {};  // dnsmasq reads it once, too
        if (m_read.stamps.size() >= kMostConfigurations)
            return failure(ErrorCode::Refused,
                           QStringLiteral("the configuration has more than %1 files").arg(kMostConfigurations), path);
        m_read.stamps.emplace(path, stampOf(path));
        QFile file(path);
        // dnsmasq starts without its default configuration file.
        if (!file.exists() && path == QStringLiteral("/etc/dnsmasq.conf")) return {};
        if (!file.open(QIODevice::ReadOnly))
            return failure(
                ErrorCode::Io,
                QStringLiteral("a file of dnsmasq's configuration cannot be read: %1").arg(file.errorString()), path);
        if (file.size() > kLongestConfiguration)
            return failure(ErrorCode::Refused, QStringLiteral("it is longer than %1 bytes").arg(kLongestConfiguration),
                           path);
        reading(QString::fromUtf8(file.read(kLongestConfiguration)), path, config);
        return {};
    }

    tl::expected<void, Error> takeDirectory(const QString& path, const QStringList& filters, Reading reading,
                                            DnsmasqConfig& config) {
        m_read.stamps.emplace(path, stampOf(path));
        const QDir directory(path);
        const auto names = namesIn(path);
        if (!names) return tl::unexpected(names.error());
        for (const QString& name : *names)
            if (isIncluded(name, filters) && !QFileInfo(directory.filePath(name)).isDir())
                if (auto taken = takeFile(directory.filePath(name), reading, config); !taken) return taken;
        return {};
    }

    Read& m_read;
    const QString m_ours;
    bool m_readsOurs = false;
};

bool DnsmasqSurvey::isCurrent(const DnsmasqProcess& process, const OptionsDirectory::Listing& listing) const {
    return m_read.config && m_read.process == process && m_read.othersInOurs == listing.others &&
           std::all_of(m_read.stamps.begin(), m_read.stamps.end(),
                       [](const auto& each) { return stampOf(each.first) == each.second; });
}

Result<DnsmasqSurvey::Found> DnsmasqSurvey::look() {
    auto process = findDnsmasq(m_pidFile);
    if (!process) return tl::unexpected(process.error());
    auto listing = m_directory.list();
    if (!listing) return tl::unexpected(listing.error());
    if (!isCurrent(*process, *listing)) {
        m_read = {*process, {}, listing->others, nullptr};
        Files files(m_read, m_directory);
        auto config = files.readAll();
        if (!config) return tl::unexpected(config.error());
        if (!files.readsOurs())
            return failure(
                ErrorCode::NotFound,
                QStringLiteral("dnsmasq (process %1) does not read this directory; add \"dhcp-optsdir=%2\" to "
                               "its configuration and restart it")
                    .arg(process->pid)
                    .arg(m_directory.path()),
                m_directory.path());
        for (const auto& [name, content] : listing->others)
            readOptions(QString::fromUtf8(content), m_directory.path() + u'/' + name, *config);
        m_read.config = std::make_shared<const DnsmasqConfig>(std::move(*config));
    }
    return Found{std::move(*process), m_read.config, std::move(*listing)};
}

}  // namespace fos1::dhcp
