// SPDX-License-Identifier: GPL-2.0-or-later
// Everything that says what a running dnsmasq tells: its process, its configuration with all included files, and its
// options directory. Blocking: for a worker thread. Files that have not changed are not read again.
#pragma once

#include <memory>

#include "dnsmasq/dnsmasq_config.h"
#include "dnsmasq/dnsmasq_process.h"
#include "dnsmasq/options_directory.h"

namespace fos1::dhcp {

class DnsmasqSurvey {
   public:
    struct Found {
        DnsmasqProcess process;
        std::shared_ptr<const DnsmasqConfig> config;  ///< the same object as long as nothing has changed
        OptionsDirectory::Listing listing;
    };

    DnsmasqSurvey(QString pidFile, QString directory)
        : m_pidFile(std::move(pidFile)), m_directory(std::move(directory)) {}

    /// NotFound also when dnsmasq does not read our directory. A file that cannot be read is an error, because somebody
    /// may have set NTP servers there.
    [[nodiscard]] Result<Found> look();

    [[nodiscard]] OptionsDirectory& directory() { return m_directory; }

   private:
    class Files;
    struct Read {
        DnsmasqProcess process;
        std::map<QString, QByteArray> stamps;        ///< of files and directories
        std::map<QString, QByteArray> othersInOurs;  ///< others' files in our directory
        std::shared_ptr<const DnsmasqConfig> config;
    };
    [[nodiscard]] bool isCurrent(const DnsmasqProcess& process, const OptionsDirectory::Listing& listing) const;

    const QString m_pidFile;
    OptionsDirectory m_directory;
    Read m_read;
};

}  // namespace fos1::dhcp
